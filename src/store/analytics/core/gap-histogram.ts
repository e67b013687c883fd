/** Response gaps by bucket: `gaps[b]` is how many lie in bucket `b`. Histograms are added bucket by bucket. */
export type GapHistogram = readonly number[];

/** A bucket ends this much above where it begins, so a percentile is exact to 4 %. */
const GROWTH = 1.08;
const LOG_GROWTH = Math.log(GROWTH);
/** What is longer than about a minute lies in the last bucket. */
export const GAP_BUCKETS = 144;

/** Bucket of a gap. */
export function gapBucket(ms: number): number {
  return Math.max(0, Math.min(GAP_BUCKETS - 1, Math.ceil(Math.log(Math.max(1, ms)) / LOG_GROWTH)));
}

/** Both together; empty buckets at the end are left out. */
export function addGaps(a: GapHistogram, b: GapHistogram): GapHistogram {
  const sum: number[] = [];
  for (let n = 0; n < Math.max(a.length, b.length); n++) sum.push((a[n] ?? 0) + (b[n] ?? 0));
  while (sum.at(-1) === 0) sum.pop();
  return sum;
}

/** How many gaps there are. */
export const gapCount = (gaps: GapHistogram): number => gaps.reduce((sum, n) => sum + n, 0);

/**
 * The gap below which a share of all lies, ms.
 *
 * @param share - 0.95 for the 95th percentile
 * @returns null when there is none
 */
export function gapQuantile(gaps: GapHistogram, share: number): number | null {
  const total = gapCount(gaps);
  if (total === 0) return null;
  const wanted = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  const bucket = gaps.findIndex((n) => (seen += n) >= wanted);
  // The middle of the bucket.
  return Math.round(GROWTH ** (bucket - 0.5));
}
