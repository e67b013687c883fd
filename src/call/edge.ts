import { LeibnizError } from '../kernel/errors.js';
import type { CallId } from '../kernel/ids.js';
import { Notices } from '../kernel/notices.js';
import type { Rng } from '../kernel/rng.js';
import { addMs, type Scheduler } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import { inboundInfo, outboundInfo } from './call-info.js';
import { moveToCurrentConnection, ServerConnection, type ServerAddress } from './connection.js';
import { AdmissionControl, type Admission, type AdmissionOptions } from './core/admission.js';
import type { CalledNumbers } from './core/called-numbers.js';
import type { PeerList } from './core/cidr.js';
import { HalfOpenCalls } from './core/half-open.js';
import type { NumberNormaliser } from './core/identity.js';
import type { LoadSample } from './core/load.js';
import { InboundMachine } from './core/inbound-machine.js';
import { OutboundMachine } from './core/outbound-machine.js';
import { reasonHeader } from './core/termination.js';
import type { LegTimings } from './core/timings.js';
import { callInfoForLog, type CallInfo } from './core/types.js';
import type { CallHost } from './host.js';
import { InboundSignalling, readInvite, sendFailure, type InviteFacts, type InviteFault } from './inbound.js';
import { Leg, type LegParts } from './leg.js';
import { guarded, type CallLog } from './log.js';
import {
  checkDialOptions,
  OutboundSignalling,
  type DialOptions,
  type DialOutcome,
  type OutboundLeg,
} from './outbound.js';
import { OrphanSweep } from './orphans.js';
import { LegRegistry } from './registry.js';
import { ALLOW, OFFERED, type SrfPort, type SrfRequest, type SrfResponse } from './srf-port.js';

/** Everything an edge is made of, defaults filled in. */
export interface EdgeParts {
  readonly srf: SrfPort;
  readonly server: ServerAddress;
  readonly host: CallHost;
  readonly trustedPeers: PeerList;
  readonly normalise: NumberNormaliser;
  /** Addresses that may call. */
  readonly peers: Pick<PeerList, 'has'>;
  /** Numbers that are ours; every number unless told. */
  readonly numbers: CalledNumbers | undefined;
  readonly admission: AdmissionOptions;
  /** Conversations that count against the limit beside the calls; none unless told. */
  readonly otherCalls: (() => number) | undefined;
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly newCallId: () => CallId;
  readonly timings: LegTimings;
  readonly transferTimeoutMs: number;
  readonly sweepMs: number;
  readonly connectTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly log: CallLog;
}

/** Counters of an edge since its start; `active` and `open` are of now. */
export interface SipEdgeStats {
  /** Calls whose termination is not fixed. */
  readonly active: number;
  /** Legs with an open SIP transaction or more. */
  readonly open: number;
  readonly connected: boolean;
  readonly draining: boolean;
  readonly inbound: number;
  readonly outbound: number;
  readonly refused: number;
  /** Copies of INVITEs that were not taken for calls. */
  readonly repeatedInvites: number;
  /** Calls without ACK that gave way to others. */
  readonly gaveWay: number;
  /** Whether one more call would be taken now. */
  readonly accepting: boolean;
  /** Dialogs without a call that were ended. */
  readonly orphans: number;
  readonly reconnects: number;
}

/** The door between SIP and the sessions. */
export interface SipEdge {
  stats(): SipEdgeStats;
  /**
   * Calls somebody. Returns at once; subscribe to the leg or await its `outcome`.
   *
   * @throws LeibnizError BAD_REQUEST for options that cannot be sent, CAPACITY_FULL while draining
   */
  dial(options: DialOptions): OutboundLeg;
  /**
   * Takes what the machine says of its load; call it about once a second. While a figure stays high new calls get 503
   * (see `core/load.ts`); without samples only the number of calls counts.
   */
  observeLoad(sample: LoadSample): void;
  /** Refuses new calls from now on. Resolves when the last call has ended. */
  drain(): Promise<void>;
  /** Ends all calls with `server_shutdown` and leaves the SIP server. Waits for their BYEs for a short time. */
  close(): Promise<void>;
}

