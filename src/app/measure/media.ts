import type { MediaPort, MediaStats } from '../../media/ports.js';
import type { Metrics } from '../../telemetry/index.js';

/** What of a call's audio is added up over calls. */
interface Totals {
  received: number;
  sent: number;
  lost: number;
  late: number;
  malformed: number;
  injected: number;
  concealedMs: number;
}

const zero = (): Totals => ({
  received: 0,
  sent: 0,
  lost: 0,
  late: 0,
  malformed: 0,
  injected: 0,
  concealedMs: 0,
});

/** Adds up the media of calls, ended and in progress. Nothing is counted per packet: streams keep their own figures. */
export class MediaTally {
  readonly #open = new Set<Pick<MediaPort, 'stats'>>();
  readonly #ended = zero();
  #lost = 0;

  constructor(private readonly metrics: Metrics) {}

  /** Takes a stream into account. */
  opened(media: Pick<MediaPort, 'stats'>): void {
    this.#open.add(media);
  }

  /** Keeps what a stream has counted; further calls for it do nothing. */
  closed(media: Pick<MediaPort, 'stats'>): void {
    if (!this.#open.delete(media)) return;
    const stats = media.stats();
    add(this.#ended, stats);
    if (stats.received.packets > 0) this.metrics.observe('rtp_jitter_ms', {}, stats.received.jitterMs);
  }

  /** Brings the counters up to now. */
  scrape(): void {
    const { metrics } = this;
    const totals = { ...this.#ended };
    for (const media of this.#open) add(totals, media.stats());
    metrics.countTo('rtp_packets_total', { direction: 'in' }, totals.received);
    metrics.countTo('rtp_packets_total', { direction: 'out' }, totals.sent);
    // A packet that comes late after all is lost no more; a counter cannot take it back.
    this.#lost = Math.max(this.#lost, totals.lost);
    metrics.countTo('rtp_lost_packets_total', {}, this.#lost);
    metrics.countTo('rtp_late_packets_total', {}, totals.late);
    metrics.countTo('rtp_malformed_total', {}, totals.malformed);
    metrics.countTo('rtp_injected_packets_total', {}, totals.injected);
    metrics.countTo('rtp_concealed_ms_total', {}, totals.concealedMs);
  }
}

function add(totals: Totals, { received, sent }: MediaStats): void {
  totals.received += received.packets;
  totals.sent += sent.packets;
  totals.lost += Math.max(0, received.lost);
  totals.late += received.late;
  totals.malformed += received.malformed;
  totals.injected += received.injected;
  totals.concealedMs += received.concealedMs;
}
