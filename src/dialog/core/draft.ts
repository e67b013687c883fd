import { requestId, type RequestId } from '../../kernel/ids.js';
import type { Expectation } from '../../kernel/vocab.js';
import type { AppointmentContext } from './appointment/advance.js';
import { expectationOf } from './appointment/questions.js';
import type { Line } from './render.js';
import { render } from './render.js';
import type { DialogAsk, DialogState, Pending, Said, DialogStep } from './state.js';
import type { DialogContext, DialogEffect } from './types.js';

/**
 * One step in the making: the state so far and the effects so far. Lives inside a call of `step` only; the rules
 * write to it, `finish` gives the result.
 */
export class Draft {
  readonly effects: DialogEffect[] = [];
  readonly #lines: { line: Line; interruptible: boolean; filler: boolean; sources?: readonly string[] }[] =
    [];

  #again: readonly Said[] = [];

  constructor(
    public state: DialogState,
    readonly ctx: DialogContext,
  ) {}

  /** Changes fields of the state. */
  set(change: Partial<DialogState>): void {
    this.state = { ...this.state, ...change };
  }

  /** Removes optional fields of the state. */
  clear(...keys: readonly ('pending' | 'appointment' | 'heldText')[]): void {
    this.state = Object.fromEntries(
      Object.entries(this.state).filter(([key]) => !(keys as readonly string[]).includes(key)),
    ) as unknown as DialogState;
  }

  /** Says lines in order. Their expectation is that of the question the step ends with. */
  say(...lines: readonly Line[]): void {
    for (const line of lines) this.#lines.push({ line, interruptible: true, filler: false });
  }

  /** Says an answer with the passages it was taken from. */
  sayWithSources(line: Line, sources: readonly string[]): void {
    this.#lines.push({ line, interruptible: true, filler: false, sources });
  }

  /** Says a line that must be heard to its end. */
  sayFirmly(line: Line): void {
    this.#lines.push({ line, interruptible: false, filler: false });
  }

  /** Says "one moment": it answers nothing, and "repeat" does not bring it back. */
  sayFiller(line: Line): void {
    this.#lines.push({ line, interruptible: true, filler: true });
  }

  /** Says earlier words once more, as they were. */
  sayAgain(said: readonly Said[]): void {
    this.#again = said;
  }

  /** Asks something of the dialog's own; questions of the appointment come with their own lines. */
  ask(ask: DialogAsk, ...lines: readonly Line[]): void {
    this.set({ ask });
    this.say(...lines);
  }

  /** Emits an effect. */
  emit(effect: DialogEffect): void {
    this.effects.push(effect);
  }

  /** The id of the next request; its answer is the only one that counts from now on. */
  request(pending: (id: RequestId) => Pending): RequestId {
    const id = requestId(`d${this.state.requests + 1}`);
    this.set({ requests: this.state.requests + 1, pending: pending(id), fillers: 0 });
    return id;
  }

  /** What the appointment machine judges by. */
  get appointmentContext(): AppointmentContext {
    const { callerNumber } = this.state;
    return {
      business: this.ctx.business,
      wallMs: this.ctx.wallMs,
      ...(callerNumber === undefined ? {} : { callerNumber }),
    };
  }

  /** What the caller is expected to say to the open question. */
  get expectation(): Expectation {
    return expectation(this.state, this.appointmentContext);
  }

  /** The result of the step. Speech comes before every other effect. */
  finish(): DialogStep {
    const expected = this.expectation;
    const said: Said[] = [];
    const speech: DialogEffect[] = [];
    const counts: Record<string, number> = { ...this.state.said };
    for (const { text, promptId } of this.#again) {
      said.push({ text, promptId });
      speech.push({ type: 'say', text, promptId, expectation: expected, interruptible: true });
    }
    for (const { line, interruptible, filler, sources } of this.#lines) {
      const count = counts[line.promptId] ?? 0;
      counts[line.promptId] = count + 1;
      const text = render(this.ctx.prompts, line, this.state.seed + count);
      if (text === '') continue;
      if (!filler) said.push({ text, promptId: line.promptId });
      speech.push({
        type: 'say',
        text,
        promptId: line.promptId,
        expectation: expected,
        interruptible,
        ...(sources === undefined ? {} : { sources }),
        ...(filler ? { filler: true } : {}),
      });
    }
    const state = {
      ...this.state,
      said: counts,
      ...(said.length === 0 ? {} : { lastSaid: said, cutOff: false }),
    };
    return { state, effects: [...speech, ...this.effects] };
  }
}

/** What the caller is expected to say next, for the wait at a pause, the keypad and the recogniser. */
export function expectation(state: DialogState, ctx: AppointmentContext): Expectation {
  switch (state.ask) {
    case 'appointment': {
      if (state.appointment === undefined) {
        return { kind: 'free', decision: false, keypad: { '0': 'a person' } };
      }
      return expectationOf(state.appointment, ctx);
    }
    case 'open': {
      return { kind: 'free', decision: false, keypad: { '1': 'book an appointment', '0': 'a person' } };
    }
    case 'anything_else': {
      return {
        kind: 'free',
        decision: false,
        keypad: { '1': 'book an appointment', '2': 'no', '0': 'a person' },
      };
    }
    case 'person':
    case 'callback': {
      return { kind: 'yes_no', decision: true, keypad: { '1': 'yes', '2': 'no', '0': 'a person' } };
    }
    case 'callback_number': {
      return { kind: 'digits', decision: false };
    }
    default: {
      return state.ask;
    }
  }
}
