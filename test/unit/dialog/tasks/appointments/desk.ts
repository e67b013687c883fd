import { join } from 'node:path';
import { callId } from '../../../../../src/kernel/ids.js';
import { wallMs, type WallMs } from '../../../../../src/kernel/time.js';
import type { DtmfDigit } from '../../../../../src/kernel/vocab.js';
import { loadBusiness } from '../../../../../src/dialog/business.js';
import type { Business } from '../../../../../src/dialog/core/business.js';
import type {
  BookingDraft,
  BusySpan,
  DialogRequest,
  DialogResult,
  KnownAppointment,
} from '../../../../../src/dialog/core/effects.js';
import type { Lexicon } from '../../../../../src/dialog/core/nlu/lexicon.js';
import { interpret } from '../../../../../src/dialog/core/nlu/interpret.js';
import { render, type Line } from '../../../../../src/dialog/core/render.js';
import { APPOINTMENT_TASKS } from '../../../../../src/dialog/core/tasks/appointments/index.js';
import type {
  Known,
  Task,
  TaskContext,
  TaskId,
  TaskNext,
  TaskStart,
  TaskStep,
} from '../../../../../src/dialog/core/tasks/task.js';
import { loadLocale } from '../../../../../src/dialog/locale.js';
import { loadPrompts } from '../../../../../src/dialog/prompts.js';
import { projectRoot } from '../../../../../src/threads/project-root.js';

const ROOT = projectRoot();
export const locale = loadLocale(join(ROOT, 'locales/en-US'));
export const office = await loadBusiness(join(ROOT, 'business.yaml'));
const { prompts } = await loadPrompts(join(ROOT, 'prompts'));

/** Wednesday, 2026-12-02, 10:15 in New York. */
export const WEDNESDAY = wallMs(Date.UTC(2026, 11, 2, 15, 15));

export interface DeskOptions {
  readonly task?: TaskId;
  readonly start?: Omit<TaskStart, 'said'>;
  readonly business?: Business;
  readonly callerNumber?: string;
  readonly nowMs?: WallMs;
  readonly busy?: readonly BusySpan[];
  readonly known?: Known;
  readonly appointments?: readonly KnownAppointment[];
  /** Answers in place of the store's, by request type, in order; the store answers when they are used up. */
  readonly replies?: Partial<Record<DialogRequest['type'], readonly DialogResult[]>>;
  /** Result of a form that is pushed. */
  readonly form?: TaskNext;
}

interface Frame {
  readonly id: TaskId;
  readonly task: Task<unknown>;
  state: unknown;
  readonly frame: number;
}

/** A caller with one task and a store, without the conversation around it: every state passes through JSON. */
export class Desk {
  readonly said: string[] = [];
  readonly requests: DialogRequest[] = [];
  readonly released: string[] = [];
  readonly booked: BookingDraft[] = [];
  readonly appointments: KnownAppointment[];
  known: Known;
  /** How the first task ended. */
  outcome: TaskNext | undefined;
  /** Turns that said nothing to the task. */
  unanswered = 0;
  heardToEnd = true;
  readonly #stack: Frame[] = [];
  readonly #replies: Map<string, DialogResult[]>;
  readonly #busy: BusySpan[];
  #frames = 0;
  #spoken: Record<string, number> = {};
  readonly lexicon: Lexicon;
  readonly business: Business;

  constructor(readonly options: DeskOptions = {}) {
    this.business = options.business ?? office;
    this.known = options.known ?? {};
    this.appointments = [...(options.appointments ?? [])];
    this.#busy = [...(options.busy ?? [])];
    this.#replies = new Map(Object.entries(options.replies ?? {}).map(([key, list]) => [key, [...list]]));
    const { services, staff } = this.business;
    this.lexicon = {
      ...{ locale, services, staff },
      ...{ personWords: [], appointmentWords: [], alerts: {}, pronunciations: [] },
    };
  }

