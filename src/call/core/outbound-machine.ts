import { assertUnreachable } from '../../kernel/machine.js';
import type { MonoMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import { LegMachine, type LegInput } from './leg-machine.js';
import { terminationForFailure } from './termination.js';
import type { LegTimings } from './timings.js';

/**
 * Phases of an outbound leg.
 *
 * - `preparing`: media are being opened for the offer.
 * - `calling`: INVITE is sent; `ringing`: a 18x came.
 * - `accepting`: the 200 brought the answer, the host is looking at it; the SIP side has sent the ACK.
 * - `confirmed`, `ending`, `ended`: as for an inbound leg.
 */
export type OutboundPhase =
  'preparing' | 'calling' | 'ringing' | 'accepting' | 'confirmed' | 'ending' | 'ended';

/**
 * An outbound call from the offer to the last transaction. A 200 that overtakes our CANCEL leaves a dialog; it is
 * ended by BYE (RFC 3261 section 9.1), and the termination stays the one that asked for the CANCEL.
 */
export class OutboundMachine extends LegMachine<OutboundPhase> {
  #lastProvisional = 0;

  constructor(
    now: MonoMs,
    private readonly timings: LegTimings,
  ) {
    super('preparing');
    this.openMedia();
    this.wakeIn(now, timings.answerMs);
  }

  handle(now: MonoMs, input: LegInput): void {
    switch (this.current) {
      case 'preparing':
        return this.#preparing(now, input);
      case 'calling':
      case 'ringing':
        return this.#calling(now, input);
      case 'accepting':
      case 'confirmed':
        return this.#established(now, input);
      case 'ending':
        return this.#ending(now, input);
      case 'ended':
        return this.#late(input);
      default:
        return assertUnreachable(this.current);
    }
  }

  #preparing(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'media_ready': {
        if (!this.mediaOpened()) return;
        this.current = 'calling';
        this.emit({ type: 'invite', sdp: input.sdp });
        this.wakeIn(now, this.timings.ringMs);
        return;
      }
      case 'media_refused': {
        this.mediaRefused();
        this.terminate(now, 'media_error', { status: input.status });
        return this.close('ended');
      }
      case 'hangup': {
        this.terminate(now, input.reason);
        return this.close('ended');
      }
      case 'server_lost': {
        this.terminate(now, 'internal_error');
        return this.close('ended');
      }
      case 'time': {
        if (!this.due(now)) return;
        this.terminate(now, 'media_error');
        return this.close('ended');
      }
      default:
        return;
    }
  }

  #calling(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'provisional': {
        if (input.status < 180 || input.status === this.#lastProvisional) return;
        this.#lastProvisional = input.status;
        this.current = 'ringing';
        return this.event({ type: 'ringing', status: input.status, at: now });
      }
      case 'established': {
        this.event({ type: 'answered', at: now });
        if (input.sdp === undefined) return this.#bye(now, 'media_error');
        this.current = 'accepting';
        this.sleep();
        return this.emit({ type: 'accept_answer', sdp: input.sdp });
      }
      case 'failed': {
        if (input.status === undefined) this.terminate(now, 'internal_error');
        else this.terminate(now, terminationForFailure(input.status), { status: input.status });
        return this.close('ended');
      }
      case 'hangup':
        return this.#cancel(now, input.reason);
      case 'server_lost': {
        this.terminate(now, 'internal_error');
        return this.close('ended');
      }
      case 'time': {
        if (this.due(now)) this.#cancel(now, 'no_answer');
        return;
      }
      default:
        return;
    }
  }

  #established(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'answer_accepted': {
        if (this.current !== 'accepting') return;
        this.current = 'confirmed';
        return this.event({ type: 'confirmed', at: now });
      }
      case 'answer_rejected':
        return this.#bye(now, 'media_error');
      case 'bye': {
        this.terminate(now, input.reason, { remoteReason: input.remoteReason });
        return this.close('ended');
      }
      case 'hangup':
        return this.#bye(now, input.reason);
      default:
        return;
    }
  }

  #ending(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'established':
        return this.#bye(now, 'internal_error');
      case 'failed':
      case 'bye':
      case 'bye_done':
      case 'server_lost':
        return this.close('ended');
      case 'time': {
        if (this.due(now)) this.close('ended');
        return;
      }
      default:
        return;
    }
  }

  #late(input: LegInput): void {
    if (input.type === 'media_ready') this.mediaOpened();
    if (input.type === 'established') {
      this.emit({ type: 'bye', reason: this.termination ?? 'internal_error' });
    }
  }

  #cancel(now: MonoMs, reason: Termination): void {
    this.emit({ type: 'cancel', reason });
    this.terminate(now, reason);
    this.current = 'ending';
    this.wakeIn(now, this.timings.cancelMs);
  }

  /** `reason` counts only where none is fixed yet. */
  #bye(now: MonoMs, reason: Termination): void {
    this.terminate(now, reason);
    this.current = 'ending';
    this.emit({ type: 'bye', reason: this.termination ?? reason });
    this.wakeIn(now, this.timings.byeMs);
  }
}
