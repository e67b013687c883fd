import type { MonoMs } from '../../kernel/time.js';
import { isPrivateHost, privateNetwork } from './ip-address.js';
import { seqDiff } from './seq.js';
import type { MediaAddress } from './sdp-negotiation.js';

/** What to do with a packet: take it, wait for more of its kind, or count it as injected. */
export type LatchVerdict = 'accept' | 'probation' | 'injected';

/** Options of {@link SourceLatch}. */
export interface SourceLatchOptions {
  /** Host that the call's signalling comes from: behind a NAT, audio comes from there too. Default none. */
  readonly signallingHost?: string;
  /** Silence of the named address before another source of a known host counts, milliseconds. Default 500. */
  readonly kinAfterMs?: number;
  /** Silence of the named address before a source of any other host counts, milliseconds. Default 1000. */
  readonly strangerAfterMs?: number;
  /** Silence of the old source after which its SSRC may continue from elsewhere, milliseconds. Default 500. */
  readonly relatchAfterMs?: number;
  /** How long the old source is still heard after the peer has named another address, milliseconds. Default 5000. */
  readonly leaveMs?: number;
}

/** Any host. */
const STRANGER = 0;
/** The host of the SDP or of the signalling, another port. */
const KIN = 1;
/** The host of the signalling with the port of an SDP that names a hidden address: a NAT that keeps ports. */
const LIKELY = 2;
/** The address that the SDP names. */
const NAMED = 3;

/** How much a source has for it. A higher rank takes over from a lower one, never the other way round. */
type Rank = typeof STRANGER | typeof KIN | typeof LIKELY | typeof NAMED;

/** Packets in sequence that prove a source of each rank (RFC 3550 appendix A.1 uses 2). */
const PROOF: Readonly<Record<Rank, number>> = { [STRANGER]: 10, [KIN]: 3, [LIKELY]: 3, [NAMED]: 1 };
/** Packets in sequence that prove a new SSRC of the latched source, or its SSRC at a new address. */
const CONTINUATION = 2;
/** Packets that may be missing between two that count as a sequence. */
const MAX_GAP = 10;
/** Sources on probation at once; those with the least for them give way. */
const MAX_CANDIDATES = 8;
/** Silence of a source that was never named, after which one of the same rank may take its place, milliseconds. */
const REPLACE_AFTER_MS = 2000;

interface Source {
  readonly host: string;
  readonly port: number;
  readonly ssrc: number;
  sequence: number;
  heardAt: MonoMs;
}

interface Candidate extends Source {
  count: number;
}

interface Latched extends Source {
  readonly address: MediaAddress;
}

/**
 * Symmetric RTP: decides which source address is the peer.
 *
 * The address that the SDP names is the peer from its first packet on, also when another source was taken before.
 * Any other source counts only while the named address is silent, and never by being first: one of a known host
 * (that of the SDP or of the signalling) after three packets in sequence. One of another host counts only where the
 * named address cannot be reached by us, after ten: symmetric RTP (RFC 4961) is for peers behind a NAT. Where the
 * SDP names a private address and the signalling comes from a public one, a known host need not wait, and one that
 * kept the port of the SDP has more for it than its neighbours behind the same NAT. Once a source is taken, another address is heard only when it continues the same SSRC
 * after a silence (a NAT that rebinds) or has more for it. A re-INVITE changes something only if it names another
 * address: then audio goes there at once; what the old place still sends is heard for a while and never pulls our
 * audio back.
 */
export class SourceLatch {
  readonly #o: Required<Omit<SourceLatchOptions, 'signallingHost'>>;
  readonly #signallingHost: string | undefined;
  #signalled: MediaAddress | undefined;
  /** What the last description with an address named; a hold by 0.0.0.0 names none. */
  #named: MediaAddress | undefined;
  /** Audio to the named address may end nowhere: there is none, or it is one of another private network. */
  #unreachable = true;
  /** The named address is private, but the peer's signalling comes from a public one. */
  #hidden = false;
  /** When the named address was heard last, or named. */
  #namedAt = 0 as MonoMs;
  #latched: Latched | undefined;
  #leaving: (Source & { readonly until: number }) | undefined;
  /** The place that the peer has left, until it names another one. */
  #left: MediaAddress | undefined;
  /** Host of the source that was taken last: where the peer is at home. */
  #home: string | undefined;
  #ssrc = -1;
  #changes = 0;
  readonly #candidates: Candidate[] = [];
  /** False while the peer has said that it sends nothing: then only known hosts, for keep-alives, can be it. */
  expectsStrangers = true;

