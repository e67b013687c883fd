import type { Chart } from './chart.js';
import type { TimeMention } from './types.js';

/** Words that may stand between "I can't" and the day that it leaves out. */
const MAX_CLAUSE_WORDS = 6;

/** Words that may stand between a day and "doesn't work". */
const MAX_WORDS_BEFORE_VERDICT = 2;

/** Marks what a sentence leaves out: "not Friday", "I can't do Mondays or Fridays", "tomorrow doesn't work". */
export function markExcluded(mentions: readonly TimeMention[], chart: Chart): readonly TimeMention[] {
  // "Any day but Thursday is bad": two refusals are a wish.
  const wished = mentions.map(
    (mention, k) =>
      chart.says('all', mention.from) &&
      isNegatedBefore(mention, mentions[k - 1], chart) &&
      isNegatedAfter(mention, mentions[k + 1], chart),
  );
  const excluded = mentions.map(
    (mention, k) => wished[k] !== true && isNegatedBefore(mention, mentions[k - 1], chart),
  );
  for (let k = 1; k < mentions.length; k++) {
    if (excluded[k - 1] === true && isJoined(mentions, k, chart)) excluded[k] = true;
  }
  for (let k = mentions.length - 1; k >= 0; k--) {
    if (wished[k] === true) continue;
    const after = mentions[k] as TimeMention;
    if (
      isNegatedAfter(after, mentions[k + 1], chart) ||
      (excluded[k + 1] === true && isOneWithNext(mentions, k, chart, excluded))
    ) {
      if (!isConditional(after, chart)) excluded[k] = true;
    }
  }
  return mentions.map((mention, k) => (excluded[k] === true ? { ...mention, excluded: true } : mention));
}

/** "Not", "except" right before it; "can't do", "am busy" a few words before it in the same clause. */
function isNegatedBefore(mention: TimeMention, previous: TimeMention | undefined, chart: Chart): boolean {
  const floor = previous?.to ?? 0;
  let at = mention.from;
  for (let gap = 0; gap <= MAX_CLAUSE_WORDS && at >= 0; gap++) {
    if (chart.breaksBefore(at) && at > 0 && gap <= MAX_CLAUSE_WORDS && isClauseBreak(chart, at)) return false;
    if (chart.endsAt('negHarmless', at)) return false;
    const near = onlyBetween(chart, at, mention.from);
    if (near && (chart.endsAt('negBefore', at) || isMovedFrom(chart, at))) return true;
    if (at === mention.from && chart.endsAt('negPlural', at)) {
      return mention.value.kind === 'weekdays' || mention.value.kind === 'window';
    }
    if (near && chart.endsAt('exceptAfterAll', at)) return chart.says('all', at);
    if (chart.endsAt('negClause', at)) return true;
    if (at <= floor || chart.endsAt('negEnd', at)) return false;
    at--;
  }
  return false;
}

/** "Move it from Friday to Monday": Friday is what it shall no longer be. */
const isMovedFrom = (chart: Chart, at: number): boolean =>
  chart.endsAt('from', at) && chart.endsAt('change', at - 1);

const isClauseBreak = (chart: Chart, at: number): boolean => chart.tokens[at]?.breakBefore !== '-';

/** True when every token from `at` to `end` may stand between a negation and what it leaves out. */
function onlyBetween(chart: Chart, at: number, end: number): boolean {
  for (let i = at; i < end;) {
    const next = chart.endOf('negBetween', i);
    if (next === undefined || next > end) return false;
    i = next;
  }
  return true;
}

/** "Monday or Tuesday": both stand under the same negation; so do day and time of "Friday at ten". */
function isJoined(mentions: readonly TimeMention[], k: number, chart: Chart): boolean {
  const from = (mentions[k - 1] as TimeMention).to;
  const to = (mentions[k] as TimeMention).from;
  const joined = chart.endOf('negJoin', from);
  if (joined !== undefined && joined <= to) return onlyBetween(chart, joined, to);
  return !chart.breaksBefore(from) && isOtherKind(mentions, k) && onlyBetween(chart, from, to);
}

function isOneWithNext(
  mentions: readonly TimeMention[],
  k: number,
  chart: Chart,
  excluded: readonly boolean[],
): boolean {
  // Only what is said after ("… doesn't work") reaches back; "Monday not Friday" does not.
  const next = mentions[k + 1] as TimeMention;
  return (
    excluded[k] === false && !isNegatedBefore(next, mentions[k], chart) && isJoined(mentions, k + 1, chart)
  );
}

const DAY_KINDS = new Set(['date', 'days', 'weekdays']);

const isOtherKind = (mentions: readonly TimeMention[], k: number): boolean =>
  DAY_KINDS.has((mentions[k - 1] as TimeMention).value.kind) !==
  DAY_KINDS.has((mentions[k] as TimeMention).value.kind);

function isNegatedAfter(mention: TimeMention, next: TimeMention | undefined, chart: Chart): boolean {
  const ceiling = next?.from ?? chart.tokens.length;
  for (let at = mention.to; at <= mention.to + MAX_WORDS_BEFORE_VERDICT && at < ceiling; at++) {
    if (chart.breaksBefore(at) && chart.tokens[at]?.breakBefore !== ',') return false;
    if (chart.breaksBefore(at) && at > mention.to) return false;
    if (chart.endOf('negAfter', at) !== undefined) return true;
    if (chart.endOf('negEnd', at) !== undefined) return false;
  }
  return false;
}

/** "If Friday doesn't work" leaves nothing out yet. */
const isConditional = (mention: TimeMention, chart: Chart): boolean => {
  for (let at = mention.from; at >= Math.max(0, mention.from - 2); at--) {
    if (chart.endsAt('condition', at)) return true;
  }
  return false;
};
