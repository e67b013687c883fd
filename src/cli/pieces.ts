/** Longest piece, and where at its end a quiet place is looked for. */
const LONGEST_S = 30;
const SEARCHED_S = 10;
/** Length of the stretch that has to be quiet. */
const QUIET_S = 0.1;

/** A recording in pieces of half a minute at most, which a recogniser takes whole; cut where it is quietest. */
export function piecesOf(pcm: Int16Array, rateHz: number): Int16Array[] {
  const pieces: Int16Array[] = [];
  let from = 0;
  while (pcm.length - from > LONGEST_S * rateHz) {
    const latest = from + LONGEST_S * rateHz;
    const at = quietest(pcm, latest - SEARCHED_S * rateHz, latest, Math.round(QUIET_S * rateHz));
    pieces.push(pcm.subarray(from, at));
    from = at;
  }
  return [...pieces, pcm.subarray(from)];
}

/** Middle of the quietest stretch of so many samples between two places. */
function quietest(pcm: Int16Array, from: number, to: number, length: number): number {
  let best = { at: to, energy: Infinity };
  for (let at = from; at + length <= to; at += length) {
    let energy = 0;
    for (const sample of pcm.subarray(at, at + length)) energy += sample * sample;
    if (energy < best.energy) best = { at: at + (length >> 1), energy };
  }
  return best.at;
}
