import { drain } from '../kernel/machine.js';
import { err, type Result } from '../kernel/result.js';
import { earliest, type Scheduler } from '../kernel/time.js';
import type { CallId } from '../kernel/ids.js';
import type { Termination } from '../kernel/vocab.js';
import type { InfoDigit } from './core/dtmf-info.js';
import type { LegInput, LegMachine, LegOutput } from './core/leg-machine.js';
import { parseSipUri } from './core/sip-address.js';
import {
  TransferMachine,
  type ReferDone,
  type ReferNotify,
  type TransferOutput,
} from './core/transfer-machine.js';
import type { CallInfo, LegEvent, MediaWarning, RemoteReason } from './core/types.js';
import type { DialogSink } from './dialog-port.js';
import type { CallHost, CallLeg } from './host.js';
import type { CallLog } from './log.js';

/** The SIP requests and responses one leg can send. */
export interface Signalling {
  answer(sdp: string): void;
  reject(status: number, reason: Termination, warning?: MediaWarning): void;
  invite(sdp: string): void;
  cancel(reason: Termination): void;
  bye(reason: Termination): void;
  refer(target: string, done: ReferDone): void;
}

/** What a leg is made of. */
export interface LegParts {
  readonly info: CallInfo;
  readonly machine: LegMachine;
  /** SDP of the INVITE that came in, if it had one. */
  readonly offer: string | undefined;
  readonly host: CallHost;
  readonly scheduler: Scheduler;
  readonly log: CallLog;
  readonly transferTimeoutMs: number;
  /** The termination is fixed. */
  readonly onEnded: (leg: Leg, host: CallHost) => void;
  /** Nothing of the leg is left on the SIP side. */
  readonly onClosed: (leg: Leg) => void;
}

/** Runs the machines of one leg: one input at a time, drained to quiet, with one timer for the next deadline. */
export class Leg implements CallLeg, DialogSink {
  readonly #listeners = new Set<(event: LegEvent) => void>();
  readonly #transfer: TransferMachine;
  readonly #inputs: (() => void)[] = [];
  #signalling: Signalling | undefined;
  #running = false;
  #disposed = false;
  #cancelTimer: () => void = () => undefined;

  constructor(private readonly parts: LegParts) {
    this.#transfer = new TransferMachine(parts.transferTimeoutMs);
  }

  get id(): CallId {
    return this.parts.info.id;
  }

  get info(): CallInfo {
    return this.parts.info;
  }

  get termination(): Termination | undefined {
    return this.parts.machine.termination;
  }

  /** Where the leg's machine stands. */
  get phase(): string {
    return this.parts.machine.phase;
  }

  get alive(): boolean {
    return this.termination === undefined;
  }

  /** Lets the machine's first outputs happen. */
  start(signalling: Signalling): void {
    this.#signalling = signalling;
    this.#run(() => undefined);
  }

  subscribe(listener: (event: LegEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hangup(reason: Termination): void {
    this.feed({ type: 'hangup', reason });
  }

  transfer(target: string): void {
    this.#run(() => {
      const now = this.parts.scheduler.now();
      if (!this.alive || this.phase !== 'confirmed' || !isTransferTarget(target)) {
        this.#emit({ type: 'transfer', state: 'failed', status: undefined, at: now });
        return;
      }
      this.#transfer.handle(now, { type: 'start', target });
    });
  }

  /** Stops the timers of a leg whose SIP server is gone. */
  dispose(): void {
    this.#disposed = true;
    this.#cancelTimer();
  }

  /** Takes an input of the SIP side or the host. */
  feed(input: LegInput): void {
    this.#run(() => this.parts.machine.handle(this.parts.scheduler.now(), input));
  }

