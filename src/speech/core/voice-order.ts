/** What a choice between voices goes by. */
export interface VoiceTraits {
  readonly latency: 'instant' | 'fast' | 'slow' | 'batch';
  /** Usual time to the first audio of a short sentence, ms. */
  readonly firstAudioMs: number;
}

/** What is to be spoken, and for whom. */
export interface VoiceDemand {
  /** Length of the first sentence. */
  readonly chars: number;
  /** Longest wait of a caller for the first audio. */
  readonly budgetMs: number;
  /** Nobody waits for it. */
  readonly rendering: boolean;
}

/** What a letter adds to the first audio of engines that make a sentence whole, ms. */
const LETTER_MS = { instant: 0.5, fast: 3, slow: 60, batch: 1000 } as const;

/**
 * Who is asked, in order. Engines that take longer than a call can wait are asked for rendering only; of the others each
 * keeps its place.
 *
 * @param voices - first choice first
 * @param auto - also leaves out those that would miss the budget with this text, and lets rendering begin with the
 *   slowest, which are the best
 * @returns places in the list; the last place is always among them
 */
export function voiceOrder(voices: readonly VoiceTraits[], demand: VoiceDemand, auto: boolean): number[] {
  const places = voices.map((_, place) => place);
  const traits = (place: number): VoiceTraits => voices[place] ?? { latency: 'instant', firstAudioMs: 0 };
  const isLast = (place: number): boolean => place === voices.length - 1;
  if (demand.rendering) {
    if (!auto) return places;
    return places.sort(
      (a, b) =>
        Number(isLast(a)) - Number(isLast(b)) || traits(b).firstAudioMs - traits(a).firstAudioMs || a - b,
    );
  }
  return places.filter((place) => {
    const { latency, firstAudioMs } = traits(place);
    if (isLast(place)) return true;
    if (latency === 'slow' || latency === 'batch') return false;
    return !auto || firstAudioMs + LETTER_MS[latency] * demand.chars <= demand.budgetMs;
  });
}
