import type { CallHost } from '../../call/host.js';
import { parseSipUri } from '../../call/core/sip-address.js';
import type { LegEvent } from '../../call/core/types.js';
import type { DialOptions, OutboundLeg } from '../../call/outbound.js';
import { outcomeOfAnswered, outcomeOfUnanswered, type AnswerVerdict } from '../../outbound/core/outcome.js';
import type { Lease } from '../../store/types.js';
import type { DialogInput } from '../../dialog/core/effects.js';
import type { PhoneHost } from '../phone-host.js';
import type { SessionEvent } from '../ports.js';
import { knownAppointment } from '../request-desk.js';
import type { AnswerDetector, OutboundCall, OutboundEnd, OutboundLine, ReleasePlace } from './ports.js';

/** The trunk through which people are called. */
export interface Trunk {
  /** `sip:` or `sips:` address; the number takes the place of its user. */
  readonly uri: string;
  /** What the callee sees, E.164. */
  readonly callerId: string;
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
}

/** What calling over SIP needs. */
export interface SipLineInit {
  readonly trunk: Trunk;
  readonly dial: (options: DialOptions) => OutboundLeg;
  readonly phones: PhoneHost;
  /** The same host, watched. */
  readonly watch: (host: CallHost) => CallHost;
  /** Calls that could be taken beside those in progress, reserved places left out. */
  readonly free: () => number;
  /** Nobody is told from a machine unless told how. */
  readonly detector?: AnswerDetector;
}

/** Calls people over a SIP trunk, with a session of their own behind each call. */
export class SipOutboundLine implements OutboundLine {
  readonly #reserved = new Set<object>();

  constructor(private readonly init: SipLineInit) {}

  /** Places kept for calls that are about to be made. */
  get reserved(): number {
    return this.#reserved.size;
  }

  reserve(): ReleasePlace | undefined {
    if (this.init.free() <= 0) return undefined;
    const place = {};
    this.#reserved.add(place);
    return () => this.#reserved.delete(place);
  }

  dial(lease: Lease, release: ReleasePlace, onAnswered: (callId: string) => void): OutboundCall {
    const { trunk, phones, watch, dial, detector } = this.init;
    const uri = numberAt(trunk.uri, lease.pii.number);
    const host = phones.outgoing(parseSipUri(uri)?.host ?? '');
    const { auth, callerId: from } = trunk;
    const leg = dial({
      ...{ uri, from, ringMs: lease.ringMs, host: watch(host) },
      ...(auth === undefined ? {} : { auth }),
    });
    // From here on the leg itself is counted.
    release();
    const call = new Followed(leg, lease, phones, onAnswered, detector);
    return { callId: leg.id, ended: call.ended };
  }
}

/** A call from its INVITE to its end, and what it came to. */
class Followed {
  readonly ended: Promise<OutboundEnd>;
  #rang = false;
  #isAnswered = false;
  #heard = false;
  #result: string | undefined;
  #verdict: AnswerVerdict = 'unsure';
  #answeredAt = 0;
  #resolve: (end: OutboundEnd) => void = () => undefined;

  constructor(
    private readonly leg: OutboundLeg,
    private readonly lease: Lease,
    private readonly phones: PhoneHost,
    private readonly onAnswered: (callId: string) => void,
    private readonly detector: AnswerDetector | undefined,
  ) {
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    leg.subscribe((event) => this.#event(event));
  }

  #event(event: LegEvent): void {
    if (event.type === 'ringing') this.#rang = true;
    else if (event.type === 'answered') this.#answered(event.at);
    else if (event.type === 'ended') this.#resolve(this.#end(event));
  }

  #answered(at: number): void {
    this.#isAnswered = true;
    this.#answeredAt = at;
    this.phones.take(this.leg, openingOf(this.lease), (event) => this.#told(event));
    this.onAnswered(this.leg.id);
    void this.detector?.judge(this.leg.id).then((verdict) => {
      this.#verdict = verdict;
      // Nothing is told to a machine.
      if (verdict === 'machine') this.leg.hangup('agent_goodbye');
    });
  }

  #told(event: SessionEvent): void {
    if (event.type === 'heard_words') this.#heard = true;
    if (event.type !== 'note') return;
    if (event.note.kind === 'reminder') this.#result = event.note.outcome;
    if (event.note.kind === 'opt_out') this.#result = 'opted_out';
  }

  #end({ reason, status, reasons = [], at }: Extract<LegEvent, { type: 'ended' }>): OutboundEnd {
    if (this.#isAnswered) {
      const facts = { verdict: this.#verdict, messageLeft: false, result: this.#result, heard: this.#heard };
      const decided = outcomeOfAnswered({ ...facts, durationMs: at - this.#answeredAt, ended: reason });
      return { decided, ...(this.#result === undefined ? {} : { result: this.#result }) };
    }
    const ownEnd = reason === 'no_answer' ? 'no_answer' : 'stopped';
    const isOurs = status === undefined && reason !== 'media_error';
    const gaveUp = isOurs ? ({ gaveUp: ownEnd } as const) : {};
    const decided =
      reason === 'media_error' || (reason === 'rejected_media' && status === undefined)
        ? ({ outcome: 'media', source: 'local', final: false } as const)
        : outcomeOfUnanswered({ status, reasons, rang: this.#rang, ...gaveUp });
    const q850 = reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850')?.cause;
    return { decided, ...(status === undefined ? {} : { status }), ...(q850 === undefined ? {} : { q850 }) };
  }
}

/** A trunk's address with a number as its user. */
export function numberAt(trunk: string, number: string): string {
  const match = /^(sips?:)(?:[^@]*@)?(.*)$/i.exec(trunk);
  return `${match?.[1] ?? 'sip:'}${number}@${match?.[2] ?? ''}`;
}

/** How the conversation begins: nothing private, whoever answers. */
function openingOf({ purpose, topic, appointment }: Lease): Extract<DialogInput, { type: 'start' }> {
  if (purpose === 'reminder' && appointment !== undefined) {
    return { type: 'start', outbound: true, task: 'reminder', appointment: knownAppointment(appointment) };
  }
  return { type: 'start', outbound: true, ...(topic === undefined ? {} : { topic }) };
}
