import type { Machine } from '../../kernel/machine.js';
import { addMs, earliest, type MonoMs } from '../../kernel/time.js';
import type { ControlReason, Supervisor } from './types.js';

/** Times of {@link Takeover}, ms. */
export interface TakeoverTimes {
  /** Somebody who has taken a call and sends no audio for this long never came. */
  readonly firstAudioMs: number;
  /** The caller gets a word this long after the line to the person was lost. */
  readonly comfortMs: number;
  /** Then the agent takes the call back. */
  readonly graceMs: number;
}

/** See {@link TakeoverTimes}. */
export const TAKEOVER_TIMES: TakeoverTimes = { firstAudioMs: 10_000, comfortMs: 2000, graceMs: 5000 };

/** What the machine is told. */
export type TakeoverInput =
  | { readonly type: 'take'; readonly by: Supervisor; readonly force: boolean }
  | { readonly type: 'hand_back' }
  /** The person's line for audio is there. */
  | { readonly type: 'line_open'; readonly user: string; readonly line: string }
  | { readonly type: 'line_lost'; readonly line: string }
  /** Audio of the person came. */
  | { readonly type: 'audio'; readonly line: string }
  | { readonly type: 'ended' }
  | { readonly type: 'tick' };

/** What the machine asks for. */
export type TakeoverOutput =
  | {
      readonly type: 'control';
      readonly controller: 'agent' | 'human';
      readonly user: Supervisor;
      readonly reason: ControlReason;
      /** True when another person had the call until now: the agent is silent already. */
      readonly wasHuman: boolean;
    }
  /** The line to the person is lost; the caller is told to wait. */
  | { readonly type: 'comfort' };

interface Held {
  readonly by: Supervisor;
  readonly line: string | undefined;
  /** When the first audio must have come; `undefined` once it has. */
  readonly audioBy: MonoMs | undefined;
  readonly lostAt: MonoMs | undefined;
  readonly comforted: boolean;
}

/**
 * Who speaks with the caller: the agent, or one person. Dead air is never the outcome: a person who does not come, or whose
 * line is lost and does not come back, gives the call back.
 */
export class Takeover implements Machine<TakeoverInput, TakeoverOutput> {
  readonly #outputs: TakeoverOutput[] = [];
  #held: Held | undefined;

  constructor(private readonly times: TakeoverTimes = TAKEOVER_TIMES) {}

  /** Who has the call; `undefined` for the agent. */
  get holder(): Supervisor | undefined {
    return this.#held?.by;
  }

  /** The line that the holder speaks over. */
  get line(): string | undefined {
    return this.#held?.line;
  }

  poll(): TakeoverOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    const { lostAt, comforted, audioBy } = held;
    const { comfortMs, graceMs } = this.times;
    const lost = lostAt === undefined ? undefined : addMs(lostAt, comforted ? graceMs : comfortMs);
    return earliest(lost, audioBy);
  }

  handle(now: MonoMs, input: TakeoverInput): void {
    switch (input.type) {
      case 'take': {
        this.#take(now, input.by, input.force);
        break;
      }
      case 'hand_back': {
        this.#release('handed_back');
        break;
      }
      case 'line_open': {
        if (this.#held?.by.id !== input.user) break;
        this.#held = { ...this.#held, line: input.line, lostAt: undefined, comforted: false };
        break;
      }
      case 'line_lost': {
        if (this.#held === undefined || this.#held.line !== input.line) break;
        this.#held = { ...this.#held, line: undefined, lostAt: now };
        break;
      }
      case 'audio': {
        if (this.#held?.line !== input.line) break;
        this.#held = { ...this.#held, audioBy: undefined };
        break;
      }
      case 'ended': {
        this.#release('call_ended');
        break;
      }
      case 'tick': {
        break;
      }
    }
    this.#expire(now);
  }

  /** Somebody else's call is taken by force only; one's own again changes nothing. */
  #take(now: MonoMs, by: Supervisor, force: boolean): void {
    const before = this.#held;
    if (before !== undefined && (before.by.id === by.id || !force)) return;
    this.#held = {
      by,
      line: undefined,
      audioBy: addMs(now, this.times.firstAudioMs),
      lostAt: undefined,
      comforted: false,
    };
    this.#tell('human', by, before === undefined ? 'taken' : 'forced', before !== undefined);
  }

  #release(reason: ControlReason): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#tell('agent', held.by, reason, true);
  }

  #tell(controller: 'agent' | 'human', user: Supervisor, reason: ControlReason, wasHuman: boolean): void {
    this.#outputs.push({ type: 'control', controller, user, reason, wasHuman });
  }

  #expire(now: MonoMs): void {
    const held = this.#held;
    if (held === undefined) return;
    const { lostAt, comforted, audioBy } = held;
    const { comfortMs, graceMs } = this.times;
    const isGone = lostAt !== undefined && now >= addMs(lostAt, graceMs);
    if (isGone || (audioBy !== undefined && now >= audioBy)) {
      this.#release('socket_lost');
      return;
    }
    if (lostAt === undefined || comforted || now < addMs(lostAt, comfortMs)) return;
    this.#held = { ...held, comforted: true };
    this.#outputs.push({ type: 'comfort' });
  }
}
