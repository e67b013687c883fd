/** Quietest level that is shown, dBFS. */
export const FLOOR_DBFS = -60;

/**
 * Loudness of PCM16, dBFS, {@link FLOOR_DBFS} to 0.
 *
 * @param channel - which of so many `channels` whose samples come by turns
 */
export function levelOf(pcm: ArrayBuffer, channel = 0, channels = 1): number {
  const samples = new Int16Array(pcm);
  let power = 0;
  for (let n = channel; n < samples.length; n += channels) power += ((samples[n] ?? 0) / 32768) ** 2;
  const mean = power / Math.max(1, samples.length / channels);
  return Math.max(FLOOR_DBFS, Math.min(0, 10 * Math.log10(mean + 1e-12)));
}