  /** What was said after the last turn. */
  get last(): string {
    return this.#lastLines.join(' ');
  }
  #lastLines: string[] = [];

  get open(): string {
    const frame = this.#stack.at(-1);
    return frame === undefined ? 'none' : frame.task.question(frame.state, this.#context(frame)).id;
  }

  get top(): Frame | undefined {
    return this.#stack.at(-1);
  }

  /** Begins the task with a sentence. */
  begin(text?: string, confidence = 1): this {
    const id = this.options.task ?? 'book';
    this.#lastLines = [];
    const asked = { id: 'matter', expects: 'matter' as const, time: this.#reference() };
    const said = text === undefined ? {} : { said: interpret({ text, confidence }, asked, this.lexicon) };
    this.#push(id, { ...this.options.start, ...said });
    return this;
  }

  say(text: string, confidence = 1): this {
    const frame = this.#stack.at(-1);
    this.#lastLines = [];
    if (frame === undefined) throw new Error(`nothing is open: ${text}`);
    const ctx = this.#context(frame);
    const said = interpret({ text, confidence }, frame.task.question(frame.state, ctx), this.lexicon);
    const step = frame.task.answer(frame.state, said, ctx);
    if (step === undefined) {
      this.unanswered += 1;
      this.#speak(frame.task.ask(frame.state, ctx));
      return this;
    }
    this.#take(frame, step);
    if (step.missed === true && frame === this.#stack.at(-1)) this.retry('words');
    return this;
  }

  press(digit: DtmfDigit): this {
    const frame = this.#stack.at(-1);
    this.#lastLines = [];
    if (frame === undefined) throw new Error('nothing is open');
    const step = frame.task.press(frame.state, digit, this.#context(frame));
    if (step === undefined) this.unanswered += 1;
    else this.#take(frame, step);
    return this;
  }

  retry(way: 'words' | 'keys'): this {
    const frame = this.#stack.at(-1);
    if (frame === undefined) throw new Error('nothing is open');
    this.#take(frame, frame.task.retry(frame.state, way, this.#context(frame)));
    return this;
  }

  abandon(): this {
    const frame = this.#stack.at(-1);
    if (frame !== undefined) this.#take(frame, frame.task.abandon(frame.state, this.#context(frame)));
    return this;
  }

  #reference(): { readonly today: string; readonly nowMin: number } {
    return { today: '2026-12-02', nowMin: 615 };
  }

  #context(frame: Frame): TaskContext {
    const { callerNumber, nowMs = WEDNESDAY } = this.options;
    return {
      ...{ callId: callId('c1'), wallMs: nowMs, business: this.business, lexicon: this.lexicon },
      ...{ forms: {}, tools: {}, heardToEnd: this.heardToEnd, frame: frame.frame, known: this.known },
      ...(callerNumber === undefined ? {} : { callerNumber }),
    };
  }

  #push(id: TaskId, start: TaskStart): void {
    const task = (APPOINTMENT_TASKS as Partial<Record<TaskId, Task<unknown>>>)[id];
    this.#frames += 1;
    if (task === undefined) {
      const parent = this.#stack.at(-1);
      this.outcome = { type: 'replace', task: id, start };
      if (id === 'form' && parent !== undefined) {
        this.#child(parent, 'form', this.options.form ?? { type: 'done', result: {} });
      }
      return;
    }
    const frame: Frame = { id, task, state: undefined, frame: this.#frames };
    this.#stack.push(frame);
    this.#take(frame, task.begin(start, this.#context(frame)));
  }

  #take(frame: Frame, step: TaskStep<unknown>): void {
    frame.state = JSON.parse(JSON.stringify(step.state));
    this.#speak(step.say);
    this.released.push(...(step.release ?? []));
    if (step.next !== undefined) this.#next(frame, step.next);
    for (const request of step.requests ?? []) this.#answer(frame, request);
  }

  #next(frame: Frame, next: TaskNext): void {
    if (next.type === 'push') {
      this.#push(next.task, next.start);
      return;
    }
    this.#stack.splice(this.#stack.indexOf(frame), 1);
    if ('known' in next && next.known !== undefined) this.known = { ...this.known, ...next.known };
    const parent = this.#stack.at(-1);
    if (next.type === 'replace') {
      this.#stack.length = 0;
      this.outcome = next;
      if (next.task in APPOINTMENT_TASKS) this.#push(next.task, next.start);
      return;
    }
    if (parent === undefined) this.outcome = next;
    else this.#child(parent, frame.id, next);
  }