/** Requests outside a dialog that we take the trouble to refuse ourselves. */
const REFUSED_METHODS = ['message', 'register', 'subscribe', 'publish', 'refer'] as const;
/** Requests that only make sense inside a dialog. */
const DIALOG_METHODS = ['info', 'update', 'bye'] as const;
/** Lines that calls without ACK may hold together, as a share of all and at least. */
const HALF_OPEN_SHARE = 0.5;
const HALF_OPEN_LEAST = 4;

/** The edge over any {@link SrfPort}. */
export class Edge implements SipEdge {
  readonly #legs = new LegRegistry();
  readonly #admission: AdmissionControl;
  readonly #connection: ServerConnection;
  readonly #orphans: OrphanSweep;
  readonly #halfOpen = new HalfOpenCalls<Leg>();
  readonly #notices = new Notices<string>();
  #draining = false;
  #closing: Promise<void> | undefined;
  #inbound = 0;
  #outbound = 0;
  #refused = 0;
  #repeated = 0;
  #gaveWay = 0;

  constructor(private readonly parts: EdgeParts) {
    this.#admission = new AdmissionControl(parts.admission, parts.rng);
    this.#connection = new ServerConnection(parts.srf, parts.server, parts.scheduler, parts.log, {
      onLost: () => this.#onLost(),
      onRestored: () => this.#orphans.dialogs().forEach(moveToCurrentConnection),
    });
    this.#orphans = new OrphanSweep(parts.srf, this.#connection, parts.scheduler, parts.sweepMs, parts.log);
  }

  /** Registers the handlers and connects. */
  async open(): Promise<void> {
    const { srf, log } = this.parts;
    const failed = (_req: SrfRequest, res: SrfResponse): void => sendFailure(res, 500, {});
    srf.use(
      'invite',
      guarded(log, 'invite', (req, res) => this.#onInvite(req, res), failed),
    );
    srf.use(
      'options',
      guarded(log, 'options', (_req, res) => this.#onOptions(res), failed),
    );
    for (const method of REFUSED_METHODS) {
      srf.use(
        method,
        guarded(log, method, (_req, res) => sendFailure(res, 405, { Allow: ALLOW }), failed),
      );
    }
    for (const method of DIALOG_METHODS) {
      srf.use(
        method,
        guarded(log, method, (_req, res) => sendFailure(res, 481, {}), failed),
      );
    }
    srf.use(
      'notify',
      guarded(
        log,
        'notify',
        // Some peers keep a NAT open so; any answer will do, and a failure alarms their operators.
        (req, res) => sendFailure(res, /^\s*keep-alive\b/i.test(req.get('event') ?? '') ? 200 : 481, {}),
        failed,
      ),
    );
    await this.#connection.open(this.parts.connectTimeoutMs);
    this.#orphans.start();
  }

  stats(): SipEdgeStats {
    return {
      active: this.#legs.active,
      open: this.#legs.size,
      connected: this.#connection.connected,
      draining: this.#draining,
      inbound: this.#inbound,
      outbound: this.#outbound,
      refused: this.#refused,
      repeatedInvites: this.#repeated,
      gaveWay: this.#gaveWay,
      accepting: this.#admission.isOpen(this.parts.scheduler.now(), this.#activeCalls(), this.#draining),
      orphans: this.#orphans.count,
      reconnects: this.#connection.reconnects,
    };
  }

  dial(options: DialOptions): OutboundLeg {
    checkDialOptions(options);
    if (this.#draining) {
      throw new LeibnizError('CAPACITY_FULL', 'No calls are made while the service is shutting down.');
    }
    const { ringMs, host } = options;
    const now = this.parts.scheduler.now();
    const timings = ringMs === undefined ? this.parts.timings : { ...this.parts.timings, ringMs };
    const info = outboundInfo(this.parts, options);
    const leg = new Leg({
      ...this.#legParts(info, undefined),
      machine: new OutboundMachine(now, timings),
      host: host ?? this.parts.host,
    });
    this.#outbound++;
    this.#legs.add(leg);
    const outcome = outcomeOf(leg);
    leg.start(
      new OutboundSignalling(
        this.parts.srf,
        options,
        leg,
        this.#connection,
        this.parts.log,
        (dialog, owner) => this.#orphans.own(dialog, owner),
      ),
    );
    return Object.assign(leg, { outcome });
  }

  observeLoad(sample: LoadSample): void {
    this.#admission.observe(this.parts.scheduler.now(), sample);
  }

  async drain(): Promise<void> {
    this.#draining = true;
    await this.#legs.idle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#draining = true;
    for (const leg of this.#legs.all()) leg.hangup('server_shutdown');
    const { scheduler, closeTimeoutMs } = this.parts;
    let stopTimer = (): void => undefined;
    const timeout = new Promise<void>((resolve) => {
      stopTimer = scheduler.at(addMs(scheduler.now(), closeTimeoutMs), resolve);
    });
    await Promise.race([this.#legs.empty(), timeout]);
    stopTimer();
    this.#orphans.stop();
    for (const leg of this.#legs.all()) leg.dispose();
    this.#connection.close();
  }

  /** Everything up to the leg's start happens in the tick of the INVITE, so that no CANCEL can slip by. */
  #onInvite(req: SrfRequest, res: SrfResponse): void {
    const call: { leg?: Leg } = {};
    req.once(
      'cancel',
      guarded(this.parts.log, 'cancel', () => call.leg?.feed({ type: 'cancel' })),
    );
    const invite = readInvite(req);
    if (!invite.ok) return this.#turnAway(req, res, invite.error);
    const facts = invite.value;
    const novelty = this.#legs.novelty(facts.requestKey, facts.branch);
    if (novelty !== 'new') {
      this.#repeated++;
      // The first copy is answered; an answer to a retransmission would be a second one.
      return novelty === 'merged' ? sendFailure(res, 482, {}) : undefined;
    }
    const info = inboundInfo(this.parts, req, facts);
    const fault = this.#stranger(info);
    if (fault !== undefined) return this.#turnAway(req, res, fault);
    const admission = this.#admit(info);
    if (!admission.admit) return this.#refuse(res, info, admission);
    call.leg = this.#startInbound(req, res, info, facts);
  }

  /** Whether a call is none of ours: not from a peer, or to a number that is not ours. */
  #stranger(info: CallInfo): InviteFault | undefined {
    const { peers, numbers } = this.parts;
    if (!peers.has(info.remoteAddress)) {
      const headers = { Reason: 'Q.850;cause=21;text="Call rejected"' };
      return { status: 403, what: 'the address is no peer', headers };
    }
    if (numbers?.has(info.to) === false) {
      return {
        status: 404,
        what: 'the number is not ours',
        headers: { Reason: 'Q.850;cause=1;text="Unallocated number"' },
      };
    }
    return undefined;
  }

  /** Refuses an INVITE that does not become a call. */
  #turnAway(req: SrfRequest, res: SrfResponse, { status, what, headers }: InviteFault): void {
    this.#refused++;
    this.#logRefusal(what, req.source_address ?? '', status);
    sendFailure(res, status, headers ?? {});
  }

  /** One line an hour for each source and cause: who is refused a hundred times a second fills no log. */
  #logRefusal(what: string, address: string, status: number): void {
    const notice = this.#notices.note(this.parts.scheduler.now(), what, address);
    if (notice === undefined) return;
    const { count, address: source } = notice;
    this.parts.log.info({ status, what, count, pii: { remoteAddress: source } }, 'calls were refused');
  }

  #startInbound(req: SrfRequest, res: SrfResponse, info: CallInfo, facts: InviteFacts): Leg {
    const { srf, scheduler, timings, log } = this.parts;
    const machine = new InboundMachine(scheduler.now(), facts.offer === undefined, timings);
    const leg = new Leg({ ...this.#legParts(info, facts.offer), machine });
    this.#inbound++;
    this.#legs.add(leg, facts);
    leg.subscribe(({ type, at }) => {
      if (type === 'answered') this.#halfOpen.add(leg, info.remoteAddress, at);
      else if (type === 'confirmed' || type === 'ended') this.#halfOpen.remove(leg);
    });
    this.#admission.note(scheduler.now(), this.#activeCalls());
    log.info(callInfoForLog(info), 'a call came in');
    leg.start(
      new InboundSignalling({
        srf,
        req,
        res,
        facts,
        leg,
        connection: this.#connection,
        log,
        onDialog: (dialog, owner) => this.#orphans.own(dialog, owner),
        retryAfterS: (reason) =>
          this.#admission.retryAfterS(this.#draining && reason !== 'rejected_capacity'),
      }),
    );
    return leg;
  }

  #admit(info: CallInfo): Admission {
    const decide = (): Admission =>
      this.#admission.decide(this.parts.scheduler.now(), this.#activeCalls(), this.#draining);
    const budget = Math.max(HALF_OPEN_LEAST, this.parts.admission.maxCalls * HALF_OPEN_SHARE);
    if (this.#halfOpen.size >= budget) this.#giveWay();
    let own = decide();
    if (!own.admit && own.reason === 'rejected_capacity' && this.#giveWay()) own = decide();
    if (!own.admit) return own;
    try {
      return this.parts.host.admit(info);
    } catch (error) {
      this.parts.log.error({ callId: info.id, err: error }, 'the host failed to decide on a call');
      return { admit: false, reason: 'rejected_request', status: 500, retryAfterS: undefined };
    }
  }

  /** Ends the call that has waited longest for its ACK, if it has waited long enough. */
  #giveWay(): boolean {
    const leg = this.#halfOpen.victim(this.parts.scheduler.now());
    if (leg === undefined) return false;
    this.#gaveWay++;
    leg.hangup('ack_timeout');
    return true;
  }

  #refuse(res: SrfResponse, info: CallInfo, admission: Admission & { readonly admit: false }): void {
    const { status, retryAfterS, reason } = admission;
    this.#refused++;
    this.#logRefusal(reason, info.remoteAddress, status);
    sendFailure(res, status, {
      Reason: reasonHeader(reason),
      ...(retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) }),
    });
    this.#tellEnded(this.parts.host, info, reason);
  }

  #onOptions(res: SrfResponse): void {
    const probe = this.#admission.probe(this.parts.scheduler.now(), this.#activeCalls(), this.#draining);
    const headers: Record<string, string> = { ...OFFERED };
    if (probe.admit) return res.send(200, { headers });
    if (probe.retryAfterS !== undefined) headers['Retry-After'] = String(probe.retryAfterS);
    return res.send(probe.status, { headers });
  }

  #onLost(): void {
    for (const leg of this.#legs.all()) leg.feed({ type: 'server_lost' });
  }

  #activeCalls(): number {
    return this.#legs.active + (this.parts.otherCalls?.() ?? 0);
  }

  #legParts(info: CallInfo, offer: string | undefined): Omit<LegParts, 'machine'> {
    const { host, scheduler, log, transferTimeoutMs } = this.parts;
    return {
      info,
      offer,
      host,
      scheduler,
      log,
      transferTimeoutMs,
      onEnded: (leg, legHost) => {
        this.#legs.ended();
        this.#admission.note(scheduler.now(), this.#activeCalls());
        log.info({ callId: leg.id, reason: leg.termination }, 'a call ended');
        if (leg.termination !== undefined) this.#tellEnded(legHost, leg.info, leg.termination);
      },
      onClosed: (leg) => {
        this.#legs.remove(leg);
        this.#orphans.release(leg);
      },
    };
  }

  #tellEnded(host: CallHost, info: CallInfo, reason: Termination): void {
    guarded(this.parts.log, 'onEnded', () => host.onEnded?.(info, reason, this.parts.scheduler.now()))();
  }
}

function outcomeOf(leg: Leg): Promise<DialOutcome> {
  return new Promise((resolve) => {
    leg.subscribe((event) => {
      if (event.type === 'confirmed') resolve({ type: 'answered' });
      if (event.type !== 'ended') return;
      const { reason, status, unsent } = event;
      resolve({ type: 'failed', reason, status, ...(unsent && { unsent }) });
    });
  });
}
