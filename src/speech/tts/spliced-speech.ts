import type { AttemptOutcome, FailoverAction } from '../../kernel/failover.js';
import { FAILURE_OUTCOME } from '../../kernel/failure.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { MonoMs } from '../../kernel/time.js';
import type { SpeechMark } from '../../kernel/vocab.js';
import { HoldBack, type WholeWords } from '../core/hold-back.js';
import { PlayoutClock } from '../core/playout-clock.js';
import type { TtsEngine, TtsError, TtsRequest, TtsSpeech } from '../ports.js';

/** An engine's part in a request. */
export interface AttemptReport {
  readonly engine: string;
  /** `spoken`, or why not: the kind of the provider's failure or the engine's own code. */
  readonly outcome: string;
  /** Time to the first whole word; missing when there was none. */
  readonly firstAudioMs?: number;
}

/** What a {@link SplicedSpeech} needs of the fail-over that it belongs to. */
export interface SpliceHost {
  now(): MonoMs;
  /** Asks the engines of `order` for a leg; gives the leg's number. */
  begin(speech: SplicedSpeech, order: readonly number[]): number;
  began(leg: number, provider: number): void;
  ended(leg: number, provider: number, outcome: AttemptOutcome): void;
  cancel(leg: number): void;
  /** {@link SplicedSpeech.stallsAt} may have changed. */
  arm(): void;
  report?(report: AttemptReport): void;
}

/** What stands between two words and is not said. */
const BETWEEN = /^[\s,.;:!?…–—)\]"']+/;

/** One engine at work on the rest of a text. */
interface Attempt {
  readonly leg: number;
  readonly provider: number;
  /** Where its text begins. */
  readonly charStart: number;
  readonly abort: AbortController;
  readonly hold: HoldBack;
  readonly startedAt: MonoMs;
  /** Place of its audio in the whole, once it is heard. */
  offsetMs: number;
  firstAudioMs: number | undefined;
}

/**
 * One text spoken by one engine after another where need be. A leg is the rest of the text from some word on; several
 * engines may race for a leg, and a new leg may race with an engine that has stalled. Whoever has a whole word first
 * goes on.
 */
export class SplicedSpeech {
  readonly #clock = new PlayoutClock();
  readonly #attempts = new Set<Attempt>();
  readonly #given = new Set<number>();
  readonly #pcms: Int16Array[] = [];
  readonly #marks: SpeechMark[] = [];
  #samples = 0;
  /** Where the first word begins that was not spoken whole. */
  #charStart = 0;
  #speaking: Attempt | undefined;
  /** The leg that races with a stalled engine. */
  #rescue: number | undefined;
  #cacheHit = true;
  #lastError: TtsError = { code: 'failed', message: 'no engine could be asked' };
  #settle: ((result: Result<TtsSpeech, TtsError>) => void) | undefined;

  constructor(
    private readonly request: TtsRequest,
    private readonly engines: readonly TtsEngine[],
    private readonly order: readonly number[],
    private readonly host: SpliceHost,
  ) {}

