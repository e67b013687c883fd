import { Notices } from '../../kernel/notices.js';
import type { MonoMs } from '../../kernel/time.js';
import type { EngineContext, NoticeReason } from './context.js';
import type { ControlClients } from './control-clients.js';
import type { Essentials } from './essentials.js';
import { Gate } from './gate.js';
import { firstAddress, splitList } from './header-values.js';
import type { Flow } from './hop.js';
import type { SipRequest, SipResponse } from './message.js';
import { offered, overloaded, refuseMethod, screenRequest, type Refusal } from './screening.js';

/** What becomes of a request that belongs to no call. */
export type InitialVerdict =
  /** Nothing is answered: a stranger learns nothing, a flood costs nothing. */
  | { readonly action: 'silent' }
  | { readonly action: 'refuse'; readonly refusal: Refusal }
  /** The application has answered the same a moment ago. */
  | { readonly action: 'repeat'; readonly answer: SipResponse }
  | { readonly action: 'deliver'; readonly client: number };

/** What the screen asks of the tables. */
export interface InitialTables {
  /** The same request came by another path (RFC 3261 section 8.2.2.2), or is one of ours that came back. */
  isKnown(request: SipRequest, known: Essentials): boolean;
  /** Makes the oldest call without ACK of this address give way. Returns false when it has none old enough. */
  giveWay(address: string): boolean;
}

/** Methods that make no sense without a dialog. */
const OF_A_DIALOG = new Set(['CANCEL', 'BYE', 'UPDATE', 'PRACK']);

/** How long an answer of the application is repeated to others, milliseconds. */
const ANSWER_MS = 1000;
/** Times in such a span that the application is asked itself: few ask so often but a flood. */
const ASKED_ITSELF = 20;
const MAX_ANSWERS = 64;

interface KnownAnswer {
  readonly answer: SipResponse;
  readonly client: number;
  readonly at: MonoMs;
  /** Span in which the questions are counted. */
  since: MonoMs;
  asked: number;
}

const SILENT: InitialVerdict = { action: 'silent' };
const refuse = (refusal: Refusal): InitialVerdict => ({ action: 'refuse', refusal });

/**
 * Requests from outside any call: who may send them, how many, and which are answered without the application and
 * without state. What is refused here leaves nothing behind, so that no flood can fill the table of transactions.
 */
export class InitialScreen {
  readonly gate: Gate;
  readonly #notices = new Notices<NoticeReason>();
  readonly #answers = new Map<string, KnownAnswer>();

  constructor(
    private readonly context: EngineContext,
    private readonly clients: ControlClients,
    private readonly tables: InitialTables,
  ) {
    this.gate = new Gate(context.options.limits);
  }

  /** True when a request of a method that never belongs to a call need not even be read. */
  isShut(flow: Flow): boolean {
    const shut = this.gate.isShut(flow.remote, this.context.now());
    if (shut) this.drop('rate_limited', flow.remote.address);
    return shut;
  }

  /** True for a source whose requests are answered. */
  isPeer(flow: Flow): boolean {
    return this.context.options.allowPeer?.(flow.remote.address) !== false;
  }

  /** Whether a request that cannot be read whole is answered. */
  mayAsk(request: SipRequest, flow: Flow): boolean {
    if (this.isPeer(flow)) {
      return this.gate.request(request.method, flow.remote, this.context.now()) !== 'silent';
    }
    this.drop('not_a_peer', flow.remote.address);
    return false;
  }

  /** Counts what was not taken, and tells the operator once in a while. */
  drop(reason: NoticeReason, address: string): void {
    this.context.counters.drop(reason);
    const notice = this.#notices.note(this.context.now(), reason, address);
    if (notice !== undefined) this.context.output({ type: 'notice', ...notice });
  }

