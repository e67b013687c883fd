import type { Token } from '../tokens.js';
import {
  idOf,
  type Captures,
  type Grammar,
  type Lexicon,
  type Match,
  type Rule,
  type Span,
  type SymbolName,
  type Terminal,
} from './grammar.js';
import type { TimeReference } from './types.js';
import type { Values } from './values.js';

/** No phrase of a locale that is looked for backwards is longer. */
const MAX_PHRASE_WORDS = 5;

/** Stands for any one token. */
const ANYTHING = idOf('anything');

const NONE: readonly Match[] = [];
const STOPS = new Set(['.', '!', '?', ';', ':']);

/** All readings of one sentence, each computed once. */
export class Chart {
  /** Readings by token, then by symbol. */
  private readonly memo: (readonly Match[] | undefined)[][];

  constructor(
    private readonly grammar: Grammar,
    readonly tokens: readonly Token[],
    readonly terminals: readonly (readonly Terminal[])[],
    readonly ref: TimeReference,
    readonly lexicon: Lexicon,
  ) {
    this.memo = terminals.map(() => []);
  }

  /** Readings of a symbol at token `i`, the longest first. */
  at(symbol: SymbolName, i: number): readonly Match[] {
    return this.matches(idOf(symbol), i);
  }

  /** Token after the longest words of a symbol that begin at token `i`, `undefined` when none do. */
  endOf(symbol: SymbolName, i: number): number | undefined {
    return this.at(symbol, i).reduce<number | undefined>((end, { to }) => Math.max(end ?? 0, to), undefined);
  }

  /** True when words of a symbol end right before token `i`. */
  endsAt(symbol: SymbolName, i: number): boolean {
    return this.startOf(symbol, i) !== undefined;
  }

  /** Where words of a symbol begin that end right before token `i`. */
  startOf(symbol: SymbolName, i: number): number | undefined {
    const id = idOf(symbol);
    for (let k = i - 1; k >= 0 && k >= i - MAX_PHRASE_WORDS; k--) {
      if (this.matches(id, k).some((match) => match.to === i)) return k;
    }
    return undefined;
  }

  /** True when words of a symbol stand anywhere before token `i`. */
  says(symbol: SymbolName, i: number): boolean {
    for (let k = 0; k < i; k++) if (this.at(symbol, k).length > 0) return true;
    return false;
  }

  /** True when punctuation stands before token `i`. */
  breaksBefore(i: number): boolean {
    return this.tokens[i]?.breakBefore !== undefined;
  }

  /** True when the token belongs to the words before it. */
  joins(i: number, acrossStop: boolean): boolean {
    const pause = this.tokens[i]?.breakBefore;
    if (pause === undefined || !STOPS.has(pause)) return true;
    if (pause !== '.') return false;
    return acrossStop || this.lexicon.abbreviated(this.tokens[i - 1]);
  }

  private matches(symbol: number, i: number): readonly Match[] {
    if (symbol === ANYTHING) return i < this.tokens.length ? [{ to: i + 1, value: true }] : NONE;
    const terminals = this.terminals[i];
    if (terminals === undefined || terminals.length === 0) return NONE;
    const here = this.memo[i] ?? [];
    const known = here[symbol];
    if (known !== undefined) return known;
    const rules = this.grammar.rules.get(symbol);
    let found = NONE;
    if (rules === undefined) {
      found = ownTerminals(terminals, symbol);
    } else {
      // A reading in progress has none of itself.
      here[symbol] = NONE;
      const possible = this.startingWith(terminals, rules);
      if (possible.length > 0) found = this.applied(possible, i);
    }
    here[symbol] = found;
    return found;
  }

  /** Rules that can begin with what stands at a token, in their order. */
  private startingWith(
    terminals: readonly Terminal[],
    rules: ReadonlyMap<number, readonly Rule[]>,
  ): readonly Rule[] {
    let single: readonly Rule[] | undefined;
    let several: Set<Rule> | undefined;
    for (const { symbol } of terminals) {
      const some = rules.get(symbol);
      if (some === undefined || some === single) continue;
      if (single === undefined) single = some;
      else {
        several ??= new Set(single);
        for (const one of some) several.add(one);
      }
    }
    if (several === undefined) return single ?? [];
    const { order } = this.grammar;
    return [...several].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  }

  private applied(rules: readonly Rule[], i: number): readonly Match[] {
    const found: Match[] = [];
    for (const one of rules) this.apply(one, i, found);
    return found.length < 2 ? found : found.sort((a, b) => b.to - a.to);
  }

  private apply(one: Rule, from: number, found: Match[]): void {
    this.walk(one, 0, from, from, new Parts(), found);
  }

  /** Takes the elements of a rule from the `k`-th on, in every way that they stand there. */
  private walk(one: Rule, k: number, from: number, at: number, parts: Parts, found: Match[]): void {
    const element = one.elements[k];
    if (element === undefined) {
      if (at === from || found.some(({ to }) => to === at)) return;
      const value = one.action(parts, new ChartSpan(this, from, at));
      if (value !== undefined) found.push({ to: at, value });
      return;
    }
    if (at < this.tokens.length && (at === from || this.joins(at, element.acrossStop))) {
      for (const symbol of element.symbols) {
        const matches = this.matches(symbol, at);
        for (const match of matches) {
          parts.push(symbol, match.value);
          this.walk(one, k + 1, from, match.to, parts, found);
          parts.pop();
        }
      }
    }
    if (element.optional) this.walk(one, k + 1, from, at, parts, found);
  }
}

function ownTerminals(terminals: readonly Terminal[], symbol: number): readonly Match[] {
  let found: Match[] | undefined;
  for (const terminal of terminals) if (terminal.symbol === symbol) (found ??= []).push(terminal);
  return found ?? NONE;
}

/** What a pattern has taken so far. */
class Parts implements Captures {
  private readonly symbols: number[] = [];
  private readonly values: unknown[] = [];

  push(symbol: number, value: unknown): void {
    this.symbols.push(symbol);
    this.values.push(value);
  }

  pop(): void {
    this.symbols.pop();
    this.values.pop();
  }

  get<K extends SymbolName>(symbol: K, nth = 0): Values[K] | undefined {
    return this.values[this.find(symbol, nth)] as Values[K] | undefined;
  }

  has(symbol: SymbolName): boolean {
    return this.find(symbol, 0) >= 0;
  }

  isBefore(a: SymbolName, b: SymbolName): boolean {
    const first = this.find(a, 0);
    return first >= 0 && first < this.find(b, 0);
  }

  private find(name: SymbolName, nth: number): number {
    const id = idOf(name);
    let left = nth;
    for (let k = 0; k < this.symbols.length; k++) if (this.symbols[k] === id && left-- === 0) return k;
    return -1;
  }
}

class ChartSpan implements Span {
  constructor(
    private readonly chart: Chart,
    readonly from: number,
    readonly to: number,
  ) {}

  get tokens(): readonly Token[] {
    return this.chart.tokens;
  }

  get ref(): TimeReference {
    return this.chart.ref;
  }

  get lexicon(): Lexicon {
    return this.chart.lexicon;
  }

  follows(symbol: SymbolName): boolean {
    return this.chart.joins(this.from, false) && this.chart.endsAt(symbol, this.from);
  }

  precedes(symbol: SymbolName): boolean {
    return (
      this.to < this.chart.tokens.length &&
      this.chart.joins(this.to, false) &&
      this.chart.at(symbol, this.to).length > 0
    );
  }
}
