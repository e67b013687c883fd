import { addMs, type MonoMs } from '../../../kernel/time.js';
import type { Heard } from './heard.js';

/** One utterance as it is given to the provider. */
interface Utterance {
  readonly key: string;
  readonly fromSample: number;
  /** Missing while the caller speaks. */
  toSample: number | undefined;
  /** When its end was told. */
  endedAt: MonoMs | undefined;
  text: string;
  complete: boolean;
}

/** Utterances kept to answer from. */
const MAX_UTTERANCES = 32;

/**
 * The utterances of a provider that is given audio between a start and an end and answers with words without times:
 * the words belong to the oldest utterance that has ended and is not complete, or to the one that is being given.
 */
export class Gate {
  readonly #utterances: Utterance[] = [];
  #next = 1;

  constructor(private readonly heard: Heard) {}

  /** The utterance that is being given. */
  get current(): Utterance | undefined {
    const last = this.#utterances.at(-1);
    return last !== undefined && last.endedAt === undefined ? last : undefined;
  }

  /** Where the utterances before end; none begins earlier. */
  get end(): number {
    return this.#utterances.at(-1)?.toSample ?? 0;
  }

  /** Begins an utterance. @returns where it begins: not before the end of the one before */
  begin(fromSample: number): number {
    const from = Math.max(fromSample, this.end);
    this.#utterances.push({
      key: `utterance ${this.#next++}`,
      fromSample: from,
      toSample: undefined,
      endedAt: undefined,
      text: '',
      complete: false,
    });
    if (this.#utterances.length > MAX_UTTERANCES) this.#utterances.shift();
    return from;
  }

  /** Its end was told to the provider. */
  ended(now: MonoMs): void {
    const { current } = this;
    if (current !== undefined) current.endedAt = now;
  }

  /** Words of the provider. */
  piece(append: boolean, text: string, endSample: number): void {
    const utterance = this.#pending() ?? this.current;
    if (utterance === undefined) return;
    if (append) utterance.text += text;
    this.heard.put({
      key: utterance.key,
      final: false,
      text: (append ? utterance.text : text).trim(),
      fromSample: utterance.fromSample,
      toSample: utterance.toSample ?? Math.max(utterance.fromSample, endSample),
      words: [],
      confidence: undefined,
    });
  }

  /** The provider is done with the oldest utterance that has ended. */
  flushed(): void {
    const utterance = this.#pending();
    if (utterance !== undefined) this.#complete(utterance);
  }

  /** Completes utterances that have words and about which nothing more has come for a while. */
  settle(now: MonoMs, lastHeardAt: MonoMs, quietMs: number): void {
    for (const utterance of this.#utterances) {
      if (utterance.complete || utterance.endedAt === undefined || utterance.text.trim() === '') continue;
      if (now >= addMs(later(utterance.endedAt, lastHeardAt), quietMs)) this.#complete(utterance);
    }
  }

  /** When {@link settle} may have something to do. */
  settleAt(lastHeardAt: MonoMs, quietMs: number): MonoMs | undefined {
    const pending = this.#utterances.find((one) => !one.complete && one.text.trim() !== '');
    return pending?.endedAt === undefined ? undefined : addMs(later(pending.endedAt, lastHeardAt), quietMs);
  }

  /** True when utterances cover the end of the range and all that lie in it are complete. */
  isComplete(fromSample: number, toSample: number): boolean {
    const inside = this.#utterances.filter(
      (one) => one.fromSample < toSample && (one.toSample ?? Infinity) > fromSample,
    );
    return inside.length > 0 && inside.every((one) => one.complete);
  }

  /** True when the range has been given, or is being given, up to its end. */
  covers(toSample: number): boolean {
    return this.current !== undefined || this.end >= toSample;
  }

  /** What was not complete is forgotten: its connection is gone. The one that is being given is given again. */
  lost(): void {
    for (let i = this.#utterances.length - 1; i >= 0; i--) {
      const one = this.#utterances[i];
      if (one !== undefined && !one.complete && one.endedAt !== undefined) this.#utterances.splice(i, 1);
    }
    const { current } = this;
    if (current !== undefined) current.text = '';
  }

  #complete(utterance: Utterance): void {
    utterance.complete = true;
    this.heard.put({
      key: utterance.key,
      final: true,
      text: utterance.text.trim(),
      fromSample: utterance.fromSample,
      toSample: utterance.toSample ?? utterance.fromSample,
      words: [],
      confidence: undefined,
    });
  }

  #pending(): Utterance | undefined {
    return this.#utterances.find((one) => one.endedAt !== undefined && !one.complete);
  }
}

const later = (a: MonoMs, b: MonoMs): MonoMs => (a > b ? a : b);