  /** Judges a request that has no dialog and no transaction. */
  judge(request: SipRequest, known: Essentials, flow: Flow): InitialVerdict {
    const { method } = request;
    const { options } = this.context;
    if (!this.isPeer(flow)) {
      this.drop('not_a_peer', flow.remote.address);
      return SILENT;
    }
    const verdict = this.gate.request(method, flow.remote, this.context.now());
    if (verdict !== 'pass') {
      this.drop('rate_limited', flow.remote.address);
      return verdict === 'refuse' ? refuse(overloaded(options.limits)) : SILENT;
    }
    const refusal = screenRequest(request, options) ?? this.#misplaced(request, known);
    if (refusal !== undefined) return refuse(refusal);
    if (method === 'INVITE') return this.#invite(request, known, flow);
    return (method === 'SUBSCRIBE' ? this.#noDialog(request, known) : undefined) ?? this.#other(request);
  }

  /** Keeps an answer of the application that does not depend on who asks. */
  answered(request: SipRequest, answer: SipResponse, client: number): void {
    const { method } = request;
    if (method !== 'OPTIONS' && answer.status !== 405 && answer.status !== 501) return;
    if (this.#answers.size >= MAX_ANSWERS) this.#answers.clear();
    const key = `${method} ${request.uri}`;
    const at = this.context.now();
    const { since, asked } = this.#answers.get(key) ?? { since: at, asked: 1 };
    this.#answers.set(key, { answer, client, at, since, asked });
  }

  #misplaced(request: SipRequest, known: Essentials): Refusal | undefined {
    const { method } = request;
    const inDialog = known.toTag !== '' || OF_A_DIALOG.has(method);
    if (inDialog) return { status: 481 };
    return this.tables.isKnown(request, known) ? { status: 482 } : undefined;
  }

  /** What keeps a request that somebody would take from making a dialog. */
  #noDialog(request: SipRequest, known: Essentials): InitialVerdict | undefined {
    const { dialogs, options } = this.context;
    if (!this.clients.routed(request.method)) return undefined;
    if (firstAddress(request.headers.get('contact')) === undefined) {
      return refuse({ status: 400, reason: 'Missing or bad Contact' });
    }
    const routes = request.headers.all('record-route').flatMap(splitList);
    if (routes.some((route) => firstAddress(route) === undefined)) {
      return refuse({ status: 400, reason: 'Bad Record-Route' });
    }
    if (dialogs.has(`${known.callId};from-tag=${known.fromTag}`)) return refuse({ status: 482 });
    return dialogs.size >= options.limits.dialogs ? refuse(overloaded(options.limits)) : undefined;
  }

  #invite(request: SipRequest, known: Essentials, flow: Flow): InitialVerdict {
    const refusal = this.#noDialog(request, known);
    if (refusal !== undefined) return refusal;
    const client = this.clients.pick('invite');
    if (client === undefined) return refuse(overloaded(this.context.options.limits));
    const room = this.gate.room(flow.remote);
    if (room === 'free' || (room === 'address_full' && this.tables.giveWay(flow.remote.address))) {
      return { action: 'deliver', client };
    }
    this.drop('half_open_limit', flow.remote.address);
    return refuse(overloaded(this.context.options.limits));
  }

  #other(request: SipRequest): InitialVerdict {
    const { method } = request;
    const answer = this.#known(request);
    if (answer !== undefined) return { action: 'repeat', answer };
    const client = this.clients.pick(method);
    if (client !== undefined) return { action: 'deliver', client };
    if (method === 'OPTIONS') {
      // Nobody routes OPTIONS: it says whether an INVITE would find somebody (RFC 3261 section 11.2).
      const open = this.clients.routed('invite');
      return refuse(
        open
          ? { status: 200, headers: offered(this.context.options) }
          : overloaded(this.context.options.limits),
      );
    }
    return refuse(method === 'NOTIFY' ? { status: 481 } : refuseMethod(method));
  }

  #known({ method, uri }: SipRequest): SipResponse | undefined {
    const known = this.#answers.get(`${method} ${uri}`);
    if (known === undefined || !this.clients.has(known.client)) return undefined;
    const now = this.context.now();
    if (now - known.since >= ANSWER_MS) {
      known.since = now;
      known.asked = 0;
    }
    known.asked++;
    return known.asked > ASKED_ITSELF && now - known.at < ANSWER_MS ? known.answer : undefined;
  }
}

/** True for a request of ours that came back: one of its further Vias is ours. */
export function passedUs(request: SipRequest, isOwnVia: (via: string) => boolean): boolean {
  const vias = request.headers.all('via').flatMap(splitList);
  return vias.length > 1 && vias.slice(1).some((via) => isOwnVia(via));
}