  constructor(o: SourceLatchOptions = {}) {
    this.#signallingHost = o.signallingHost;
    this.#o = {
      kinAfterMs: o.kinAfterMs ?? 500,
      strangerAfterMs: o.strangerAfterMs ?? 1000,
      relatchAfterMs: o.relatchAfterMs ?? 500,
      leaveMs: o.leaveMs ?? 5000,
    };
  }

  /** Where audio goes: the latched source, or what the SDP named. */
  get destination(): MediaAddress | undefined {
    const latched = this.#latched;
    return latched === undefined ? this.#signalled : latched.address;
  }

  /** True once somebody was taken for the peer at the place that audio goes to. */
  get proven(): boolean {
    return this.#latched !== undefined;
  }

  /** SSRC that is heard, -1 before the first packet. */
  get ssrc(): number {
    return this.#ssrc;
  }

  /** Times the source or its SSRC changed, the first latch included. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes the address of a description. Only one that differs from the last changes anything. */
  signal(address: MediaAddress | undefined, now: MonoMs): void {
    const before = this.#named;
    const started = this.#signalled !== undefined || before !== undefined;
    this.#signalled = address;
    if (!started) this.#namedAt = now;
    if (address === undefined || sameAddress(address, before)) return;
    this.#name(address);
    this.#namedAt = now;
    this.#candidates.length = 0;
    if (sameAddress(address, this.#left)) this.#left = undefined;
    const old = this.#latched;
    if (old === undefined || sameAddress(old, address)) return;
    // The peer said that it moved: until it is heard from there, audio goes where it said.
    this.#latched = undefined;
    this.#left = old.address;
    this.#leaving = { ...old, until: now + this.#o.leaveMs };
  }

  #name(address: MediaAddress): void {
    this.#named = address;
    const signalling = this.#signallingHost;
    const network = privateNetwork(address.host);
    const other = signalling !== undefined && privateNetwork(signalling) !== network;
    this.#unreachable = network !== undefined && other;
    this.#hidden = this.#unreachable && signalling !== undefined && !isPrivateHost(signalling);
  }

  /** True for the named address and for the latched source. */
  isPeer(host: string, port: number): boolean {
    const from = { host, port };
    return sameAddress(from, this.#named) || sameAddress(from, this.#latched);
  }

  /**
   * Notes a sign of life that is no audio: it keeps others from taking the place of the one it comes from.
   *
   * @param port - `undefined` for RTCP, which has a port of its own
   */
  touch(host: string, port: number | undefined, now: MonoMs): void {
    const isFrom = (address: MediaAddress | undefined): boolean =>
      address?.host === host && (port === undefined || address.port === port);
    if (isFrom(this.#named)) this.#namedAt = now;
    if (this.#latched !== undefined && isFrom(this.#latched)) this.#latched.heardAt = now;
  }

  /** Judges a packet of a payload type that the peer may send. */
  judge(host: string, port: number, ssrc: number, sequence: number, now: MonoMs): LatchVerdict {
    const latched = this.#latched;
    const from = { host, port };
    const sameSource = latched !== undefined && sameAddress(from, latched);
    const rank = this.#rank(from);
    if (rank === NAMED) this.#namedAt = now;
    if (sameSource && ssrc === latched.ssrc) {
      latched.heardAt = now;
      if (seqDiff(sequence, latched.sequence) > 0) latched.sequence = sequence;
      return 'accept';
    }
    if (rank === NAMED && !sameSource) return this.#take(host, port, ssrc, sequence, now);
    const run = this.#run(host, port, ssrc, sequence, rank, now);
    const needed = this.#needed(from, rank, ssrc, sequence, now);
    if (run !== undefined && needed !== undefined && run >= needed) {
      return this.#take(host, port, ssrc, sequence, now);
    }
    if (this.#stillHeard(from, ssrc, now)) return 'accept';
    return needed === undefined && latched !== undefined ? 'injected' : 'probation';
  }

  /** Packets in sequence that would make a source the peer now; `undefined` while nothing would. */
  #needed(from: MediaAddress, rank: Rank, ssrc: number, sequence: number, now: MonoMs): number | undefined {
    const latched = this.#latched;
    if (latched === undefined) {
      return this.#mayCome(from, rank) && now - this.#namedAt >= this.#waitMs(rank) ? PROOF[rank] : undefined;
    }
    // A new SSRC of the same address: one stray packet must not reset the stream.
    if (sameAddress(from, latched)) return CONTINUATION;
    const silentMs = now - latched.heardAt;
    const continues = ssrc === latched.ssrc && seqDiff(sequence, latched.sequence) > 0;
    if (continues && silentMs >= this.#o.relatchAfterMs) return CONTINUATION;
    // A named address that cannot be reached has no more for it than a known host.
    const own = this.#rank(latched);
    const held = own === NAMED && this.#hidden ? KIN : own;
    if (rank > held) return PROOF[rank];
    return rank === held && silentMs >= REPLACE_AFTER_MS ? PROOF[rank] : undefined;
  }

  /** Whether a source other than the named one may be the peer at all. */
  #mayCome(from: MediaAddress, rank: Rank): boolean {
    if (rank === STRANGER) return this.expectsStrangers && this.#home === undefined && this.#unreachable;
    // What was left comes back only to a peer that cannot be where it says it is.
    return !sameAddress(from, this.#left) || this.#hidden;
  }

  #waitMs(rank: Rank): number {
    if (rank === STRANGER) return this.#o.strangerAfterMs;
    return this.#named === undefined || this.#hidden ? 0 : this.#o.kinAfterMs;
  }

  #rank(from: MediaAddress): Rank {
    if (sameAddress(from, this.#named)) return NAMED;
    const home = this.#latched === undefined ? this.#home : undefined;
    const known = from.host === this.#signallingHost || from.host === home;
    if (known && from.port === this.#named?.port && this.#hidden) return LIKELY;
    return known || from.host === this.#named?.host ? KIN : STRANGER;
  }

  /** What the old place still sends after the peer has named another: heard, but no reason to send there. */
  #stillHeard(from: MediaAddress, ssrc: number, now: MonoMs): boolean {
    const old = this.#leaving;
    return (
      old !== undefined &&
      this.#latched === undefined &&
      now < old.until &&
      ssrc === old.ssrc &&
      sameAddress(from, old)
    );
  }

  /** Length of the run of packets in sequence that this one ends; `undefined` for one that was overtaken. */
  #run(
    host: string,
    port: number,
    ssrc: number,
    sequence: number,
    rank: Rank,
    now: MonoMs,
  ): number | undefined {
    const known = this.#candidates.find((c) => c.port === port && c.host === host && c.ssrc === ssrc);
    if (known === undefined) {
      if (this.#candidates.length === MAX_CANDIDATES && !this.#makeRoom(rank)) return undefined;
      this.#candidates.push({ host, port, ssrc, sequence, heardAt: now, count: 1 });
      return 1;
    }
    known.heardAt = now;
    const step = seqDiff(sequence, known.sequence);
    if (step <= 0 && step > -MAX_GAP) return undefined;
    known.count = step > 0 && step <= MAX_GAP ? known.count + 1 : 1;
    known.sequence = sequence;
    return known.count;
  }

  /** Drops the candidate with the least for it, the one heard longest ago first. Never one of a higher rank. */
  #makeRoom(rank: Rank): boolean {
    let worst = 0;
    for (let i = 1; i < this.#candidates.length; i++) {
      const [a, b] = [this.#candidates[i] as Candidate, this.#candidates[worst] as Candidate];
      const difference = this.#rank(a) - this.#rank(b);
      if (difference < 0 || (difference === 0 && a.heardAt < b.heardAt)) worst = i;
    }
    if (this.#rank(this.#candidates[worst] as Candidate) > rank) return false;
    this.#candidates.splice(worst, 1);
    return true;
  }

  #take(host: string, port: number, ssrc: number, sequence: number, now: MonoMs): LatchVerdict {
    this.#latched = { host, port, address: { host, port }, ssrc, sequence, heardAt: now };
    this.#leaving = undefined;
    this.#home = host;
    this.#ssrc = ssrc;
    this.#changes++;
    this.#candidates.length = 0;
    return 'accept';
  }
}

const sameAddress = (a: MediaAddress, b: MediaAddress | undefined): boolean =>
  b !== undefined && a.port === b.port && a.host === b.host;
