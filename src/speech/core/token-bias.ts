import type { TokenBias } from './greedy.js';

interface TrieNode {
  readonly children: Map<number, TrieNode>;
}

/**
 * Shallow fusion over token prefixes: a token that begins an expected phrase at the start of a word gets a bonus,
 * and so does each token that continues a phrase once it has begun.
 */
export class PhraseBias implements TokenBias {
  readonly #root: TrieNode = { children: new Map() };
  #active: TrieNode[] = [];
  #result: Map<number, number> | undefined;

  /**
   * @param phrases - each phrase as tokens, in every spelling that counts
   * @param bonus - of a token that continues a phrase, in log units
   * @param entryBonus - of a phrase's first token
   */
  constructor(
    phrases: readonly (readonly number[])[],
    private readonly bonus: number,
    private readonly entryBonus: number,
  ) {
    for (const phrase of phrases) {
      let node = this.#root;
      for (const token of phrase) {
        let next = node.children.get(token);
        if (next === undefined) {
          next = { children: new Map() };
          node.children.set(token, next);
        }
        node = next;
      }
    }
  }

  bonuses(): ReadonlyMap<number, number> {
    if (this.#result === undefined) {
      this.#result = new Map();
      for (const token of this.#root.children.keys()) this.#result.set(token, this.entryBonus);
      for (const node of this.#active) {
        for (const token of node.children.keys()) this.#result.set(token, this.bonus);
      }
    }
    return this.#result;
  }

  accept(token: number): void {
    const next: TrieNode[] = [];
    for (const node of [this.#root, ...this.#active]) {
      const child = node.children.get(token);
      if (child !== undefined && child.children.size > 0) next.push(child);
    }
    this.#active = next;
    this.#result = undefined;
  }
}

/** Most phrases of one request that are used; the rest are ignored. */
export const MAX_BIAS_PHRASES = 64;
/** Longer phrases are ignored. */
export const MAX_BIAS_CHARS = 64;

/** Spellings of the phrases that the recogniser may write: as given, lower case and with a capital. */
export function biasSpellings(phrases: readonly string[]): string[] {
  const out = new Set<string>();
  for (const raw of phrases.slice(0, MAX_BIAS_PHRASES)) {
    const phrase = raw.trim();
    if (phrase === '' || phrase.length > MAX_BIAS_CHARS) continue;
    const lower = phrase.toLowerCase();
    out
      .add(phrase)
      .add(lower)
      .add(lower.charAt(0).toUpperCase() + lower.slice(1));
  }
  return [...out];
}
