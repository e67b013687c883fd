import type { CallerInput, CallerMind, CallerOutput } from '../../../src/cli/caller/caller-machine.js';
import { addMs, earliest, type MonoMs } from '../../../src/kernel/time.js';
import type { DeclaredStep } from '../scenarios/declared.js';
import { says } from '../scenarios/declared-end.js';
import { answerTo, correctionOf, UNDER_NUMBER, type Answer } from './answers.js';
import type { ReadQuestion } from './question.js';
import { articulated, type Wishes } from './wishes.js';

/** A step of the caller, with what the same conversation brings in text. */
export interface CallerStep {
  readonly act: Pick<DeclaredStep, 'say' | 'press' | 'silence'>;
  readonly expect: DeclaredStep['expect'];
  /** Said this long after the agent began to speak, ms. */
  readonly bargeInMs?: number;
  /** Something happens before the step. */
  readonly errand?: () => Promise<void>;
  /** The agent's reply in text. */
  readonly reply: string;
  readonly wishes: Wishes;
}

/** How the caller leaves the call. */
export interface Farewell {
  /** The agent is expected to end it, or to pass it on: the caller stays on the line. */
  readonly agentEnds: boolean;
}

/** A sentence without a question may go on; a caller waits a moment, ms. */
const MORE_MS = 1_500;
/** Patience with an agent that says nothing, ms. */
const AGENT_SILENT_MS = 20_000;
/** Patience of somebody who is silent on purpose, ms. */
const OWN_SILENCE_MS = 40_000;
/** Wait for an agent that is to hang up, ms. */
const FAREWELL_MS = 12_000;
const HANG_UP_MS = 300;
/** What is put right or said again, at most: in a call and at one step. */
const MOST_ANSWERS = 8;
const MOST_ANSWERS_A_STEP = 4;
const AGREES = /^(yes|correct)\b/i;
/** Replies behind which something follows by itself. */
const GOES_ON = /^(filler|transfer\.start|resume)/;

/** A caller of a declared conversation: says each step when the step before has had its reply, and puts right what was misheard. Pure. */
export class DeclaredCaller implements CallerMind {
  /** The agent's replies to each step, in the order of the steps. */
  readonly replies: string[][];
  /** What was said beside the conversation. */
  extra = 0;
  /** The caller has agreed to go by the telephone number. */
  underNumber = false;
  readonly #outputs: CallerOutput[] = [];
  #step = 0;
  #heard = '';
  #due: { readonly at: MonoMs; readonly act: (now: MonoMs) => void } | undefined;
  #patience: MonoMs | undefined;
  #endsAt: MonoMs | undefined;
  #agentSpeaking = false;
  #speaking = false;
  #answers = 0;
  #done = false;

  constructor(
    private readonly plan: readonly CallerStep[],
    private readonly read: ReadQuestion,
    private readonly farewell: Farewell,
    private readonly maxMs: number,
  ) {
    this.replies = plan.map(() => []);
  }

  get steps(): number {
    return this.plan.length;
  }

  get stepsTaken(): number {
    return this.#step;
  }

