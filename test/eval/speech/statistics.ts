import { seededRng } from '../../../src/kernel/rng.js';

/** Errors of one utterance. */
export interface Scored {
  readonly speaker: string;
  readonly errors: number;
  readonly words: number;
}

/** A rate with its 95 % interval. */
export interface Rate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

const ROUNDS = 1000;

/** Errors per word. */
export function errorRate(rows: readonly Scored[]): number {
  const words = rows.reduce((sum, row) => sum + row.words, 0);
  return words === 0 ? 0 : rows.reduce((sum, row) => sum + row.errors, 0) / words;
}

/**
 * Error rate with an interval from a bootstrap over speakers: utterances of one person are not independent, so
 * whole persons are drawn.
 */
export function speakerBootstrap(rows: readonly Scored[], seed = 1): Rate {
  const values = drawSpeakers(rows, seed).map((draw) => errorRate(draw));
  return { value: round(errorRate(rows)), ...interval(values), n: rows.length };
}

/** Difference of two conditions on the same utterances (second minus first), drawn in pairs. */
export function pairedBootstrap(first: readonly Scored[], second: readonly Scored[], seed = 1): Rate {
  const pairs = first.map((row, index) => ({ speaker: row.speaker, row, other: second[index] ?? row }));
  const difference = (draw: typeof pairs): number =>
    errorRate(draw.map(({ other }) => other)) - errorRate(draw.map(({ row }) => row));
  return {
    value: round(difference(pairs)),
    ...interval(drawSpeakers(pairs, seed).map(difference)),
    n: pairs.length,
  };
}

function drawSpeakers<T extends { readonly speaker: string }>(rows: readonly T[], seed: number): T[][] {
  const bySpeaker = new Map<string, T[]>();
  for (const row of rows) {
    const group = bySpeaker.get(row.speaker);
    if (group === undefined) bySpeaker.set(row.speaker, [row]);
    else group.push(row);
  }
  const groups = [...bySpeaker.values()];
  const rng = seededRng(seed);
  return Array.from({ length: ROUNDS }, () =>
    groups.flatMap(() => groups[Math.floor(rng.float() * groups.length)] ?? []),
  );
}

function interval(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return { low: at(0.025), high: at(0.975) };
}

/** Three decimals: more would be noise. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
