import type { Token } from '../tokens.js';
import type { CalendarWords } from './calendar-words.js';
import { ROLES } from './roles.js';
import type { TimeReference } from './types.js';
import type { Values } from './values.js';

/**
 * A small grammar over tokens. A rule is a symbol, a pattern of symbols, and an action that makes the value:
 * `rule('day', 'the? ord of month', …)`. Symbols without a rule are words of the locale or readings of a token
 * (`num`, `ord`, `clock`…). In a pattern `x?` may be left out, `x|y` is either, and `~x` may stand after a full stop.
 * All readings of a symbol at a token are kept, one per length, earlier rules first; each is computed once per sentence.
 */
export type SymbolName = keyof Values;

/** Words of the locale that give a symbol. */
export interface Phrase {
  readonly words: readonly string[];
  readonly symbol: number;
  readonly value: unknown;
}

/** Words of a locale by the first word of each phrase. */
export interface Lexicon {
  readonly phrases: ReadonlyMap<string, readonly Phrase[]>;
  readonly words: CalendarWords;
  /** True for forms that are words of their own as well: "may", "sat". */
  ambiguous(token: Token | undefined): boolean;
  /** True for a month or weekday that was written short, so that a full stop after it ends no sentence. */
  abbreviated(token: Token | undefined): boolean;
}

/** What a rule's pattern took, by symbol. */
export interface Captures {
  /** Value of the `nth` (from 0) part that is `symbol`, `undefined` when it was left out. */
  get<K extends SymbolName>(symbol: K, nth?: number): Values[K] | undefined;
  has(symbol: SymbolName): boolean;
  /** True when `a` was taken before `b`. */
  isBefore(a: SymbolName, b: SymbolName): boolean;
}

/** Where a rule matched, with what it may look at. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly tokens: readonly Token[];
  readonly ref: TimeReference;
  readonly lexicon: Lexicon;
  /** True when the words of `symbol` end right before the span. */
  follows(symbol: SymbolName): boolean;
  /** True when the words of `symbol` begin right after the span, in the same sentence. */
  precedes(symbol: SymbolName): boolean;
}

export interface Element {
  readonly symbols: readonly number[];
  readonly optional: boolean;
  /** True when a full stop may stand before it: recognisers write one at every pause. */
  readonly acrossStop: boolean;
}

/** One rule; made by {@link rule}. */
export interface Rule {
  readonly symbol: number;
  readonly elements: readonly Element[];
  readonly action: (captures: Captures, span: Span) => unknown;
}

/** One reading of a symbol: the token after it, and its value. */
export interface Match {
  readonly to: number;
  readonly value: unknown;
}

const ids = new Map<string, number>();
export const idOf = (name: string): number => {
  const known = ids.get(name);
  if (known !== undefined) return known;
  ids.set(name, ids.size);
  return ids.size - 1;
};

// Roles that only actions ask for are symbols as well.
for (const role of ROLES) idOf(role);

/** Makes a rule. The action gives `undefined` where the words do not mean the symbol after all. */
export function rule<K extends SymbolName>(
  symbol: K,
  pattern: string,
  action: (captures: Captures, span: Span) => Values[K] | undefined,
): Rule {
  const elements = pattern.split(' ').map((part): Element => {
    const acrossStop = part.startsWith('~');
    const optional = part.endsWith('?');
    const names = part.slice(acrossStop ? 1 : 0, optional ? -1 : undefined).split('|');
    return { symbols: names.map(idOf), optional, acrossStop };
  });
  return { symbol: idOf(symbol), elements, action };
}

/** Rules of each symbol by the words or token readings that they can begin with, each list in the order of the rules. */
export interface Grammar {
  readonly rules: ReadonlyMap<number, ReadonlyMap<number, readonly Rule[]>>;
  readonly order: ReadonlyMap<Rule, number>;
}

/** Puts rules together. A pattern's first symbol must not lead back to the rule's own symbol. */
export function makeGrammar(list: readonly Rule[]): Grammar {
  const bySymbol = new Map<number, Rule[]>();
  for (const one of list) {
    const same = bySymbol.get(one.symbol);
    if (same === undefined) bySymbol.set(one.symbol, [one]);
    else same.push(one);
  }
  const firsts = new Map<number, Set<number>>();
  const firstOf = (symbol: number): ReadonlySet<number> => {
    const known = firsts.get(symbol);
    if (known !== undefined) return known;
    const found = new Set<number>();
    firsts.set(symbol, found);
    const own = bySymbol.get(symbol);
    if (own === undefined) found.add(symbol);
    for (const one of own ?? []) for (const id of firstOfRule(one, firstOf)) found.add(id);
    return found;
  };
  const rules = new Map<number, Map<number, Rule[]>>();
  for (const [symbol, own] of bySymbol) {
    const byStart = new Map<number, Rule[]>();
    for (const one of own) {
      for (const start of firstOfRule(one, firstOf)) {
        const same = byStart.get(start);
        if (same === undefined) byStart.set(start, [one]);
        else same.push(one);
      }
    }
    rules.set(symbol, byStart);
  }
  return { rules, order: new Map(list.map((one, k) => [one, k])) };
}

function firstOfRule(one: Rule, firstOf: (symbol: number) => ReadonlySet<number>): ReadonlySet<number> {
  const first = new Set<number>();
  for (const { symbols, optional } of one.elements) {
    for (const symbol of symbols) for (const id of firstOf(symbol)) first.add(id);
    if (!optional) break;
  }
  return first;
}

/** A symbol of the locale or of a token, where it stands. */
export interface Terminal extends Match {
  readonly symbol: number;
}

/** Id of a symbol that patterns use, `undefined` for other names. */
export const symbolId = (name: string): number | undefined => ids.get(name);
