import type { TimedWord } from './protocol.js';

/** A stretch of audio with its words, in absolute samples. */
export interface Passage {
  readonly key: string;
  readonly final: boolean;
  readonly text: string;
  readonly fromSample: number;
  readonly toSample: number;
  /** Empty where words have no times. */
  readonly words: readonly PlacedWord[];
  readonly confidence: number | undefined;
}

/** A word at its place in the stream. */
export interface PlacedWord {
  readonly text: string;
  readonly fromSample: number;
  readonly toSample: number;
  readonly confidence: number | undefined;
}

/** The words of a range of samples. */
export interface RangeText {
  /** Empty when there are none. */
  readonly text: string;
  /** Mean over the words, 0..1; undefined where the provider gives none. */
  readonly confidence: number | undefined;
}

/** Passages kept: minutes of talk. */
const MAX_PASSAGES = 256;

/** What a provider has heard, by place in the stream. Bounded; the oldest passages go. */
export class Heard {
  readonly #passages = new Map<string, Passage>();

  /** Takes a passage, in place of one with the same key and of unsettled ones that a settled one covers. */
  put(passage: Passage): void {
    if (passage.final) {
      for (const [key, other] of this.#passages) {
        if (!other.final && other.fromSample >= passage.fromSample && other.fromSample < passage.toSample) {
          this.#passages.delete(key);
        }
      }
    } else if (this.#passages.get(passage.key)?.final === true) {
      // What has been settled stays: a late interim result of the same stretch is old.
      return;
    }
    this.#passages.delete(passage.key);
    this.#passages.set(passage.key, passage);
    if (this.#passages.size <= MAX_PASSAGES) return;
    const [oldest] = this.#passages.keys();
    if (oldest !== undefined) this.#passages.delete(oldest);
  }

  get(key: string): Passage | undefined {
    return this.#passages.get(key);
  }

  /** Forgets what was heard from a sample on: the audio from there is given once more. */
  forgetFrom(sample: number): void {
    for (const [key, passage] of this.#passages) {
      if (passage.toSample <= sample) continue;
      const words = passage.words.filter(({ toSample }) => toSample <= sample);
      if (words.length === 0) this.#passages.delete(key);
      else {
        const text = words.map((word) => word.text).join(' ');
        this.#passages.set(key, { ...passage, final: true, text, words, toSample: sample });
      }
    }
  }

  /** Words between two samples: a word belongs where its middle lies, a passage without words where its own does. */
  range(fromSample: number, toSample: number): RangeText {
    const texts: string[] = [];
    const confidences: (number | undefined)[] = [];
    for (const passage of this.#inOrder()) {
      if (passage.text === '') continue;
      const inside = passage.words.filter((word) => isInside(word, fromSample, toSample));
      const whole = passage.words.length > 0 ? inside.length === passage.words.length : false;
      if (whole || (passage.words.length === 0 && isInside(passage, fromSample, toSample))) {
        texts.push(passage.text);
        confidences.push(passage.confidence);
      } else if (inside.length > 0) {
        texts.push(inside.map(({ text }) => text).join(' '));
        confidences.push(mean(inside.map(({ confidence }) => confidence)));
      }
    }
    return { text: texts.join(' ').replace(/\s+/g, ' ').trim(), confidence: mean(confidences) };
  }

  /** True when words between two samples may still change. */
  unsettled(fromSample: number, toSample: number): boolean {
    return [...this.#passages.values()].some(
      (passage) =>
        !passage.final &&
        passage.text !== '' &&
        passage.toSample > fromSample &&
        passage.fromSample < toSample,
    );
  }

  #inOrder(): readonly Passage[] {
    return [...this.#passages.values()].toSorted((a, b) => a.fromSample - b.fromSample);
  }
}

/** Words in absolute samples, from those in the provider's own time. */
export function placed(
  words: readonly TimedWord[],
  base: number,
  samplesPerMs: number,
): readonly PlacedWord[] {
  return words.map(({ text, startMs, endMs, confidence }) => ({
    text,
    fromSample: base + Math.round(startMs * samplesPerMs),
    toSample: base + Math.round(endMs * samplesPerMs),
    confidence,
  }));
}

/**
 * Places for words without times, of a passage that is told again and again as it grows: a word was spoken about where
 * the audio ended that the message before it had covered.
 */
export function placedByArrival(
  text: string,
  before: Passage | undefined,
  endOfAudio: number,
  confidence: number | undefined,
): readonly PlacedWord[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const known = before?.words ?? [];
  const place = Math.min(before?.toSample ?? endOfAudio, endOfAudio);
  return words.map((word, index) => {
    const at = known[index]?.fromSample ?? place;
    return { text: word, fromSample: at, toSample: at, confidence };
  });
}

function isInside(
  { fromSample, toSample }: { readonly fromSample: number; readonly toSample: number },
  from: number,
  to: number,
): boolean {
  const middle = (fromSample + toSample) / 2;
  return middle >= from && middle < to;
}

/** The mean; undefined where one is missing. */
function mean(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    sum += value;
  }
  return values.length === 0 ? undefined : sum / values.length;
}
