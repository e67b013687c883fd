import type { Machine } from '../../kernel/machine.js';
import { addMs, earliest, type MonoMs } from '../../kernel/time.js';
import type { CallScript, ScriptRule, ScriptStep } from './script.js';

/** What the simulated caller perceives. */
export type CallerInput =
  | { readonly type: 'connected' }
  | { readonly type: 'agent_started' }
  /** The agent has been silent long enough to be done; its words follow as `agent_said`. */
  | { readonly type: 'agent_stopped' }
  | { readonly type: 'agent_said'; readonly text: string }
  | { readonly type: 'own_audio_done' }
  | { readonly type: 'tick' };

/** What the simulated caller does. */
export type CallerOutput =
  | { readonly type: 'say'; readonly text: string; readonly tag: string }
  | { readonly type: 'play'; readonly file: string; readonly tag: string }
  | { readonly type: 'dtmf'; readonly digits: string }
  | { readonly type: 'hangup'; readonly reason: 'script_done' | 'script_hangup' | 'no_answer' | 'max_ms' };

/** Who calls: told what is perceived, it says what to do. */
export interface CallerMind extends Machine<CallerInput, CallerOutput> {
  /** Steps that the caller means to take. */
  readonly steps: number;
  readonly stepsTaken: number;
}

/** Patience with an agent that says nothing, ms. */
const AGENT_SILENT_MS = 25_000;
/** After the last step the caller listens to the reply and hangs up when nothing follows, ms. */
const AFTER_LAST_MS = 6_000;

/**
 * A caller who follows a script: waits for the agent to finish, then takes the next step that fits what the agent said, or
 * a rule. Repeats its last words when nothing fits. Pure.
 */
export class CallerMachine implements CallerMind {
  readonly #outputs: CallerOutput[] = [];
  readonly #used = new Map<ScriptRule, number>();
  #step = 0;
  #startedAt: MonoMs | undefined;
  #waitUntil: MonoMs | undefined;
  #actAt: { readonly at: MonoMs; readonly act: ScriptStep | ScriptRule } | undefined;
  #agentSpeaking = false;
  #speaking = false;
  #last: ScriptStep | ScriptRule | undefined;
  #repeats = 0;
  #done = false;

  constructor(private readonly script: CallScript) {}

  /** True once the caller has hung up. */
  get done(): boolean {
    return this.#done;
  }

  get steps(): number {
    return this.script.steps.length;
  }

  get stepsTaken(): number {
    return this.#step;
  }

  poll(): CallerOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    if (this.#done || this.#startedAt === undefined) return undefined;
    return earliest(earliest(this.#actAt?.at, this.#waitUntil), addMs(this.#startedAt, this.script.max_ms));
  }

  handle(now: MonoMs, input: CallerInput): void {
    if (this.#done) return;
    switch (input.type) {
      case 'connected': {
        this.#startedAt = now;
        this.#waitUntil = addMs(now, AGENT_SILENT_MS);
        break;
      }
      case 'agent_started': {
        this.#agentSpeaking = true;
        this.#waitUntil = undefined;
        this.#scheduleBargeIn(now);
        break;
      }
      case 'agent_stopped': {
        this.#agentSpeaking = false;
        this.#waitUntil = addMs(now, AGENT_SILENT_MS);
        break;
      }
      case 'agent_said': {
        if (!this.#agentSpeaking && !this.#speaking) this.#react(now, input.text);
        break;
      }
      case 'own_audio_done': {
        this.#speaking = false;
        this.#waitUntil = addMs(now, this.#scriptOver() ? AFTER_LAST_MS : AGENT_SILENT_MS);
        break;
      }
      case 'tick': {
        break;
      }
    }
    this.#expire(now);
  }

  #scriptOver(): boolean {
    return this.#step >= this.script.steps.length;
  }

  #scheduleBargeIn(now: MonoMs): void {
    const next = this.script.steps[this.#step];
    if (next?.barge_in_ms === undefined || this.#speaking) return;
    this.#step++;
    this.#actAt = { at: addMs(now, next.barge_in_ms), act: next };
  }

  #react(now: MonoMs, text: string): void {
    if (this.#actAt !== undefined) return;
    if (this.#obeyRule(now, text, true)) return;
    const next = this.script.steps[this.#step];
    if (next !== undefined && next.barge_in_ms === undefined && matches(next.when, text)) {
      this.#step++;
      this.#repeats = 0;
      this.#actAt = { at: addMs(now, next.delay_ms ?? 0), act: next };
      return;
    }
    if (this.#obeyRule(now, text, false)) return;
    if (next !== undefined && this.#last !== undefined && this.#repeats < 2) {
      this.#repeats++;
      this.#actAt = { at: now, act: this.#last };
    }
    if (this.#scriptOver()) this.#waitUntil = addMs(now, AFTER_LAST_MS);
  }

  /** Follows the first rule that fits and has not been used up. */
  #obeyRule(now: MonoMs, text: string, first: boolean): boolean {
    const rule = this.script.rules.find(
      (one) =>
        (one.first ?? false) === first && matches(one.when, text) && (this.#used.get(one) ?? 0) < one.most,
    );
    if (rule === undefined) return false;
    this.#used.set(rule, (this.#used.get(rule) ?? 0) + 1);
    const act = rule.repeat === true ? this.#last : rule;
    if (act !== undefined) this.#actAt = { at: now, act };
    return true;
  }

  #expire(now: MonoMs): void {
    if (this.#startedAt !== undefined && now >= addMs(this.#startedAt, this.script.max_ms)) {
      this.#hangup('max_ms');
      return;
    }
    const due = this.#actAt;
    if (due !== undefined && now >= due.at) {
      this.#actAt = undefined;
      this.#act(due.act);
    }
    if (this.#waitUntil !== undefined && now >= this.#waitUntil && !this.#agentSpeaking && !this.#speaking) {
      this.#hangup(this.#scriptOver() ? 'script_done' : 'no_answer');
    }
  }

  #act(act: ScriptStep | ScriptRule): void {
    if (act.hangup === true) {
      this.#hangup('script_hangup');
      return;
    }
    this.#last = act;
    this.#speaking = true;
    this.#waitUntil = undefined;
    const tag = 'tag' in act && act.tag !== undefined ? act.tag : 'untagged';
    if (act.say !== undefined) this.#outputs.push({ type: 'say', text: act.say, tag });
    else if (act.play !== undefined) this.#outputs.push({ type: 'play', file: act.play, tag });
    else if (act.dtmf !== undefined) this.#outputs.push({ type: 'dtmf', digits: act.dtmf });
  }

  #hangup(reason: Extract<CallerOutput, { type: 'hangup' }>['reason']): void {
    this.#done = true;
    this.#outputs.push({ type: 'hangup', reason });
  }
}

function matches(when: string | undefined, text: string): boolean {
  return when === undefined || new RegExp(when, 'i').test(text);
}
