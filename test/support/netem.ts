import type { Rng } from '../../src/kernel/rng.js';
import { addMs, type MonoMs } from '../../src/kernel/time.js';

/** What the emulated path does to packets. Everything defaults to nothing. */
export interface NetemOptions {
  /** Fixed one-way delay, milliseconds. */
  readonly latencyMs?: number;
  /** Extra delay of each packet, uniform from 0 to this, milliseconds. Order is kept unless `reorder` says otherwise. */
  readonly jitterMs?: number;
  /** Share of packets lost independently, 0 to 1. */
  readonly loss?: number;
  /** Burst loss by the Gilbert-Elliott model: chances to enter and to leave the bad state, and the loss inside it. */
  readonly burst?: { readonly enter: number; readonly leave: number; readonly loss: number };
  /** Share of packets that are held back by `reorderMs`, so that later ones overtake them. */
  readonly reorder?: number;
  /** How long a reordered packet is held back, milliseconds. Default 30. */
  readonly reorderMs?: number;
  /** Share of packets that arrive twice. */
  readonly duplicate?: number;
}

interface Entry<T> {
  readonly at: MonoMs;
  readonly order: number;
  readonly packet: T;
}

/**
 * Seeded sans-IO network emulator: packets go in with the time they were sent and come out when they arrive. The same
 * seed gives the same fate to every packet on every machine.
 */
export class Netem<T> {
  readonly #entries: Entry<T>[] = [];
  #order = 0;
  #bad = false;
  #lastInOrderAt: MonoMs | undefined;
  /** Packets by fate. */
  readonly counts = { sent: 0, lost: 0, duplicated: 0, reordered: 0, delivered: 0 };

  constructor(
    private readonly o: NetemOptions,
    private readonly rng: Rng,
  ) {}

  /** Sends a packet at `now`. */
  handle(now: MonoMs, packet: T): void {
    this.counts.sent++;
    if (this.#isLost()) {
      this.counts.lost++;
      return;
    }
    this.#schedule(this.#arrival(now), packet);
    if (this.#happens(this.o.duplicate)) {
      this.counts.duplicated++;
      this.#schedule(addMs(this.#arrival(now), 1), packet);
    }
  }

  /** The next packet that has arrived by `now`. */
  poll(now: MonoMs): T | undefined {
    const entry = this.#first();
    if (entry === undefined || entry.at > now) return undefined;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.counts.delivered++;
    return entry.packet;
  }

  /** When the next packet arrives. */
  nextDeadline(): MonoMs | undefined {
    return this.#first()?.at;
  }

  #isLost(): boolean {
    const { burst } = this.o;
    if (burst !== undefined) {
      this.#bad = this.rng.float() < (this.#bad ? 1 - burst.leave : burst.enter);
      if (this.#bad && this.rng.float() < burst.loss) return true;
    }
    return this.#happens(this.o.loss);
  }

  #arrival(now: MonoMs): MonoMs {
    let at = addMs(now, (this.o.latencyMs ?? 0) + this.rng.float() * (this.o.jitterMs ?? 0));
    if (this.#happens(this.o.reorder)) {
      this.counts.reordered++;
      return addMs(at, this.o.reorderMs ?? 30);
    }
    // A queue does not reorder: a packet leaves no earlier than the one before it.
    if (this.#lastInOrderAt !== undefined && at < this.#lastInOrderAt) at = this.#lastInOrderAt;
    this.#lastInOrderAt = at;
    return at;
  }

  #schedule(at: MonoMs, packet: T): void {
    this.#entries.push({ at, order: this.#order++, packet });
  }

  #first(): Entry<T> | undefined {
    let first: Entry<T> | undefined;
    for (const entry of this.#entries) {
      if (
        first === undefined ||
        entry.at < first.at ||
        (entry.at === first.at && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }

  /** Draws even for a share of 0, so that changing one option leaves the fate of the rest alone. */
  #happens(share: number | undefined): boolean {
    return this.rng.float() < (share ?? 0);
  }
}