  #child(parent: Frame, child: TaskId, outcome: TaskNext): void {
    const step = parent.task.childDone?.(parent.state, child, outcome, this.#context(parent));
    if (step !== undefined) this.#take(parent, step);
  }

  #answer(frame: Frame, request: DialogRequest): void {
    this.requests.push(request);
    if (!this.#stack.includes(frame)) return;
    const result = this.#replies.get(request.type)?.shift() ?? this.#store(request);
    this.#take(frame, frame.task.result(frame.state, request, result, this.#context(frame)));
  }

  #store(request: DialogRequest): DialogResult {
    switch (request.type) {
      case 'check_availability': {
        return { type: 'availability', busy: this.#busy };
      }
      case 'hold': {
        return { type: 'held', held: true };
      }
      case 'book': {
        return this.#book(request);
      }
      case 'find_appointments': {
        return { type: 'found', appointments: this.appointments.filter((one) => found(one, request.pii)) };
      }
      case 'move':
      case 'cancel': {
        const at = this.appointments.findIndex(({ id }) => id === request.appointmentId);
        const current = this.appointments[at];
        if (current === undefined) return { type: 'change', status: 'gone' };
        if (current.version !== request.expectedVersion) {
          return { type: 'change', status: 'stale', appointment: current };
        }
        if (request.type === 'cancel') {
          this.appointments.splice(at, 1);
          return { type: 'change', status: 'done', appointment: current };
        }
        const { startsAtMs, endsAtMs, date, time, resource } = request.slot;
        const moved = {
          ...current,
          ...{ startsAtMs, endsAtMs, date, time, resource },
          version: current.version + 1,
        };
        this.appointments[at] = moved;
        return { type: 'change', status: 'done', appointment: moved };
      }
      case 'join_waiting_list': {
        return { type: 'change', status: 'done' };
      }
      default: {
        return { type: 'failed', why: 'unavailable' };
      }
    }
  }

  #book({ booking }: Extract<DialogRequest, { type: 'book' }>): DialogResult {
    this.booked.push(booking);
    const { startsAtMs, endsAtMs, date, time, resource, purpose, serviceId, pii } = booking;
    const appointment: KnownAppointment = {
      ...{ id: `a${this.booked.length}`, reference: 'K7M4PX', version: 1 },
      ...{ startsAtMs, endsAtMs, date, time, resource, purpose },
      ...(serviceId === undefined ? {} : { serviceId }),
      pii: {
        userName: pii.userName,
        ...(pii.callerNumber === undefined ? {} : { callerNumber: pii.callerNumber }),
      },
    };
    this.appointments.push(appointment);
    return { type: 'change', status: 'done', appointment };
  }

  #speak(lines: readonly Line[]): void {
    for (const line of lines) {
      const turn = this.#spoken[line.promptId] ?? 0;
      this.#spoken[line.promptId] = turn + 1;
      const text = render(prompts, line, turn);
      this.said.push(text);
      this.#lastLines.push(text);
    }
  }
}

function found(
  one: KnownAppointment,
  pii: { readonly phone?: string; readonly name?: string; readonly reference?: string },
): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (pii.phone !== undefined && !(one.pii.callerNumber ?? '').endsWith(pii.phone.slice(-7))) return false;
  if (pii.reference !== undefined && plain(one.reference) !== plain(pii.reference)) return false;
  return pii.name === undefined || plain(one.pii.userName) === plain(pii.name);
}
