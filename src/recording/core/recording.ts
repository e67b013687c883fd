import type { MonoMs } from '../../kernel/time.js';
import type { RecordingConsent, RecordingPolicy, RecordingState } from '../../kernel/vocab.js';
import { Intervals } from './intervals.js';

/** What a person of the office may do to a recording in progress. */
export const RECORDING_ACTIONS = ['pause', 'resume', 'stop', 'delete'] as const;

/** One of {@link RECORDING_ACTIONS}. */
export type RecordingAction = (typeof RECORDING_ACTIONS)[number];

/** What a {@link Recording} is told. */
export type RecordingInput =
  /** Both sides hear each other from now on. */
  | { readonly type: 'connected' }
  /** How the caller stands to it. */
  | { readonly type: 'consent'; readonly state: RecordingConsent }
  | { readonly type: 'command'; readonly action: RecordingAction }
  /** A secret is asked for, or not any more. */
  | { readonly type: 'secret'; readonly on: boolean }
  /** Nothing more can be written. */
  | { readonly type: 'failed' }
  | { readonly type: 'ended' };

/** What a {@link Recording} asks for. */
export type RecordingOutput =
  /** The recording begins now. */
  | { readonly type: 'start' }
  /** It is over and kept. */
  | { readonly type: 'finish'; readonly why: 'ended' | 'stopped' | 'failed' }
  /** Nothing of it is kept. */
  | { readonly type: 'discard'; readonly why: 'withdrawn' | 'deleted' }
  /** The state or the consent is another. */
  | { readonly type: 'changed' };

/**
 * What is said last of a secret, and the tone of its last key, end after the dialog has taken it, ms. Shorter than
 * audio waits before it is written.
 */
export const SECRET_TAIL_MS = 400;

/** States in which there is something that could be deleted. */
const KEPT: ReadonlySet<RecordingState> = new Set(['recording', 'paused', 'stopped']);

const FROM: Readonly<Record<RecordingAction, ReadonlySet<RecordingState>>> = {
  pause: new Set(['recording']),
  resume: new Set(['paused']),
  stop: new Set(['recording', 'paused']),
  delete: KEPT,
};

/**
 * The recording of one call: when there may be one. With the policy `ask` none begins before the caller's yes; a caller who
 * withdraws it leaves nothing behind; nobody can begin one again.
 */
export class Recording {
  /** Stretches that are blanked, on the recording's own clock. */
  readonly intervals = new Intervals();
  #state: RecordingState = 'off';
  #consent: RecordingConsent | undefined;
  #startedAt: MonoMs | undefined;
  #isConnected = false;
  #isSecret = false;
  #isOver = false;

  constructor(private readonly policy: RecordingPolicy) {}

  get state(): RecordingState {
    return this.#state;
  }

  get consent(): RecordingConsent | undefined {
    return this.#consent;
  }

  /** When it began. */
  get startedAt(): MonoMs | undefined {
    return this.#startedAt;
  }

  /** Whether somebody may do this now. */
  allows(action: RecordingAction): boolean {
    return FROM[action].has(this.#state) && !this.#isOver;
  }

  handle(now: MonoMs, input: RecordingInput): readonly RecordingOutput[] {
    if (this.#isOver) return [];
    switch (input.type) {
      case 'connected': {
        this.#isConnected = true;
        return this.#begin(now);
      }
      case 'consent': {
        return this.#consented(now, input.state);
      }
      case 'command': {
        return this.allows(input.action) ? this.#command(now, input.action) : [];
      }
      case 'secret': {
        this.#secret(now, input.on);
        return [];
      }
      case 'failed': {
        return this.#isRunning ? this.#finish('failed') : [];
      }
      case 'ended': {
        this.#isOver = true;
        return this.#isRunning ? this.#finish('ended') : [];
      }
    }
  }

  get #isRunning(): boolean {
    return this.#state === 'recording' || this.#state === 'paused';
  }

  #placeOf(now: MonoMs): number {
    return this.#startedAt === undefined ? 0 : now - this.#startedAt;
  }

  /** Begins where it may. */
  #begin(now: MonoMs): readonly RecordingOutput[] {
    if (this.policy === 'off' || !this.#isConnected || this.#startedAt !== undefined) return [];
    if (this.policy === 'ask' && this.#consent !== 'given') {
      if (this.#state !== 'off' || this.#consent === 'refused' || this.#consent === 'withdrawn') return [];
      return this.#become('awaiting_consent');
    }
    if (this.#consent === 'withdrawn') return [];
    this.#startedAt = now;
    if (this.#isSecret) this.intervals.begin('secret', 0);
    return [{ type: 'start' }, ...this.#become('recording')];
  }

  #consented(now: MonoMs, consent: RecordingConsent): readonly RecordingOutput[] {
    // What was withdrawn or refused is not asked for again.
    if (this.policy === 'off' || this.#consent === 'withdrawn') return [];
    this.#consent = consent;
    if (consent === 'given' || consent === 'announced') {
      const begun = this.#begin(now);
      return begun.length > 0 ? begun : [{ type: 'changed' }];
    }
    if (consent === 'asked') return [{ type: 'changed' }];
    if (KEPT.has(this.#state)) return [{ type: 'discard', why: 'withdrawn' }, ...this.#become('deleted')];
    return this.#become('off');
  }

  #command(now: MonoMs, action: RecordingAction): readonly RecordingOutput[] {
    switch (action) {
      case 'pause': {
        this.intervals.begin('paused', this.#placeOf(now));
        return this.#become('paused');
      }
      case 'resume': {
        this.intervals.end('paused', this.#placeOf(now));
        return this.#become('recording');
      }
      case 'stop': {
        return this.#finish('stopped');
      }
      case 'delete': {
        return [{ type: 'discard', why: 'deleted' }, ...this.#become('deleted')];
      }
    }
  }

  #secret(now: MonoMs, on: boolean): void {
    if (on === this.#isSecret) return;
    this.#isSecret = on;
    if (this.#startedAt === undefined) return;
    if (on) this.intervals.begin('secret', this.#placeOf(now));
    else this.intervals.end('secret', this.#placeOf(now) + SECRET_TAIL_MS);
  }

  #finish(why: 'ended' | 'stopped' | 'failed'): readonly RecordingOutput[] {
    return [{ type: 'finish', why }, ...this.#become('stopped')];
  }

  #become(state: RecordingState): readonly RecordingOutput[] {
    this.#state = state;
    return [{ type: 'changed' }];
  }
}
