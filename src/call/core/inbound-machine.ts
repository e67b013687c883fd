import { assertUnreachable } from '../../kernel/machine.js';
import type { MonoMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import { LegMachine, type LastPhase, type LegInput } from './leg-machine.js';
import { statusForTermination } from './termination.js';
import type { MediaWarning } from './types.js';
import type { LegTimings } from './timings.js';

/**
 * Phases of an inbound leg.
 *
 * - `received`: INVITE is here, media are being opened.
 * - `answering`: the 200 is handed to the SIP server, which has not said that it is on the wire.
 * - `answered`: the 200 is on the wire, ACK is awaited.
 * - `accepting`: ACK brought the answer to our offer, the host is looking at it.
 * - `confirmed`: ACK is here.
 */
export type InboundPhase = 'received' | 'answering' | 'answered' | 'accepting' | 'confirmed' | LastPhase;

/**
 * An inbound call from INVITE to the last transaction.
 *
 * CANCEL and 200 cross in three ways, and each ends once: CANCEL is seen first (`cancel`, then perhaps the result of
 * a 200 already handed over), the server saw it first (`answer_failed` with `gone`), or the 200 went out first (the
 * peer answers with ACK and BYE). A dialog that comes up for a call that has ended is ended by BYE after its ACK:
 * RFC 3261 section 15 forbids the callee a BYE before the ACK.
 */
export class InboundMachine extends LegMachine<InboundPhase> {
  /** Ending: the dialog is up, and its BYE waits for the ACK. */
  #awaitsAck = false;

  /**
   * @param delayedOffer - the INVITE had no SDP: our 200 carries the offer and the ACK the answer (RFC 3264 section 4)
   */
  constructor(
    now: MonoMs,
    private readonly delayedOffer: boolean,
    timings: LegTimings,
  ) {
    super(now, 'received', timings);
  }

  handle(now: MonoMs, input: LegInput): void {
    switch (this.current) {
      case 'received':
        return this.#received(now, input);
      case 'answering':
        return this.#answering(now, input);
      case 'answered':
      case 'accepting':
        return this.#answered(now, input);
      case 'confirmed':
        return this.endDialog(now, input);
      case 'ending':
        return this.#ending(now, input);
      case 'ended':
        return this.#late(input);
      default:
        return assertUnreachable(this.current);
    }
  }

  #received(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'media_ready': {
        if (!this.mediaOpened()) return;
        this.current = 'answering';
        this.emit({ type: 'answer', sdp: input.sdp });
        this.wakeIn(now, this.timings.sendMs);
        return;
      }
      case 'media_refused': {
        this.mediaRefused();
        return this.#refuse(now, mediaRefusal(input.status), input.status, input.warning);
      }
      case 'hangup':
        return this.#refuse(now, input.reason, statusForTermination(input.reason));
      case 'cancel':
        return this.end(now, 'cancelled');
      case 'server_lost':
        return this.end(now, 'internal_error');
      case 'time': {
        if (this.due(now)) this.#refuse(now, 'media_error', statusForTermination('media_error'));
        return;
      }
      default:
        return;
    }
  }

  #answering(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'answer_sent': {
        this.current = 'answered';
        this.emit({ type: 'announce' });
        this.event({ type: 'answered', at: now });
        this.wakeIn(now, this.timings.ackMs);
        return;
      }
      case 'answer_failed':
        return this.end(now, input.gone ? 'cancelled' : 'internal_error');
      case 'cancel':
        return this.#endUnanswered(now, 'cancelled');
      case 'hangup':
        return this.#endUnanswered(now, input.reason);
      case 'server_lost':
        return this.end(now, 'internal_error');
      case 'time': {
        if (this.due(now)) this.#endUnanswered(now, 'internal_error');
        return;
      }
      default:
        return;
    }
  }

  #answered(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'ack':
        return this.#acked(now, input.sdp);
      case 'answer_accepted': {
        if (this.current === 'accepting') this.#confirm(now);
        return;
      }
      case 'hangup': {
        if (this.current === 'accepting') return this.bye(now, input.reason);
        this.#awaitsAck = true;
        return this.beginEnd(now, input.reason);
      }
      case 'server_lost':
        return this.#ackUnseen(now);
      case 'time': {
        if (this.due(now)) this.bye(now, 'ack_timeout');
        return;
      }
      default:
        return this.endDialog(now, input);
    }
  }

  #ending(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'media_ready': {
        this.mediaOpened();
        return;
      }
      case 'answer_sent': {
        this.#awaitsAck = true;
        this.wakeIn(now, this.timings.ackMs);
        return;
      }
      case 'ack': {
        if (this.#awaitsAck) this.#byeAtLast(now);
        return;
      }
      case 'answer_failed':
      case 'bye':
      case 'bye_done':
      case 'server_lost':
        return this.close();
      case 'time': {
        if (!this.due(now)) return;
        if (this.#awaitsAck) return this.#byeAtLast(now);
        return this.close();
      }
      default:
        return;
    }
  }

  #late(input: LegInput): void {
    if (input.type === 'media_ready') this.mediaOpened();
    if (input.type === 'answer_sent') {
      this.emit({ type: 'bye', reason: this.termination ?? 'internal_error' });
    }
  }

  #acked(now: MonoMs, sdp: string | undefined): void {
    if (this.current !== 'answered') return;
    if (!this.delayedOffer) return this.#confirm(now);
    if (sdp === undefined) return this.bye(now, 'media_error');
    this.current = 'accepting';
    this.emit({ type: 'accept_answer', sdp });
  }

  /**
   * The ACK can no longer be seen. Media do not depend on the SIP server, so a call whose session is agreed goes on;
   * if the peer never acknowledged, the silence of its media ends the call.
   */
  #ackUnseen(now: MonoMs): void {
    if (this.current !== 'answered') return;
    if (this.delayedOffer) this.bye(now, 'internal_error');
    else this.#confirm(now);
  }

  #confirm(now: MonoMs): void {
    this.current = 'confirmed';
    this.sleep();
    this.event({ type: 'confirmed', at: now });
  }

  #refuse(now: MonoMs, reason: Termination, status: number, warning?: MediaWarning): void {
    this.emit({ type: 'reject', status, reason, ...(warning && { warning }) });
    this.end(now, reason, { status });
  }

  /** The 200 is under way: what the server says of it decides how the leg ends. */
  #endUnanswered(now: MonoMs, reason: Termination): void {
    this.beginEnd(now, reason);
    this.wakeIn(now, this.timings.sendMs);
  }

  /** The ACK that the BYE had to wait for is here, or will not come. */
  #byeAtLast(now: MonoMs): void {
    this.#awaitsAck = false;
    this.bye(now, 'internal_error');
  }
}

/** 503 means that no port is free, 4xx and 606 that the offer does not fit, anything else that media failed. */
function mediaRefusal(status: number): Termination {
  if (status === 503) return 'rejected_capacity';
  return (status >= 400 && status < 500) || status === 606 ? 'rejected_media' : 'media_error';
}
