import {
  createAppointmentSession,
  processAppointment,
  viewAppointment,
  type AppointmentPorts,
  type AppointmentSession,
  type AppointmentView,
} from '../dialog/appointment-session.js';
import { LeibnizError } from '../kernel/errors.js';
import { wallMs } from '../kernel/time.js';
import type { JsonValue } from '../store/journal-event.js';
import type { Conversations } from '../store/types.js';

/** Keeps appointment sessions apart from conversations in the store. */
const PREFIX = 'appointment:';

/**
 * Appointments by text, one sentence at a time. Saved at every turn; sentences of one session are taken in order.
 */
export class AppointmentDesk {
  readonly #busy = new Map<string, Promise<unknown>>();
  #active = 0;

  constructor(
    private readonly ports: AppointmentPorts,
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
      if (existing !== undefined) return viewAppointment(existing);
      const session = createAppointmentSession(id, this.ports);
      await this.#save(session);
      this.#active++;
      return viewAppointment(session);
    });
  }

  /** @throws LeibnizError NOT_FOUND */
  process(id: string, userInput: string): Promise<AppointmentView> {
    return this.#inOrder(id, async () => {
      const before = await this.#existing(id);
      const session = await processAppointment(before, userInput, this.ports);
      await this.#save(session);
      const view = viewAppointment(session);
      if (view.is_complete && !viewAppointment(before).is_complete) {
        this.#active = Math.max(0, this.#active - 1);
      }
      return view;
    });
  }

  /** @throws LeibnizError NOT_FOUND */
  get(id: string): Promise<AppointmentView> {
    return this.#inOrder(id, async () => viewAppointment(await this.#existing(id)));
  }

  /** @throws LeibnizError NOT_FOUND */
  delete(id: string): Promise<void> {
    return this.#inOrder(id, async () => {
      await this.#existing(id);
      await this.conversations.delete(PREFIX + id);
      this.#active = Math.max(0, this.#active - 1);
    });
  }

  async #existing(id: string): Promise<AppointmentSession> {
    const session = await this.#load(id);
    if (session === undefined) {
      throw new LeibnizError('NOT_FOUND', 'there is no such appointment session; create one first');
    }
    return session;
  }

  async #load(id: string): Promise<AppointmentSession | undefined> {
    return (await this.conversations.load(PREFIX + id)) as AppointmentSession | undefined;
  }

  async #save(session: AppointmentSession): Promise<void> {
    const expiresAt = wallMs(this.ports.wall() + this.ttlMs);
    await this.conversations.save(PREFIX + session.sessionId, session as unknown as JsonValue, expiresAt);
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