  run(): Promise<Result<TtsSpeech, TtsError>> {
    return new Promise((resolve) => {
      const { signal } = this.request;
      const onAbort = (): void => this.giveUp('the request was given up');
      this.#settle = (result) => {
        this.#settle = undefined;
        signal?.removeEventListener('abort', onAbort);
        for (const attempt of [...this.#attempts]) this.#drop(attempt);
        resolve(result);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.host.begin(this, this.order);
    });
  }

  /** Ends it as `aborted`. */
  giveUp(message: string): void {
    this.#settle?.(err({ code: 'aborted', message }));
  }

  /** When {@link wake} is due: the engine that speaks has nothing more to give while the listener runs out. */
  stallsAt(): MonoMs | undefined {
    const mayAsk = this.#settle !== undefined && this.#speaking !== undefined && this.#rescue === undefined;
    return mayAsk && this.#rest().length > 0 ? this.#clock.stallsAt() : undefined;
  }

  /** Asks the next engine for the rest when the one that speaks has stalled. */
  wake(now: MonoMs): void {
    const due = this.stallsAt();
    if (due === undefined || due > now) return;
    const leg = this.host.begin(this, this.#rest());
    // An engine that has the words already is heard before this line.
    if ([...this.#attempts].some((attempt) => attempt.leg === leg && attempt !== this.#speaking)) {
      this.#rescue = leg;
    }
  }

  /** What the fail-over decided. */
  act(action: FailoverAction): void {
    if (this.#settle === undefined) return;
    switch (action.type) {
      case 'start': {
        void this.#start(action.request, action.provider);
        return;
      }
      case 'abandon': {
        const rivals = [...this.#attempts].filter(({ leg }) => leg === action.request);
        for (const attempt of rivals.filter(({ provider }) => provider === action.provider)) {
          // Whoever is overtaken by one that was asked later was too slow.
          const slow = rivals.some(({ startedAt }) => startedAt > attempt.startedAt);
          if (slow) this.#close(attempt, 'failed', 'stalled');
          else this.#drop(attempt);
        }
        return;
      }
      case 'refuse': {
        this.#legOver({ code: 'overloaded', message: 'too many requests at once' });
        return;
      }
      // The attempt that ended tells what follows.
      case 'settle':
        return;
    }
  }

  async #start(leg: number, provider: number): Promise<void> {
    const engine = this.engines[provider];
    if (engine === undefined) return;
    const { sampleRateHz, voice, onChunk: _, ...rest } = this.request;
    const attempt: Attempt = {
      ...{
        leg,
        provider,
        charStart: this.#charStart,
        abort: new AbortController(),
        hold: new HoldBack(sampleRateHz),
      },
      ...{ startedAt: this.host.now(), offsetMs: 0, firstAudioMs: undefined },
    };
    this.#attempts.add(attempt);
    const own = voice !== undefined && hasVoice(engine, voice);
    const result = await engine.synthesize({
      ...rest,
      sampleRateHz,
      ...(own ? { voice } : {}),
      text: this.request.text.slice(attempt.charStart),
      signal: attempt.abort.signal,
      onChunk: (chunk) => {
        const words = attempt.hold.push(chunk);
        if (words !== undefined && this.#attempts.has(attempt)) this.#hear(attempt, words);
      },
    });
    if (this.#attempts.has(attempt)) this.#ended(attempt, result);
  }

  #hear(attempt: Attempt, words: WholeWords): void {
    if (this.#settle === undefined || !this.#commit(attempt)) return;
    const { sampleRateHz } = this.request;
    const marks = words.marks.map((mark) => ({
      text: mark.text,
      charStart: mark.charStart + attempt.charStart,
      charEnd: mark.charEnd + attempt.charStart,
      startMs: mark.startMs + attempt.offsetMs,
      endMs: mark.endMs + attempt.offsetMs,
    }));
    const startMs = (1000 * this.#samples) / sampleRateHz;
    this.#pcms.push(words.pcm);
    this.#marks.push(...marks);
    this.#samples += words.pcm.length;
    const end = marks.at(-1)?.charEnd;
    if (end !== undefined) {
      this.#charStart = end + (BETWEEN.exec(this.request.text.slice(end))?.[0].length ?? 0);
    }
    this.#clock.heard(this.host.now(), (1000 * words.pcm.length) / sampleRateHz);
    this.request.onChunk?.({ pcm: words.pcm, startMs, marks, last: words.last });
    this.host.arm();
  }

  /** The attempt is the one that is heard from now on. False when it was given up meanwhile. */
  #commit(attempt: Attempt): boolean {
    if (this.#speaking === attempt) {
      if (this.#rescue !== undefined) this.#endRescue();
      return true;
    }
    this.host.began(attempt.leg, attempt.provider);
    if (!this.#attempts.has(attempt)) return false;
    const stalled = this.#speaking;
    this.#speaking = attempt;
    this.#rescue = undefined;
    attempt.offsetMs = (1000 * this.#samples) / this.request.sampleRateHz;
    attempt.firstAudioMs = this.host.now() - attempt.startedAt;
    if (stalled !== undefined) {
      this.#given.add(stalled.provider);
      this.#close(stalled, 'failed', 'stalled');
    }
    return true;
  }

  #ended(attempt: Attempt, result: Result<TtsSpeech, TtsError>): void {
    if (result.ok) {
      if (this.#speaking !== attempt && !this.#commit(attempt)) return;
      this.#cacheHit &&= result.value.cacheHit;
      this.#close(attempt, 'ok', 'spoken');
      this.#settle?.(ok(this.#whole(result.value.engine)));
      return;
    }
    const { error } = result;
    const wasSpeaking = this.#speaking === attempt;
    if (wasSpeaking) this.#speaking = undefined;
    this.#cacheHit = false;
    this.#given.add(attempt.provider);
    this.#lastError = error;
    this.#close(attempt, outcomeOf(error), error.failure?.kind ?? error.code);
    if (![...this.#attempts].some(({ leg }) => leg === this.#rescue)) this.#rescue = undefined;
    if (this.#attempts.size === 0) this.#legOver(error);
  }

  /** Nobody is at work: the next engine goes on with the rest, or it is over. */
  #legOver(error: TtsError): void {
    if (this.#settle === undefined || this.#attempts.size > 0) return;
    this.#rescue = undefined;
    this.#lastError = error;
    if (this.#samples > 0 && !/[\p{L}\p{N}]/u.test(this.request.text.slice(this.#charStart))) {
      this.request.onChunk?.({
        ...{
          pcm: new Int16Array(0),
          startMs: (1000 * this.#samples) / this.request.sampleRateHz,
          marks: [],
          last: true,
        },
      });
      this.#settle(ok(this.#whole(this.engines[this.order[0] ?? 0]?.capabilities.engine ?? '')));
      return;
    }
    const rest = this.#rest();
    if (rest.length === 0 || error.code === 'invalid') this.#settle(err(this.#lastError));
    else this.host.begin(this, rest);
  }

  /** Engines that have not failed with this text. */
  #rest(): readonly number[] {
    const busy = new Set([...this.#attempts].map(({ provider }) => provider));
    return this.order.filter((provider) => !this.#given.has(provider) && !busy.has(provider));
  }

  #endRescue(): void {
    const leg = this.#rescue;
    if (leg === undefined) return;
    this.#rescue = undefined;
    this.host.cancel(leg);
    for (const attempt of [...this.#attempts]) if (attempt.leg === leg) this.#drop(attempt);
  }

  /** The attempt is over, and the fail-over is told how. */
  #close(attempt: Attempt, outcome: AttemptOutcome, word: string): void {
    this.#attempts.delete(attempt);
    attempt.abort.abort();
    const { firstAudioMs } = attempt;
    this.host.report?.({
      engine: this.engines[attempt.provider]?.capabilities.engine ?? '',
      outcome: word,
      ...(firstAudioMs === undefined ? {} : { firstAudioMs }),
    });
    this.host.ended(attempt.leg, attempt.provider, outcome);
  }

  /** The attempt is no longer wanted; that says nothing of the engine. */
  #drop(attempt: Attempt): void {
    if (!this.#attempts.has(attempt)) return;
    this.#attempts.delete(attempt);
    attempt.abort.abort();
    this.host.ended(attempt.leg, attempt.provider, 'void');
  }

  #whole(engine: string): TtsSpeech {
    const { requestId, sampleRateHz } = this.request;
    const pcm = new Int16Array(this.#samples);
    let at = 0;
    for (const part of this.#pcms) {
      pcm.set(part, at);
      at += part.length;
    }
    const durationMs = (1000 * this.#samples) / sampleRateHz;
    return { requestId, pcm, sampleRateHz, durationMs, marks: this.#marks, cacheHit: this.#cacheHit, engine };
  }
}

/** Whether an engine is to be asked for a voice: it has it, or does not tell what it has. */
export function hasVoice(engine: TtsEngine, voice: string): boolean {
  const voices = engine.voices();
  return voices.length === 0 || voices.some(({ id }) => id === voice);
}

/** What an error says of the engine. */
function outcomeOf({ code, failure }: TtsError): AttemptOutcome {
  if (failure === undefined) return code === 'invalid' || code === 'overloaded' ? 'busy' : 'failed';
  // What one provider refuses to say another one may.
  const outcome = FAILURE_OUTCOME[failure.kind];
  return outcome === 'void' ? 'busy' : outcome;
}
