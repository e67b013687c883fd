/** Metrics as they were read: samples by name. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads Prometheus' text format; lines that are none of it are left out. */
export function parseMetrics(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value = ''] = match;
    const found = samples.get(name) ?? [];
    found.push({ labels: labelsOf(labels), value: value === '+Inf' ? Infinity : Number(value) });
    samples.set(name, found);
  }
  return samples;
}

/** Sum over all samples of a name whose labels fit; undefined when there is none. */
export function total(
  samples: Samples,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const fitting = (samples.get(name) ?? []).filter((one) => fits(one, labels));
  return fitting.length === 0 ? undefined : fitting.reduce((sum, { value }) => sum + value, 0);
}

/** Values by one label. */
export function byLabel(samples: Samples, name: string, label: string): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const { labels, value } of samples.get(name) ?? []) {
    const key = labels[label] ?? '';
    values[key] = (values[key] ?? 0) + value;
  }
  return values;
}

/**
 * A quantile of a histogram since the program began, linear within its bucket; undefined where nothing was measured. In the
 * last bucket, which has no upper end, it is the lower one.
 */
export function quantile(
  samples: Samples,
  name: string,
  q: number,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const sums = new Map<number, number>();
  for (const sample of samples.get(`${name}_bucket`) ?? []) {
    const { le, ...rest } = sample.labels;
    if (!fits({ labels: rest, value: 0 }, labels)) continue;
    const limit = le === '+Inf' ? Infinity : Number(le);
    sums.set(limit, (sums.get(limit) ?? 0) + sample.value);
  }
  const buckets = [...sums].sort(([a], [b]) => a - b);
  const count = buckets.at(-1)?.[1] ?? 0;
  if (count === 0) return undefined;
  let [below, reached] = [0, 0];
  for (const [limit, sum] of buckets) {
    if (sum >= q * count) {
      if (limit === Infinity) return below;
      return sum === reached ? limit : below + ((limit - below) * (q * count - reached)) / (sum - reached);
    }
    [below, reached] = [limit, sum];
  }
  return below;
}

const fits = ({ labels }: Sample, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, key = '', value = ''] of text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
    labels[key] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
  }
  return labels;
}
