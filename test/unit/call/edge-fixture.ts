import { callId } from '../../../src/kernel/ids.js';
import { ok } from '../../../src/kernel/result.js';
import { seededRng } from '../../../src/kernel/rng.js';
import type { Termination } from '../../../src/kernel/vocab.js';
import { ADMITTED } from '../../../src/call/core/admission.js';
import type { CallInfo, LegEvent } from '../../../src/call/core/types.js';
import type { CallLog } from '../../../src/call/log.js';
import {
  openSipEdge,
  type CallHost,
  type CallLeg,
  type SipEdge,
  type SipEdgeOptions,
} from '../../../src/call/sip-edge.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { StubRequest, StubSrf } from './stub-srf.js';

export const OFFER =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';
export const ANSWER = OFFER.replace(/192\.0\.2\.10/g, '127.0.0.1');

/** A host that takes everything and remembers it. */
export class RecordingHost implements CallHost {
  readonly log: string[] = [];
  readonly legs: CallLeg[] = [];
  readonly events: LegEvent[] = [];
  readonly ended: { info: CallInfo; reason: Termination }[] = [];
  onCallHook: (leg: CallLeg) => void = () => undefined;
  admit: CallHost['admit'] = () => ADMITTED;
  openMedia: CallHost['openMedia'] = async (_id, offer) => {
    this.log.push(offer === undefined ? 'open(no offer)' : 'open(offer)');
    return ok({ sdp: ANSWER });
  };
  acceptAnswer: CallHost['acceptAnswer'] = () => {
    this.log.push('acceptAnswer');
    return ok(undefined);
  };
  reoffer: CallHost['reoffer'] = (_id, offer) => {
    this.log.push(offer === undefined ? 'reoffer(none)' : 'reoffer');
    return ok({ sdp: ANSWER });
  };
  releaseMedia: CallHost['releaseMedia'] = () => {
    this.log.push('release');
  };

  onCall(leg: CallLeg): void {
    this.legs.push(leg);
    leg.subscribe((event) => this.events.push(event));
    this.onCallHook(leg);
  }

  onEnded(info: CallInfo, reason: Termination): void {
    this.ended.push({ info, reason });
  }

  get leg(): CallLeg {
    const leg = this.legs.at(-1);
    if (leg === undefined) throw new Error('no call was announced');
    return leg;
  }
}

/** A log that keeps what was written. */
export class RecordingLog implements CallLog {
  readonly lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[] = [];
  debug = this.#at('debug');
  info = this.#at('info');
  warn = this.#at('warn');
  error = this.#at('error');

  #at(level: string): CallLog['info'] {
    return (fields, message) => this.lines.push({ level, fields, message });
  }
}

export interface Fixture {
  readonly srf: StubSrf;
  readonly time: VirtualTime;
  readonly host: RecordingHost;
  readonly log: RecordingLog;
  readonly edge: SipEdge;
}

export async function openFixture(options: Partial<SipEdgeOptions> = {}): Promise<Fixture> {
  const srf = new StubSrf();
  const time = new VirtualTime();
  const host = new RecordingHost();
  const log = new RecordingLog();
  let calls = 0;
  const edge = await openSipEdge({
    server: { host: '127.0.0.1', port: 9022, secret: 'cymru' },
    host,
    scheduler: time,
    maxCalls: 2,
    rng: seededRng(1),
    newCallId: () => callId(`call-${++calls}`),
    log,
    createSrf: () => srf,
    ...options,
  });
  return { srf, time, host, log, edge };
}

let sequence = 0;

/** An INVITE as it comes from the network, each with a Call-ID of its own. */
export function invite(headers: Record<string, string | undefined> = {}, body = OFFER): StubRequest {
  const number = ++sequence;
  const all: Record<string, string | undefined> = {
    Via: `SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK${number}`,
    From: '"Ann" <sip:+4930123456@192.0.2.10>;tag=a1',
    To: '<sip:agent@127.0.0.1>',
    'Call-ID': `call-id-${number}`,
    CSeq: '1 INVITE',
    Contact: '<sip:ann@192.0.2.10:5060>',
    ...(body === '' ? {} : { 'Content-Type': 'application/sdp' }),
    ...headers,
  };
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new StubRequest('INVITE', 'sip:agent@127.0.0.1', Object.fromEntries(present), body);
}
