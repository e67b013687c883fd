/** Loudness is measured over this many milliseconds. */
const FRAME_MS = 5;
/** Quieter frames than this share of the loudest are silence (-40 dB): below the breath of a voice before it speaks. */
const SILENCE_RATIO = 0.01;
/** Never treat anything louder than this as silence, in PCM16 units. */
const SILENCE_FLOOR = 24;

/**
 * Where speech begins and ends in synthesised audio.
 *
 * @param keepLeadMs - silence that stays before the first sound
 * @param keepTailMs - silence that stays after the last sound
 * @returns a range of samples; empty for silence
 */
export function speechRange(
  pcm: Int16Array,
  sampleRateHz: number,
  keepLeadMs: number,
  keepTailMs: number,
): { start: number; end: number } {
  const frame = Math.round((FRAME_MS * sampleRateHz) / 1000);
  const peaks: number[] = [];
  for (let at = 0; at < pcm.length; at += frame) {
    let peak = 0;
    for (let i = at; i < Math.min(at + frame, pcm.length); i++) peak = Math.max(peak, Math.abs(pcm[i] ?? 0));
    peaks.push(peak);
  }
  const threshold = Math.max(SILENCE_FLOOR, Math.max(0, ...peaks) * SILENCE_RATIO);
  const first = peaks.findIndex((peak) => peak > threshold);
  if (first < 0) return { start: 0, end: 0 };
  const last = peaks.findLastIndex((peak) => peak > threshold);
  const lead = Math.round((keepLeadMs * sampleRateHz) / 1000);
  const tail = Math.round((keepTailMs * sampleRateHz) / 1000);
  return {
    start: Math.max(0, first * frame - lead),
    end: Math.min(pcm.length, (last + 1) * frame + tail),
  };
}
