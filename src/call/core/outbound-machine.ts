import { assertUnreachable } from '../../kernel/machine.js';
import type { MonoMs } from '../../kernel/time.js';
import type { Termination } from '../../kernel/vocab.js';
import { LegMachine, type LastPhase, type LegInput } from './leg-machine.js';
import { terminationForFailure } from './termination.js';
import type { LegTimings } from './timings.js';

/**
 * Phases of an outbound leg.
 *
 * - `preparing`: media are being opened for the offer.
 * - `calling`: INVITE is sent; `ringing`: a 18x came.
 * - `accepting`: the 200 brought the answer, the host is looking at it; the SIP side has sent the ACK.
 * - `confirmed`: the host has taken the answer.
 */
export type OutboundPhase = 'preparing' | 'calling' | 'ringing' | 'accepting' | 'confirmed' | LastPhase;

/**
 * An outbound call from the offer to the last transaction. A 200 that overtakes our CANCEL leaves a dialog; it is
 * ended by BYE (RFC 3261 section 9.1), and the termination stays the one that asked for the CANCEL.
 */
export class OutboundMachine extends LegMachine<OutboundPhase> {
  #lastProvisional = 0;

  constructor(now: MonoMs, timings: LegTimings) {
    super(now, 'preparing', timings);
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
        return this.end(now, 'media_error', { status: input.status });
      }
      case 'hangup':
        return this.end(now, input.reason);
      case 'server_lost':
        return this.end(now, 'internal_error');
      case 'time': {
        if (this.due(now)) this.end(now, 'media_error');
        return;
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
        if (input.sdp === undefined) return this.bye(now, 'media_error');
        this.current = 'accepting';
        this.sleep();
        return this.emit({ type: 'accept_answer', sdp: input.sdp });
      }
      case 'failed': {
        const { unsent, reasons } = input;
        if (input.status === undefined || unsent !== undefined) {
          return this.end(now, 'internal_error', { unsent });
        }
        return this.end(now, terminationForFailure(input.status), { status: input.status, reasons });
      }
      case 'hangup':
        return this.#cancel(now, input.reason);
      case 'server_lost':
        return this.end(now, 'internal_error');
      case 'time': {
        if (this.due(now)) this.#cancel(now, 'no_answer');
        return;
      }
      default:
        return;
    }
  }

  #established(now: MonoMs, input: LegInput): void {
    if (input.type !== 'answer_accepted') return this.endDialog(now, input);
    if (this.current !== 'accepting') return;
    this.current = 'confirmed';
    this.event({ type: 'confirmed', at: now });
  }

  #ending(now: MonoMs, input: LegInput): void {
    switch (input.type) {
      case 'established':
        return this.bye(now, 'internal_error');
      case 'failed':
      case 'bye':
      case 'bye_done':
      case 'server_lost':
        return this.close();
      case 'time': {
        if (this.due(now)) this.close();
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
    this.beginEnd(now, reason);
    this.wakeIn(now, this.timings.cancelMs);
  }
}
