import type { MonoMs } from '../../kernel/time.js';
import { seqDiff } from './seq.js';
import type { MediaAddress } from './sdp-negotiation.js';

/** What to do with a packet: take it, wait for a second one of its kind, or count it as injected. */
export type LatchVerdict = 'accept' | 'probation' | 'injected';

/** Options of {@link SourceLatch}. */
export interface SourceLatchOptions {
  /** Silence of the old source after which its SSRC may continue from elsewhere, milliseconds. Default 500. */
  readonly relatchAfterMs?: number;
  /** How long a re-INVITE leaves the latch open for another source, milliseconds. Default 5000. */
  readonly reopenForMs?: number;
}

/**
 * Symmetric RTP: decides which source address is the peer.
 *
 * The first source of valid packets is latched: at once when it is the one the SDP named, else with its second
 * packet in sequence. After that only that source is heard, except that the same SSRC may move when the old source
 * has been silent (a NAT that rebinds), and that a re-INVITE opens the latch for one change. A new SSRC from the
 * latched address needs two packets in sequence, so that one stray packet cannot reset the stream.
 */
export class SourceLatch {
  readonly #relatchAfterMs: number;
  readonly #reopenForMs: number;
  #signalled: MediaAddress | undefined;
  /** What the last description with an address named; a hold by 0.0.0.0 names none. */
  #named: MediaAddress | undefined;
  #latched: MediaAddress = { host: '', port: 0 };
  #ssrc = -1;
  #heardAt: MonoMs | undefined;
  #openUntil: MonoMs | undefined;
  #changes = 0;
  #leaving = false;
  #candidateHost = '';
  #candidatePort = 0;
  #candidateSsrc = -1;
  #candidateSequence = 0;

  constructor(o: SourceLatchOptions = {}) {
    this.#relatchAfterMs = o.relatchAfterMs ?? 500;
    this.#reopenForMs = o.reopenForMs ?? 5000;
  }

  /** Where audio goes: the latched source, or what the SDP named. */
  get destination(): MediaAddress | undefined {
    return this.#heardAt === undefined ? this.#signalled : this.#latched;
  }

  /** SSRC that is heard, -1 before the first packet. */
  get ssrc(): number {
    return this.#ssrc;
  }

  /** Times the source or its SSRC changed, the first latch included. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes the address of a new description. The first one only names it; a later one opens the latch. */
  signal(address: MediaAddress | undefined, now: MonoMs): void {
    const before = this.#named;
    this.#named = address ?? before;
    this.#signalled = address;
    if (this.#heardAt === undefined) return;
    this.#openUntil = (now + this.#reopenForMs) as MonoMs;
    // The peer said that it moved: until it is heard from there, audio goes where it said.
    const stayed = this.#named?.host === before?.host && this.#named?.port === before?.port;
    if (before === undefined || stayed) return;
    this.#heardAt = undefined;
    this.#leaving = true;
  }

  /** Judges a packet of a negotiated payload type. */
  judge(host: string, port: number, ssrc: number, sequence: number, now: MonoMs): LatchVerdict {
    const known = this.#heardAt !== undefined;
    const sameSource = known && this.#isLatched(host, port);
    if (sameSource && ssrc === this.#ssrc) {
      this.#heardAt = now;
      return 'accept';
    }
    if (!known) {
      // What the old place still sends is heard, but no reason to send there.
      const old = this.#leaving && this.#isLatched(host, port) && ssrc === this.#ssrc;
      if (old && this.#open(now)) return 'accept';
      const named = host === this.#signalled?.host && port === this.#signalled.port;
      if (named) return this.#take(host, port, ssrc, now);
      return this.#probe(host, port, ssrc, sequence, now);
    }
    if (sameSource || this.#open(now)) return this.#probe(host, port, ssrc, sequence, now);
    const silentMs = now - (this.#heardAt as MonoMs);
    if (ssrc === this.#ssrc && silentMs >= this.#relatchAfterMs) {
      return this.#probe(host, port, ssrc, sequence, now);
    }
    return 'injected';
  }

  #isLatched(host: string, port: number): boolean {
    return port === this.#latched.port && host === this.#latched.host;
  }

  #open(now: MonoMs): boolean {
    return this.#openUntil !== undefined && now < this.#openUntil;
  }

  /** Wants two packets in sequence from one source (RFC 3550 appendix A.1). */
  #probe(host: string, port: number, ssrc: number, sequence: number, now: MonoMs): LatchVerdict {
    const follows =
      host === this.#candidateHost &&
      port === this.#candidatePort &&
      ssrc === this.#candidateSsrc &&
      seqDiff(sequence, this.#candidateSequence) === 1;
    if (follows) return this.#take(host, port, ssrc, now);
    this.#candidateHost = host;
    this.#candidatePort = port;
    this.#candidateSsrc = ssrc;
    this.#candidateSequence = sequence;
    return 'probation';
  }

  #take(host: string, port: number, ssrc: number, now: MonoMs): LatchVerdict {
    const movedSource = !this.#isLatched(host, port);
    if (movedSource) this.#latched = { host, port };
    this.#ssrc = ssrc;
    this.#heardAt = now;
    this.#changes++;
    this.#candidateSsrc = -1;
    this.#leaving = false;
    if (movedSource) this.#openUntil = undefined;
    return 'accept';
  }
}
