import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  METRIC_NAMES,
  metricOf,
  type CounterName,
  type GaugeName,
  type HistogramName,
  type MetricName,
} from './catalogue.js';
import { PlainHistogram } from './plain-histogram.js';

/** Label values by label name. Values come from closed lists: an unbounded one would grow memory without end. */
export type Labels = Readonly<Record<string, string | number>>;

/** The metrics of one thread. Recording never throws. */
export interface Metrics {
  /** Adds to a counter. @param by - 1 unless told */
  increment(name: CounterName, labels?: Labels, by?: number): void;
  /** Brings a counter up to a total that another part keeps. A smaller total (a restart) counts as its whole. */
  countTo(name: CounterName, labels: Labels, total: number): void;
  set(name: GaugeName, labels: Labels, value: number): void;
  observe(name: HistogramName, labels: Labels, value: number): void;
  /** Records into a histogram without labels; for hot paths, a call allocates nothing. */
  recorder(name: HistogramName): (value: number) => void;
  /**
   * Runs before every scrape, to read gauges at their source; a promise is awaited. Returns a function that removes it.
   */
  beforeScrape(run: () => void | Promise<void>): () => void;
  /** Everything in Prometheus' text format. */
  text(): Promise<string>;
}

/** Label combinations one metric may have; more are folded into `other`. */
const MAX_SERIES = 500;

/**
 * The catalogue's metrics for one thread.
 *
 * @param thread - `api` for the metrics of the API thread, `program` for all others
 */
export function createMetrics(thread: 'program' | 'api'): Metrics {
  return new PromMetrics(METRIC_NAMES.filter((name) => (metricOf(name).thread ?? 'program') === thread));
}

type Instrument = Counter | Gauge | Histogram | PlainHistogram;

class PromMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #instruments = new Map<MetricName, Instrument>();
  readonly #series = new Map<MetricName, Set<string>>();
  readonly #totals = new Map<string, number>();
  readonly #collectors = new Set<() => void | Promise<void>>();

  constructor(names: readonly MetricName[]) {
    for (const name of names) this.#instruments.set(name, create(name, this.#registry));
  }

  increment(name: CounterName, labels: Labels = {}, by = 1): void {
    const instrument = this.#instruments.get(name);
    if (instrument instanceof Counter && by >= 0) instrument.inc(this.#bounded(name, labels), by);
  }

  countTo(name: CounterName, labels: Labels, total: number): void {
    const key = `${name}${JSON.stringify(labels)}`;
    const before = this.#totals.get(key) ?? 0;
    this.#totals.set(key, total);
    this.increment(name, labels, total < before ? total : total - before);
  }

  set(name: GaugeName, labels: Labels, value: number): void {
    const instrument = this.#instruments.get(name);
    if (instrument instanceof Gauge) instrument.set(this.#bounded(name, labels), value);
  }

  observe(name: HistogramName, labels: Labels, value: number): void {
    const instrument = this.#instruments.get(name);
    if (instrument instanceof Histogram && Number.isFinite(value)) {
      instrument.observe(this.#bounded(name, labels), value);
    } else if (instrument instanceof PlainHistogram) {
      instrument.record(value);
    }
  }

  recorder(name: HistogramName): (value: number) => void {
    const instrument = this.#instruments.get(name);
    return instrument instanceof PlainHistogram
      ? instrument.record
      : (value) => this.observe(name, {}, value);
  }

  beforeScrape(run: () => void | Promise<void>): () => void {
    this.#collectors.add(run);
    return () => this.#collectors.delete(run);
  }

  async text(): Promise<string> {
    // One source that cannot be read must not hide all the others.
    await Promise.allSettled([...this.#collectors].map(async (run) => run()));
    return this.#registry.metrics();
  }

  /** Exactly the labels of the catalogue, and no more combinations than are allowed. */
  #bounded(name: MetricName, labels: Labels): Record<string, string> {
    const names = metricOf(name).labels;
    const known = Object.fromEntries(names.map((label) => [label, String(labels[label] ?? 'unknown')]));
    if (names.length === 0) return known;
    let series = this.#series.get(name);
    if (series === undefined) this.#series.set(name, (series = new Set()));
    const key = JSON.stringify(known);
    if (series.has(key)) return known;
    if (series.size >= MAX_SERIES) return Object.fromEntries(names.map((label) => [label, 'other']));
    series.add(key);
    return known;
  }
}

function create(name: MetricName, registry: Registry): Instrument {
  const { type, help, labels, buckets } = metricOf(name);
  const options = { name, help, labelNames: [...labels], registers: [registry] };
  switch (type) {
    case 'counter': {
      return new Counter(options);
    }
    case 'gauge': {
      return new Gauge(options);
    }
    case 'histogram': {
      if (labels.length > 0) return new Histogram({ ...options, buckets: [...(buckets ?? [])] });
      const plain = new PlainHistogram(name, help, buckets ?? []);
      registry.registerMetric(plain.registrable);
      return plain;
    }
  }
}
