import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { SipRequest, SipResponse } from './message.js';
import { hasOption, knowsOption } from './option-tags.js';
import type { HeldAnswer, ServerEntry } from './server-table.js';
import { transactionTimeoutMs } from './timing.js';

/** What becomes of an answer of the application. */
export type AnswerPlan = 'send' | 'send_reliably' | 'hold' | 'refuse';

/** What happens to answers that were held back, and to an INVITE that nobody acknowledged. */
export interface ReliableUser {
  /** The answer may go now. */
  release(held: HeldAnswer): void;
  /** The answer will never go. */
  discard(held: HeldAnswer): void;
  /** No PRACK came for a provisional response. */
  givenUp(entry: ServerEntry): void;
}

/** Answers of one INVITE that may wait; beyond it the application is refused. */
const MAX_HELD = 8;

/**
 * Provisional responses that the caller acknowledges by PRACK (RFC 3262 section 3): one at a time, repeated from T1 at
 * doubling intervals, given up after 64*T1. A 2xx waits for the acknowledgement too, so that offer and answer of a
 * provisional response are settled before the call stands.
 */
export class ReliableResponses {
  /** INVITEs that wait for a PRACK, by dialog id and CSeq number. */
  readonly #waiting = new Map<string, ServerEntry>();

  constructor(
    private readonly context: EngineContext,
    private readonly user: ReliableUser,
  ) {}

  /** Decides on an answer of the application to a request. */
  plan(entry: ServerEntry, answer: SipResponse): AnswerPlan {
    const { status } = answer;
    if (entry.request.method !== 'INVITE' || status >= 300) return 'send';
    const asked = status < 200 && hasOption(answer.headers, 'require', '100rel');
    const { headers } = entry.request;
    if (asked && !knowsOption(headers, '100rel')) return 'refuse';
    const reliable = asked || (status < 200 && hasOption(headers, 'require', '100rel'));
    const { reliable: state } = entry;
    if (state !== undefined && (state.held.length > 0 || (state.waiting && (reliable || status >= 200)))) {
      return state.held.length < MAX_HELD ? 'hold' : 'refuse';
    }
    return reliable ? 'send_reliably' : 'send';
  }

  /** Keeps an answer back. */
  hold(entry: ServerEntry, held: HeldAnswer): void {
    entry.reliable?.held.push(held);
  }

  /** The number of the next reliable response (RFC 3262 section 3: random first, then one more each). */
  nextRSeq(entry: ServerEntry): number {
    entry.reliable ??= {
      rseq: Math.floor(this.context.random.float() * 0x3fffffff),
      waiting: false,
      held: [],
    };
    return ++entry.reliable.rseq;
  }

  /** A reliable response is on the wire: repeats it until its PRACK comes. */
  sent(entry: ServerEntry, dialog: Dialog, text: string): void {
    const { timing } = this.context;
    const patience = transactionTimeoutMs(timing);
    if (entry.reliable !== undefined) entry.reliable.waiting = true;
    this.#waiting.set(keyOf(dialog, entry), entry);
    entry.timers.repeat('1xx', timing.t1, patience, () => this.context.transmit(entry.hop, text, true));
    entry.timers.start('prack', patience, () => {
      this.settle(entry);
      this.user.givenUp(entry);
    });
  }

  /**
   * Takes a PRACK.
   *
   * @returns the INVITE whose provisional response it acknowledges; `undefined` when there is none (481)
   */
  acknowledge(dialog: Dialog, prack: SipRequest): ServerEntry | undefined {
    const rack = /^(\d{1,10})\s+(\d{1,10})\s+INVITE\b/i.exec(prack.headers.get('rack')?.trim() ?? '');
    const entry = rack === null ? undefined : this.#waiting.get(`${dialog.id}|${Number(rack[2])}`);
    if (entry?.reliable === undefined || entry.reliable.rseq !== Number(rack?.[1])) return undefined;
    this.#stop(entry);
    return entry;
  }

  /** The PRACK is answered: what was held back may go, as far as it need not wait again. */
  release(entry: ServerEntry): void {
    const { reliable } = entry;
    if (reliable === undefined || entry.final) return;
    const held = reliable.held.splice(0);
    for (const answer of held) this.user.release(answer);
  }

  /** The INVITE has its final answer: nothing is repeated or waited for any more. */
  settle(entry: ServerEntry): void {
    if (entry.reliable === undefined) return;
    this.#stop(entry);
    for (const held of entry.reliable.held.splice(0)) this.user.discard(held);
  }

  #stop(entry: ServerEntry): void {
    const { dialog, reliable } = entry;
    if (reliable === undefined || dialog === undefined) return;
    reliable.waiting = false;
    entry.timers.stop('1xx');
    entry.timers.stop('prack');
    this.#waiting.delete(keyOf(dialog, entry));
  }
}

const keyOf = (dialog: Dialog, entry: ServerEntry): string => `${dialog.id}|${entry.known.cseq.number}`;