  /** What happens before the next step, once a reply leads there. */
  errandAfter(reply: string): (() => Promise<void>) | undefined {
    const text = joined(this.#heard, reply);
    const leadsOn = this.#step === 0 || this.#decide(text) === 'next';
    return leadsOn ? this.plan[this.#step]?.errand : undefined;
  }

  poll(): CallerOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    if (this.#done) return undefined;
    return earliest(earliest(this.#due?.at, this.#patience), this.#endsAt);
  }

  handle(now: MonoMs, input: CallerInput): void {
    if (this.#done) return;
    switch (input.type) {
      case 'connected': {
        this.#endsAt = addMs(now, this.maxMs);
        this.#patience = addMs(now, AGENT_SILENT_MS);
        break;
      }
      case 'agent_started': {
        this.#agentSpeaking = true;
        this.#patience = undefined;
        this.#due = undefined;
        this.#bargeIn(now);
        break;
      }
      case 'agent_stopped': {
        this.#agentSpeaking = false;
        this.#patience = addMs(now, AGENT_SILENT_MS);
        break;
      }
      case 'agent_said': {
        // Words that the caller has talked over answer nothing.
        if (this.#speaking) break;
        this.#heard = joined(this.#heard, input.text);
        if (!this.#agentSpeaking) this.#react(now);
        break;
      }
      case 'own_audio_done': {
        this.#speaking = false;
        this.#patience = addMs(now, AGENT_SILENT_MS);
        break;
      }
      case 'tick': {
        break;
      }
    }
    this.#expire(now);
  }

  #bargeIn(now: MonoMs): void {
    const next = this.plan[this.#step];
    if (next?.bargeInMs === undefined || this.#speaking) return;
    this.#due = { at: addMs(now, next.bargeInMs), act: (at) => this.#next(at) };
  }

  #react(now: MonoMs): void {
    const text = this.#heard;
    if (text === '') return;
    const asked = this.read(text);
    const isOpenEnded = !text.trimEnd().endsWith('?') || (asked !== undefined && GOES_ON.test(asked.id));
    const act = (at: MonoMs): void => {
      this.#heard = '';
      this.#answer(at, text);
    };
    this.#due = { at: addMs(now, isOpenEnded ? MORE_MS : 0), act };
  }

  #answer(now: MonoMs, text: string): void {
    const done = this.#step - 1;
    if (done >= 0) this.replies[done]?.push(text);
    const decision = this.#step === 0 ? 'next' : this.#decide(text);
    if (decision === 'next') {
      this.#answers = 0;
      this.#next(now);
      return;
    }
    if (this.#answers >= MOST_ANSWERS_A_STEP || this.extra >= MOST_ANSWERS) {
      this.#leave(now, HANG_UP_MS);
      return;
    }
    this.#answers++;
    this.extra++;
    const last = this.plan[done]?.act ?? {};
    if (this.read(text)?.id === UNDER_NUMBER) this.underNumber = true;
    if (decision.do === 'say') this.#say(decision.text);
    else if (decision.do === 'press') this.#press(decision.digits);
    else this.#act(now, last);
  }

  /** Whether a reply is the one that the conversation goes on with, or what is said instead. */
  #decide(text: string): 'next' | Answer {
    const done = this.#step - 1;
    const current = this.plan[done];
    if (current === undefined) return 'next';
    const asked = this.read(text);
    const { name, ...others } = current.wishes;
    const wishes = this.underNumber ? others : { ...others, name };
    const correction = asked === undefined ? undefined : correctionOf(asked, text, wishes);
    if (correction !== undefined) return correction;
    const all = [...(this.replies[done] ?? []), text].join(' ');
    if (this.#isExpected(current, asked?.about, all)) return 'next';
    const agrees = AGREES.test(current.act.say ?? '');
    // What was put right is read back in part; all of it has been right by now.
    if (this.#answers > 0 && asked?.about === 'confirm' && current.expect?.asks === 'confirm') return 'next';
    return answerTo(asked, text, wishes, agrees);
  }

  #isExpected({ expect, reply }: CallerStep, about: string | undefined, all: string): boolean {
    const { contains = [], asks } = expect ?? {};
    if (!contains.every((part) => says(all, part))) return false;
    if (asks !== undefined) return about === asks;
    if (contains.length > 0) return true;
    const usual = this.read(reply)?.about;
    return usual === undefined || usual === about;
  }

  #next(now: MonoMs): void {
    const next = this.plan[this.#step];
    if (next === undefined) {
      this.#leave(now, this.farewell.agentEnds ? FAREWELL_MS : HANG_UP_MS);
      return;
    }
    this.#step++;
    this.#act(now, next.act);
  }

  #act(now: MonoMs, { say, press }: CallerStep['act']): void {
    if (say !== undefined) this.#say(say);
    else if (press === undefined) this.#patience = addMs(now, OWN_SILENCE_MS);
    else this.#press(press);
  }

  #say(text: string): void {
    this.#speaking = true;
    this.#patience = undefined;
    const { name } = this.plan[Math.max(0, this.#step - 1)]?.wishes ?? {};
    this.#outputs.push({ type: 'say', text: articulated(text, name), tag: 'declared' });
  }

  #press(digits: string): void {
    this.#speaking = true;
    this.#patience = undefined;
    this.#outputs.push({ type: 'dtmf', digits });
  }

  #leave(now: MonoMs, waitMs: number): void {
    this.#patience = undefined;
    this.#due = { at: addMs(now, waitMs), act: () => this.#hangup('script_done') };
  }

  #expire(now: MonoMs): void {
    const due = this.#due;
    if (due !== undefined && now >= due.at) {
      this.#due = undefined;
      due.act(now);
    }
    if (this.#done) return;
    if (this.#endsAt !== undefined && now >= this.#endsAt) this.#hangup('max_ms');
    else if (this.#patience !== undefined && now >= this.#patience) this.#hangup('no_answer');
  }

  #hangup(reason: Extract<CallerOutput, { type: 'hangup' }>['reason']): void {
    this.#done = true;
    this.#outputs.push({ type: 'hangup', reason });
  }
}

const joined = (before: string, text: string): string => [before, text].filter((one) => one !== '').join(' ');