  onBye(reason: Termination, remoteReason: RemoteReason | undefined): void {
    this.feed({ type: 'bye', reason: this.#transfer.terminationOnBye(reason), remoteReason });
  }

  onAck(sdp: string | undefined): void {
    this.feed({ type: 'ack', sdp });
  }

  onLateAnswer(sdp: string): void {
    if (this.#acceptAnswer(sdp)) this.onMediaChanged();
    else this.hangup('media_error');
  }

  onOffer(
    offer: string | undefined,
  ): Result<{ readonly sdp: string }, { readonly status: number; readonly warning?: MediaWarning }> {
    try {
      return this.parts.host.reoffer(this.id, offer);
    } catch (error) {
      this.parts.log.error({ callId: this.id, err: error }, 'the host failed on a new offer');
      return err({ status: 500 });
    }
  }

  onMediaChanged(): void {
    this.#run(() => this.#emit({ type: 'media_changed', at: this.parts.scheduler.now() }));
  }

  onDigits(digits: readonly InfoDigit[]): void {
    this.#run(() => {
      const at = this.parts.scheduler.now();
      for (const { digit, durationMs } of digits) this.#emit({ type: 'dtmf', digit, durationMs, at });
    });
  }

  expectsNotify(notify: ReferNotify): boolean {
    return this.#transfer.expects(notify);
  }

  onReferNotify(notify: ReferNotify): void {
    this.#run(() => this.#transfer.handle(this.parts.scheduler.now(), { type: 'notify', notify }));
  }

  #run(input: () => void): void {
    this.#inputs.push(input);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        next();
        this.#drain();
      }
    } finally {
      this.#running = false;
    }
    this.#arm();
  }

  #drain(): void {
    const left = drain(this.parts.machine, (output: LegOutput) => this.#perform(output));
    const transferLeft = drain(this.#transfer, (output: TransferOutput) => this.#performTransfer(output));
    if (left >= 0 && transferLeft >= 0) return;
    this.parts.log.error({ callId: this.id }, 'a leg machine did not come to rest');
    this.feed({ type: 'hangup', reason: 'internal_error' });
  }

  #arm(): void {
    this.#cancelTimer();
    this.#cancelTimer = () => undefined;
    if (this.#disposed) return;
    const transferDeadline = this.alive ? this.#transfer.nextDeadline() : undefined;
    const deadline = earliest(this.parts.machine.nextDeadline(), transferDeadline);
    if (deadline === undefined) return;
    this.#cancelTimer = this.parts.scheduler.at(deadline, () =>
      this.#run(() => {
        const now = this.parts.scheduler.now();
        this.parts.machine.handle(now, { type: 'time' });
        if (this.alive) this.#transfer.handle(now, { type: 'time' });
      }),
    );
  }

  #perform(output: LegOutput): void {
    switch (output.type) {
      case 'open_media':
        return this.#openMedia();
      case 'answer':
        return this.#signal((sip) => sip.answer(output.sdp), { type: 'answer_failed', gone: false });
      case 'reject':
        return this.#signal((sip) => sip.reject(output.status, output.reason, output.warning), undefined);
      case 'invite':
        return this.#signal((sip) => sip.invite(output.sdp), { type: 'failed', status: undefined });
      case 'cancel':
        return this.#signal((sip) => sip.cancel(output.reason), undefined);
      case 'bye':
        return this.#signal((sip) => sip.bye(output.reason), { type: 'bye_done' });
      case 'accept_answer':
        return this.feed({ type: this.#acceptAnswer(output.sdp) ? 'answer_accepted' : 'answer_rejected' });
      case 'release_media':
        return this.#tellHost('releaseMedia', () => this.parts.host.releaseMedia(this.id));
      case 'announce':
        return this.#announce();
      case 'event': {
        // Media first: what the session says on the event must find them open.
        if (output.event.type === 'confirmed') {
          this.#tellHost('onConfirmed', () => this.parts.host.onConfirmed?.(this.id));
        }
        this.#emit(output.event);
        if (output.event.type === 'ended') this.parts.onEnded(this, this.parts.host);
        return;
      }
      case 'closed':
        return this.parts.onClosed(this);
    }
  }

  #performTransfer(output: TransferOutput): void {
    switch (output.type) {
      case 'send_refer': {
        const { refer } = output;
        const done: ReferDone = (response) =>
          this.#run(() =>
            this.#transfer.handle(this.parts.scheduler.now(), { type: 'refer_response', refer, response }),
          );
        try {
          this.#signalling?.refer(output.target, done);
        } catch (error) {
          this.parts.log.error({ callId: this.id, err: error }, 'REFER could not be sent');
          done(undefined);
        }
        return;
      }
      case 'report': {
        if (!this.alive) return;
        return this.#emit({ type: 'transfer', state: output.state, status: output.status, at: output.at });
      }
      case 'hangup':
        return this.feed({ type: 'hangup', reason: output.reason });
    }
  }

  #openMedia(): void {
    const refused = (error: unknown): void => {
      this.parts.log.error({ callId: this.id, err: error }, 'the host failed to open media');
      this.feed({ type: 'media_refused', status: 500 });
    };
    try {
      this.parts.host
        .openMedia(this.id, this.parts.offer)
        .then((result) => {
          if (result.ok) return this.feed({ type: 'media_ready', sdp: result.value.sdp });
          const { status, reason, warning } = result.error;
          this.parts.log.info(
            { callId: this.id, status, reason, warning: warning?.code },
            'media were refused',
          );
          return this.feed({ type: 'media_refused', status, ...(warning && { warning }) });
        })
        .catch(refused);
    } catch (error) {
      refused(error);
    }
  }

  #acceptAnswer(sdp: string): boolean {
    try {
      return this.parts.host.acceptAnswer(this.id, sdp).ok;
    } catch (error) {
      this.parts.log.error({ callId: this.id, err: error }, 'the host failed on an answer');
      return false;
    }
  }

  #announce(): void {
    try {
      this.parts.host.onCall(this);
    } catch (error) {
      this.parts.log.error({ callId: this.id, err: error }, 'the host failed to take a call');
      this.feed({ type: 'hangup', reason: 'internal_error' });
    }
  }

  #signal(send: (signalling: Signalling) => void, onFailure: LegInput | undefined): void {
    try {
      if (this.#signalling !== undefined) send(this.#signalling);
    } catch (error) {
      this.parts.log.error({ callId: this.id, err: error }, 'a SIP message could not be sent');
      if (onFailure !== undefined) this.feed(onFailure);
    }
  }

  #tellHost(what: string, tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.parts.log.error({ callId: this.id, what, err: error }, 'a host callback failed');
    }
  }

  #emit(event: LegEvent): void {
    for (const listener of [...this.#listeners]) this.#tellHost(event.type, () => listener(event));
  }
}

/** A URI that may stand in Refer-To: known scheme, bounded, nothing that could end the header field. */
function isTransferTarget(target: string): boolean {
  return target.length <= 256 && !/[\s<>"]/.test(target) && parseSipUri(target)?.user !== undefined;
}
