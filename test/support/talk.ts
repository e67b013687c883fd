import type { DialogContext } from '../../src/dialog/core/context.js';
import type { DialogEffect, DialogInput } from '../../src/dialog/core/effects.js';
import type { DialogState } from '../../src/dialog/core/machine/state.js';
import { dialogPort } from '../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../src/dialog/testing/fake-knowledge.js';
import { callId, turnId } from '../../src/kernel/ids.js';
import type { DtmfDigit } from '../../src/kernel/vocab.js';
import type { ModelPort } from '../../src/session/model-desk.js';
import type { KnowledgePort, ToolPort } from '../../src/session/ports.js';
import { TextDialog } from '../../src/session/text-dialog.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import type { Appointment, Store } from '../../src/store/types.js';
import { VirtualTime } from './virtual-time.js';

/** Wednesday, 2026-12-02, 10:15 in New York. */
export const WEDNESDAY = Date.UTC(2026, 11, 2, 15, 15, 0);

/** What differs from an ordinary call. */
export interface TalkOptions {
  readonly context: Omit<DialogContext, 'wallMs'>;
  readonly nowMs?: number;
  /** `null` for a withheld number. */
  readonly callerNumber?: string | null;
  readonly knowledge?: KnowledgePort;
  readonly store?: FakeStore;
  /** Who is asked for appointments, call-backs and the waiting list; the store itself unless given. */
  readonly desk?: Pick<Store, 'appointments' | 'callbacks' | 'waitingList'>;
  readonly time?: VirtualTime;
  readonly tools?: ToolPort;
  readonly model?: ModelPort;
  readonly transfer?: 'accepted' | 'refused' | 'failed';
  readonly id?: string;
}

const NO_TOOLS: ToolPort = { call: () => Promise.resolve({ type: 'failed', why: 'unavailable' }) };

const deskOf = ({ appointments, callbacks, waitingList }: NonNullable<TalkOptions['desk']>) => ({
  ...{ appointments, callbacks, waitingList },
});

/** A conversation in text: the real dialog and the real desk, on a store in memory and a clock that stands. */
export class Talk {
  state: DialogState;
  readonly store: FakeStore;
  readonly effects: DialogEffect[] = [];
  /** Texts of the agent, one entry an input. */
  readonly replies: string[] = [];
  /** Turns of the caller so far. */
  turns = 0;
  readonly #dialog: TextDialog;
  readonly #number: string | undefined;

  constructor(readonly options: TalkOptions) {
    const time = options.time ?? new VirtualTime(options.nowMs ?? WEDNESDAY);
    this.store = options.store ?? new FakeStore({ scheduler: time });
    const ports: ConstructorParameters<typeof TextDialog>[1] = {
      scheduler: time,
      dialog: dialogPort,
      context: options.context,
      knowledge: options.knowledge ?? new FakeKnowledge({ scheduler: time, delayMs: 0 }),
      ...deskOf(options.desk ?? this.store),
      doNotCall: this.store.outbound,
      tools: options.tools ?? NO_TOOLS,
      ...(options.model === undefined ? {} : { model: options.model }),
    };
    const id = callId(options.id ?? 'c1');
    const number = options.callerNumber === undefined ? '+12025550142' : options.callerNumber;
    this.#number = number ?? undefined;
    this.state = dialogPort.initial({ callId: id, ...(number === null ? {} : { callerNumber: number }) });
    this.#dialog = new TextDialog(id, ports, {}, options.transfer ?? 'accepted');
  }

  start(): Promise<string> {
    return this.input({ type: 'start' });
  }

  say(text: string, confidence = 0.95): Promise<string> {
    return this.input({ type: 'turn', turnId: turnId(`t${++this.turns}`), text, confidence });
  }

  press(digits: string): Promise<string> {
    return [...digits].reduce<Promise<string>>(
      (before, digit) =>
        before.then(() => {
          const id = turnId(`t${++this.turns}`);
          return this.input({ type: 'dtmf', digit: digit as DtmfDigit, turnId: id });
        }),
      Promise.resolve(''),
    );
  }

  silence(count: number): Promise<string> {
    return this.input({ type: 'silence', count });
  }

  /** Feeds one input and gives everything that was said, joined. */
  async input(input: DialogInput): Promise<string> {
    // Every state must survive being saved and loaded, and no step may change its input.
    const before = JSON.stringify(this.state);
    const reply = await this.#dialog.run(JSON.parse(before) as DialogState, input);
    this.state = JSON.parse(JSON.stringify(reply.state)) as DialogState;
    this.effects.push(...reply.effects);
    const words = reply.said.map(({ text }) => text).join(' ');
    this.replies.push(words);
    return words;
  }

  get last(): string {
    return this.replies.at(-1) ?? '';
  }

  /** Name of the open question. */
  get question(): string {
    return this.state.stack.at(-1)?.task ?? this.state.base;
  }

  get hungUp(): string | undefined {
    const effect = this.effects.find((one) => one.type === 'hangup');
    return effect?.type === 'hangup' ? effect.reason : undefined;
  }

  of<T extends DialogEffect['type']>(type: T): Extract<DialogEffect, { type: T }>[] {
    return this.effects.filter((one): one is Extract<DialogEffect, { type: T }> => one.type === type);
  }

  /** Appointments that stand, in order of start. */
  async booked(): Promise<readonly Appointment[]> {
    return (await this.store.appointments.list({ status: 'booked' })).items;
  }

  get callerNumber(): string | undefined {
    return this.#number;
  }
}
