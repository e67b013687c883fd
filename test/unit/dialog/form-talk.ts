import { join } from 'node:path';
import { callId } from '../../../src/kernel/ids.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { DtmfDigit } from '../../../src/kernel/vocab.js';
import { loadBusiness } from '../../../src/dialog/business.js';
import type { DialogRequest, DialogResult } from '../../../src/dialog/core/effects.js';
import { interpret } from '../../../src/dialog/core/nlu/interpret.js';
import type { Lexicon } from '../../../src/dialog/core/nlu/lexicon.js';
import { render, type Line } from '../../../src/dialog/core/render.js';
import { formTask } from '../../../src/dialog/core/tasks/form/form-task.js';
import type { FormSpec, ToolSpec } from '../../../src/dialog/core/tasks/form/spec.js';
import type { FormState } from '../../../src/dialog/core/tasks/form/state.js';
import type {
  Known,
  TaskContext,
  TaskNext,
  TaskStart,
  TaskStep,
} from '../../../src/dialog/core/tasks/task.js';
import { loadLocale } from '../../../src/dialog/locale.js';
import { loadPrompts } from '../../../src/dialog/prompts.js';

const ROOT = process.cwd();
const { prompts } = await loadPrompts(join(ROOT, 'prompts'));
const business = await loadBusiness(join(ROOT, 'business.yaml'));
const locale = loadLocale(join(ROOT, 'locales/en-US'));

export const lexicon: Lexicon = {
  locale,
  services: [],
  staff: [],
  personWords: [],
  appointmentWords: [],
  alerts: {},
  pronunciations: [],
};

export interface FormTalkOptions {
  readonly forms: Readonly<Record<string, FormSpec>>;
  readonly tools?: Readonly<Record<string, ToolSpec>>;
  readonly callerNumber?: string;
  readonly known?: Known;
}

/** Forms on a stack of their own, driven by sentences and keys as the conversation drives them. */
export class FormTalk {
  readonly said: string[] = [];
  readonly requests: DialogRequest[] = [];
  readonly ends: TaskNext[] = [];
  known: Known;
  missed = 0;
  #stack: FormState[] = [];

  constructor(readonly options: FormTalkOptions) {
    this.known = options.known ?? {};
  }

  get ctx(): TaskContext {
    const { forms, tools = {}, callerNumber } = this.options;
    return {
      callId: callId('c1'),
      // Monday, 2026-11-23, 09:00 in New York.
      wallMs: wallMs(Date.UTC(2026, 10, 23, 14)),
      business,
      lexicon,
      forms,
      tools,
      heardToEnd: true,
      frame: this.#stack.length,
      known: this.known,
      ...(callerNumber === undefined ? {} : { callerNumber }),
    };
  }

  get state(): FormState {
    const top = this.#stack.at(-1);
    if (top === undefined) throw new Error('no form is open');
    return top;
  }

  set state(state: FormState) {
    this.#stack[this.#stack.length - 1] = state;
  }

  get isOpen(): boolean {
    return this.#stack.length > 0;
  }

  /** What was said last. */
  get last(): string {
    return this.said.at(-1) ?? '';
  }

  begin(form: string, text?: string): this {
    const said =
      text === undefined
        ? undefined
        : interpret(
            { text, confidence: 1 },
            { id: 'open', expects: 'matter', time: { today: '2026-11-23', nowMin: 540 } },
            lexicon,
          );
    const start: TaskStart = { args: { form }, ...(said === undefined ? {} : { said }) };
    this.#push(start);
    return this;
  }

  /** One turn of the caller; true when the form took it. */
  say(text: string, confidence = 1): boolean {
    const said = interpret({ text, confidence }, formTask.question(this.state, this.ctx), lexicon);
    return this.#apply(formTask.answer(this.state, said, this.ctx));
  }

  /** Keys one by one; true when the form took the last. */
  press(keys: string): boolean {
    let taken = false;
    for (const key of keys) taken = this.#apply(formTask.press(this.state, key as DtmfDigit, this.ctx));
    return taken;
  }

  tool(result: DialogResult | Readonly<Record<string, unknown>>): void {
    const request = this.requests.at(-1);
    if (request === undefined) throw new Error('no tool was called');
    const answer = 'type' in result ? (result as DialogResult) : { type: 'tool' as const, value: result };
    this.#apply(formTask.result(this.state, request, answer, this.ctx));
  }

  retry(way: 'words' | 'keys'): void {
    this.#apply(formTask.retry(this.state, way, this.ctx));
  }

  #push(start: TaskStart): void {
    const step = formTask.begin(start, this.ctx);
    this.#stack.push(step.state);
    this.#apply(step);
  }

  #apply(step: TaskStep<FormState> | undefined): boolean {
    if (step === undefined) return false;
    this.state = step.state;
    const words = step.say.map((spoken: Line) => render(prompts, spoken, 0)).join(' ');
    if (words !== '') this.said.push(words);
    this.requests.push(...(step.requests ?? []));
    if (step.missed === true) this.missed++;
    const { next } = step;
    if (next === undefined) return true;
    if (next.type === 'push') {
      this.#push(next.start);
      return true;
    }
    this.#stack.pop();
    if (next.type === 'done') this.known = { ...this.known, ...next.known };
    if (this.isOpen) this.#apply(formTask.childDone?.(this.state, 'form', next, this.ctx));
    else this.ends.push(next);
    return true;
  }
}
