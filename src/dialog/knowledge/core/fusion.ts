import type { Scored } from './scored.js';

/** The constant of reciprocal rank fusion: how little the very first ranks stand out. */
export const RRF_K = 60;

/** One ranking, best first, and how much it counts. */
export interface Ranking {
  readonly indices: readonly number[];
  /** Default 1. */
  readonly weight?: number;
}

/**
 * Reciprocal rank fusion: every ranking gives `weight / (k + rank)` to each item it holds, rank from 1.
 * Needs no common scale between rankings.
 *
 * @returns all items that any ranking holds, best first; ties by position
 */
export function fuseRankings(rankings: readonly Ranking[], k: number = RRF_K): Scored[] {
  const scores = new Map<number, number>();
  for (const { indices, weight = 1 } of rankings) {
    indices.forEach((index, position) => {
      scores.set(index, (scores.get(index) ?? 0) + weight / (k + position + 1));
    });
  }
  return [...scores]
    .map(([index, score]) => ({ index, score }))
    .sort((x, y) => y.score - x.score || x.index - y.index);
}
