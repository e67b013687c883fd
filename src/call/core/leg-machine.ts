import type { Machine } from '../../kernel/machine.js';
import { addMs, type MonoMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import type { LegTimings } from './timings.js';
import type { LegEvent, MediaWarning, RemoteReason, UnsentCause } from './types.js';

/** What is known of an end besides its reason. */
interface EndDetail {
  readonly status?: number;
  readonly remoteReason?: RemoteReason | undefined;
  readonly reasons?: readonly RemoteReason[] | undefined;
  readonly unsent?: UnsentCause | undefined;
}

/** What a leg machine asks of its shell. Performed in order. */
export type LegOutput =
  /** Ask the host for media; answered by `media_ready` or `media_refused`. */
  | { readonly type: 'open_media' }
  /** Send 200 with this SDP; answered by `answer_sent` or `answer_failed`. */
  | { readonly type: 'answer'; readonly sdp: string }
  /** Send this final failure to the INVITE. */
  | {
      readonly type: 'reject';
      readonly status: number;
      readonly reason: Termination;
      readonly warning?: MediaWarning;
    }
  /** Send an INVITE with this offer. */
  | { readonly type: 'invite'; readonly sdp: string }
  /** Cancel the INVITE that was sent. */
  | { readonly type: 'cancel'; readonly reason: Termination }
  /** Give the peer's answer to our offer to the host; answered by `answer_accepted` or `answer_rejected`. */
  | { readonly type: 'accept_answer'; readonly sdp: string }
  /** Send BYE; answered by `bye_done`. */
  | { readonly type: 'bye'; readonly reason: Termination }
  /** The media of this leg are no longer needed. At most once. */
  | { readonly type: 'release_media' }
  /** The call is answered: hand the leg to the session. At most once. */
  | { readonly type: 'announce' }
  | { readonly type: 'event'; readonly event: LegEvent }
  /** Nothing of this leg is left on the SIP side. At most once. */
  | { readonly type: 'closed' };

/** Inputs of both kinds of leg. A machine ignores those that do not fit its phase. */
export type LegInput =
  | { readonly type: 'time' }
  | { readonly type: 'media_ready'; readonly sdp: string }
  | { readonly type: 'media_refused'; readonly status: number; readonly warning?: MediaWarning }
  | { readonly type: 'answer_accepted' }
  | { readonly type: 'answer_rejected' }
  /** Our side wants the call to end. */
  | { readonly type: 'hangup'; readonly reason: Termination }
  /** BYE came, from the peer or made by the SIP server. */
  | { readonly type: 'bye'; readonly reason: Termination; readonly remoteReason: RemoteReason | undefined }
  /** The transaction of our BYE has ended, in whatever way. */
  | { readonly type: 'bye_done' }
  /** The control connection to the SIP server is gone. */
  | { readonly type: 'server_lost' }
  // Inbound only:
  /** CANCEL for the INVITE; the SIP server has answered 487 itself. */
  | { readonly type: 'cancel' }
  /** The 200 is on the wire and the dialog exists. */
  | { readonly type: 'answer_sent' }
  /** The 200 could not be sent; `gone` when the INVITE's transaction was over, which means a CANCEL won the race. */
  | { readonly type: 'answer_failed'; readonly gone: boolean }
  | { readonly type: 'ack'; readonly sdp: string | undefined }
  // Outbound only:
  | { readonly type: 'provisional'; readonly status: number }
  /** 200 came and was acknowledged; the dialog exists. */
  | { readonly type: 'established'; readonly sdp: string | undefined }
  /** The INVITE ended with a final failure; no status when it was never sent. */
  | {
      readonly type: 'failed';
      readonly status: number | undefined;
      /** Values of the Reason headers of the response. */
      readonly reasons?: readonly RemoteReason[];
      readonly unsent?: UnsentCause;
    };

type MediaState = 'none' | 'opening' | 'open' | 'released';

/**
 * The last phases of every leg.
 *
 * - `ending`: the termination is fixed, a SIP transaction is still open.
 * - `ended`: nothing is left.
 */
export type LastPhase = 'ending' | 'ended';

/**
 * What inbound and outbound legs share: the output queue, one deadline, the media's life, and the two steps of an
 * end. `ending` begins when the termination reason is fixed: the session hears of it and media stop at once
 * (RFC 3261 section 15.1.1 counts a session as over when BYE is handed over). `ended` is reached when the SIP
 * transactions behind it are over too.
 *
 * @typeParam Phase - the phases before {@link LastPhase}
 */
export abstract class LegMachine<Phase extends string = string> implements Machine<LegInput, LegOutput> {
  readonly #outputs: LegOutput[] = [];
  #deadline: MonoMs | undefined;
  #media: MediaState = 'none';
  #termination: Termination | undefined;
  #closed = false;
  protected current: Phase | LastPhase;

  /** Begins by opening media. */
  protected constructor(
    now: MonoMs,
    first: Phase,
    protected readonly timings: LegTimings,
  ) {
    this.current = first;
    this.#media = 'opening';
    this.emit({ type: 'open_media' });
    this.wakeIn(now, timings.answerMs);
  }

  abstract handle(now: MonoMs, input: LegInput): void;

  poll(): LegOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    return this.#deadline;
  }

  /** Where the leg stands. */
  get phase(): Phase | LastPhase {
    return this.current;
  }

  /** Why the call ended; fixed once. */
  get termination(): Termination | undefined {
    return this.#termination;
  }

  protected emit(output: LegOutput): void {
    this.#outputs.push(output);
  }

  protected event(event: LegEvent): void {
    this.emit({ type: 'event', event });
  }

  protected wakeIn(now: MonoMs, delayMs: number): void {
    this.#deadline = addMs(now, delayMs);
  }

  protected sleep(): void {
    this.#deadline = undefined;
  }

  protected due(now: MonoMs): boolean {
    return this.#deadline !== undefined && now >= this.#deadline;
  }

  /** Records that media are open. Returns false when the call ended meanwhile: they are given back at once. */
  protected mediaOpened(): boolean {
    if (this.#termination !== undefined) {
      if (this.#media === 'opening') this.emit({ type: 'release_media' });
      this.#media = 'released';
      return false;
    }
    this.#media = 'open';
    return true;
  }

  protected mediaRefused(): void {
    this.#media = 'none';
  }

  /** Fixes the termination reason, stops media and tells the session. Later calls change nothing. */
  protected terminate(now: MonoMs, reason: Termination, detail: EndDetail = {}): void {
    if (this.#termination !== undefined) return;
    this.#termination = reason;
    this.event({
      type: 'ended',
      reason,
      status: detail.status,
      remoteReason: detail.remoteReason,
      ...(detail.reasons && { reasons: detail.reasons }),
      ...(detail.unsent && { unsent: detail.unsent }),
      at: now,
    });
    if (this.#media === 'open') {
      this.#media = 'released';
      this.emit({ type: 'release_media' });
    }
  }

  /** Ends a leg that has no SIP transaction open. */
  protected end(now: MonoMs, reason: Termination, detail: EndDetail = {}): void {
    this.terminate(now, reason, detail);
    this.close();
  }

  /** Ends a leg that still has a SIP transaction open. `reason` counts only where none is fixed yet. */
  protected beginEnd(now: MonoMs, reason: Termination): void {
    this.terminate(now, reason);
    this.current = 'ending';
  }

  /** Ends the dialog by BYE. `reason` counts only where none is fixed yet. */
  protected bye(now: MonoMs, reason: Termination): void {
    this.beginEnd(now, reason);
    this.emit({ type: 'bye', reason: this.termination ?? reason });
    this.wakeIn(now, this.timings.byeMs);
  }

  /** Takes what ends a call that has a dialog, from either side. */
  protected endDialog(now: MonoMs, input: LegInput): void {
    if (input.type === 'bye') this.end(now, input.reason, { remoteReason: input.remoteReason });
    else if (input.type === 'hangup') this.bye(now, input.reason);
    else if (input.type === 'answer_rejected') this.bye(now, 'media_error');
  }

  /** Ends the SIP side. The termination must be fixed by then. */
  protected close(): void {
    this.current = 'ended';
    this.#deadline = undefined;
    if (this.#closed) return;
    this.#closed = true;
    this.emit({ type: 'closed' });
  }
}
