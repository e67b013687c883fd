import { z } from 'zod';
import { appointmentProgress, type AppointmentProgress } from '../dialog/core/tasks/appointments/progress.js';
import type { DialogState } from '../dialog/core/machine/state.js';
import { LeibnizError } from '../kernel/errors.js';
import { callId, turnId } from '../kernel/ids.js';
import { wallMs } from '../kernel/time.js';
import type { JsonValue } from '../store/journal-event.js';
import type { Conversations } from '../store/types.js';
import { TextDialog } from './text-dialog.js';

/** Keeps appointment sessions apart from conversations in the store. */
const PREFIX = 'appointment:';

/** A session as the appointment API answers it. */
export interface AppointmentView extends AppointmentProgress {
  readonly session_id: string;
  readonly next_prompt: string;
}

interface Session {
  readonly state: DialogState;
  readonly nextPrompt: string;
}

const savedSession = z.object({ state: z.unknown(), nextPrompt: z.string() });

/**
 * Appointments by text, one sentence at a time: the dialog of a call, begun at the booking. Saved at every turn;
 * sentences of one session are taken in order.
 */
export class AppointmentDesk {
  readonly #busy = new Map<string, Promise<unknown>>();
  #active = 0;

  constructor(
    private readonly ports: ConstructorParameters<typeof TextDialog>[1],
    private readonly conversations: Conversations,
    private readonly ttlMs: number,
  ) {}

  /** Sessions made and neither deleted nor completed since the start. */
  get active(): number {
    return this.#active;
  }

  /** Starts a session; one that exists is given as it stands. */
  create(id: string): Promise<AppointmentView> {
    return this.#inOrder(id, async () => {
      const existing = await this.#load(id);
      if (existing !== undefined) return view(id, existing);
      const begun = this.ports.dialog.initial({ callId: callId(PREFIX + id) });
      const session = await this.#run(id, begun, { type: 'start', task: 'book' });
      this.#active++;
      return view(id, session);
    });
  }

  /** @throws LeibnizError NOT_FOUND */
  process(id: string, userInput: string): Promise<AppointmentView> {
    return this.#inOrder(id, async () => {
      const before = await this.#existing(id);
      const turn = turnId(`t${before.state.turns + 1}`);
      const input = { type: 'turn', turnId: turn, text: userInput, confidence: 1, typed: true } as const;
      const after = view(id, await this.#run(id, before.state, input));
      if (after.is_complete && !view(id, before).is_complete) this.#active = Math.max(0, this.#active - 1);
      return after;
    });
  }

  /** @throws LeibnizError NOT_FOUND */
  get(id: string): Promise<AppointmentView> {
    return this.#inOrder(id, async () => view(id, await this.#existing(id)));
  }

  /** @throws LeibnizError NOT_FOUND */
  delete(id: string): Promise<void> {
    return this.#inOrder(id, async () => {
      await this.#existing(id);
      await this.conversations.delete(PREFIX + id);
      this.#active = Math.max(0, this.#active - 1);
    });
  }

  async #run(id: string, state: DialogState, input: Parameters<TextDialog['run']>[1]): Promise<Session> {
    const reply = await new TextDialog(callId(PREFIX + id), this.ports).run(state, input);
    const nextPrompt = reply.said.map(({ text }) => text).join(' ');
    const session: Session = { state: reply.state, nextPrompt };
    const expiresAt = wallMs(this.ports.scheduler.wall() + this.ttlMs);
    await this.conversations.save(PREFIX + id, session as unknown as JsonValue, expiresAt);
    return session;
  }

  async #existing(id: string): Promise<Session> {
    const session = await this.#load(id);
    if (session === undefined) {
      throw new LeibnizError('NOT_FOUND', 'there is no such appointment session; create one first');
    }
    return session;
  }

  async #load(id: string): Promise<Session | undefined> {
    const saved = savedSession.safeParse(await this.conversations.load(PREFIX + id));
    if (!saved.success) return undefined;
    const state = this.ports.dialog.revive(saved.data.state, { callId: callId(PREFIX + id) });
    return { state, nextPrompt: saved.data.nextPrompt };
  }

  #inOrder<T>(id: string, run: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(id) ?? Promise.resolve();
    const after = before.then(run, run);
    const settled = after.catch(() => undefined);
    this.#busy.set(id, settled);
    void settled.then(() => {
      if (this.#busy.get(id) === settled) this.#busy.delete(id);
    });
    return after;
  }
}

const view = (id: string, { state, nextPrompt }: Session): AppointmentView => ({
  session_id: id,
  next_prompt: nextPrompt,
  ...appointmentProgress(state),
});
