import { addMs, type MonoMs } from '../../kernel/time.js';
import type { Principal } from './principal.js';
import { newSecret } from './secrets.js';

/** What a ticket opens. */
export type TicketPurpose = 'live' | 'audio' | 'conversation' | 'transcribe';

interface Ticket {
  readonly principal: Principal;
  readonly purpose: TicketPurpose;
  readonly callId: string | undefined;
  readonly until: MonoMs;
}

/** Life of a ticket. */
export const TICKET_MS = 30_000;
const MAX_TICKETS = 10_000;

/** Tickets for sockets, which cannot send headers: each works once, for one purpose, for a moment. */
export class Tickets {
  readonly #tickets = new Map<string, Ticket>();

  issue(principal: Principal, purpose: TicketPurpose, callId: string | undefined, now: MonoMs): string {
    for (const [id, { until }] of this.#tickets) {
      if (now < until && this.#tickets.size < MAX_TICKETS) break;
      this.#tickets.delete(id);
    }
    const id = newSecret();
    this.#tickets.set(id, { principal, purpose, callId, until: addMs(now, TICKET_MS) });
    return id;
  }

  /** Who may open the socket; undefined when the ticket is unknown, spent, late, or for something else. */
  redeem(id: string, purpose: TicketPurpose, callId: string | undefined, now: MonoMs): Principal | undefined {
    const ticket = this.#tickets.get(id);
    this.#tickets.delete(id);
    const fits = ticket?.purpose === purpose && ticket.callId === callId && now < ticket.until;
    return fits ? ticket.principal : undefined;
  }
}
