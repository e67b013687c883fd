import type { RequestId } from '../kernel/ids.js';
import { addMs, type MonoMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { SessionLeg } from './ports.js';

/** Time for the far end's jitter buffer to play the last words before the BYE, ms. */
const GRACE_MS = 150;

/** What must wait until the agent's last words have been played: a transfer, or the end of the call. */
export class LastWords {
  #hangup: Termination | undefined;
  #hangupAt: MonoMs | undefined;
  #transfer: { readonly id: RequestId; readonly target: string; started: boolean } | undefined;

  constructor(private readonly leg: SessionLeg) {}

  /** When the call is to be ended. */
  get deadline(): MonoMs | undefined {
    return this.#hangupAt;
  }

  /** Hang up once nothing is left to say. */
  thenHangup(reason: Termination): void {
    this.#hangup = reason;
  }

  /** Transfer once nothing is left to say. */
  thenTransfer(id: RequestId, target: string): void {
    this.#transfer = { id, target, started: false };
  }

  /** The caller goes on talking after a goodbye: the call is not over. */
  keepGoing(): void {
    // A call whose time is up ends whatever is said.
    if (this.#hangup === 'max_duration') return;
    this.#hangup = undefined;
    this.#hangupAt = undefined;
  }

  /** Somebody else speaks on: nothing that waited for the end of the words is due any more. */
  withhold(): void {
    this.keepGoing();
    if (this.#transfer?.started === false) this.#transfer = undefined;
  }

  /** A transfer that did not come about. Returns the request it was for. */
  transferFailed(): RequestId | undefined {
    const id = this.#transfer?.id;
    this.#transfer = undefined;
    return id;
  }

  /** The agent is speaking: what was due at the end of its words is due at the end of these. */
  speaking(): void {
    this.#hangupAt = undefined;
  }

  /** Nobody of the agent's side is speaking at `now`. */
  quiet(now: MonoMs): void {
    const transfer = this.#transfer;
    if (transfer !== undefined && !transfer.started) {
      transfer.started = true;
      this.leg.transfer(transfer.target);
    }
    if (this.#hangup === undefined) return;
    this.#hangupAt ??= addMs(now, GRACE_MS);
    if (now < this.#hangupAt) return;
    const reason = this.#hangup;
    this.#hangup = undefined;
    this.#hangupAt = undefined;
    this.leg.hangup(reason);
  }
}
