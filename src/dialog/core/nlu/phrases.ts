import { expand, MAX_UNITS, type ShortForms, type Unit } from './units.js';

/**
 * Phrases as locale files write them, and where they stand in a sentence.
 *
 * A phrase is a row of words with `(one|the other)`, `[optional]`, `(any number)*`, `_` for one word of any kind, and `<key>`
 * for every phrase of another list. Short forms may be written ("that's"); they match the long form as well.
 */
type Node =
  | { readonly type: 'word'; readonly word: string }
  | { readonly type: 'any' }
  | { readonly type: 'list'; readonly key: number }
  | { readonly type: 'row'; readonly parts: readonly Node[] }
  | { readonly type: 'either'; readonly options: readonly Node[] }
  | { readonly type: 'optional' | 'many'; readonly part: Node };

interface PhraseList {
  /** Phrases that can only begin with this word. */
  readonly byFirst: ReadonlyMap<string, readonly Node[]>;
  /** Phrases that can begin with any word. */
  readonly others: readonly Node[];
}

const EMPTY: PhraseList = { byFirst: new Map(), others: [] };

/** Compiled phrase lists. */
export interface PhraseBook {
  readonly keys: ReadonlyMap<string, number>;
  readonly lists: readonly PhraseList[];
}

/**
 * Compiles phrase lists and those that they name.
 *
 * @param wanted - keys of the lists; a list that is not there is empty
 * @throws Error when a phrase is written wrongly or names a list that is not there: a fault of the locale's files
 */
export function compilePhrases(
  lists: Readonly<Record<string, readonly string[]>>,
  wanted: readonly string[],
  forms: ShortForms,
): PhraseBook {
  const keys = new Map<string, number>();
  const compiled: PhraseList[] = [];
  const keyOf = (key: string): number | undefined => {
    const known = keys.get(key);
    if (known !== undefined) return known;
    if (!Object.hasOwn(lists, key)) return undefined;
    const index = compiled.length;
    keys.set(key, index);
    compiled.push(EMPTY);
    compiled[index] = compileList(key, lists[key] ?? [], { keyOf, compiled, forms });
    return index;
  };
  for (const key of wanted) keyOf(key);
  return { keys, lists: compiled };
}

interface Compiler {
  readonly keyOf: (key: string) => number | undefined;
  /** Lists by number; a list that is being compiled is empty in it. */
  readonly compiled: readonly PhraseList[];
  readonly forms: ShortForms;
}

function compileList(key: string, phrases: readonly string[], compiler: Compiler): PhraseList {
  const byFirst = new Map<string, Node[]>();
  const others: Node[] = [];
  for (const phrase of phrases) {
    const node = parsePhrase(phrase, key, compiler);
    const first = firstWords(node, compiler.compiled);
    if (first === undefined) others.push(node);
    else {
      for (const word of first) {
        byFirst
          .set(word, byFirst.get(word) ?? [])
          .get(word)
          ?.push(node);
      }
    }
  }
  return { byFirst, others };
}

function parsePhrase(phrase: string, key: string, { keyOf, forms }: Compiler): Node {
  const pieces = phrase.toLowerCase().match(/<[a-z_]+>|[()[\]|*]|[^\s()[\]|*<>]+/g) ?? [];
  let at = 0;
  const wrong = (why: string): Error => new Error(`Phrase "${phrase}" of "${key}": ${why}.`);

  const either = (closing: string | undefined): Node => {
    const options: Node[] = [];
    let parts: Node[] = [];
    for (;;) {
      const piece = pieces[at++];
      if (piece === closing) break;
      if (piece === undefined || piece === ')' || piece === ']') throw wrong('a bracket is missing');
      if (piece === '|') {
        options.push({ type: 'row', parts });
        parts = [];
      } else if (piece === '*') {
        const part = parts.pop();
        if (part === undefined) throw wrong('nothing stands before *');
        parts.push({ type: 'many', part });
      } else parts.push(...single(piece));
    }
    options.push({ type: 'row', parts });
    return options.length === 1 ? (options[0] as Node) : { type: 'either', options };
  };

  const single = (piece: string): readonly Node[] => {
    if (piece === '(') return [either(')')];
    if (piece === '[') return [{ type: 'optional', part: either(']') }];
    if (piece === '_') return [{ type: 'any' }];
    if (!piece.startsWith('<')) return expand(piece, forms).map((word) => ({ type: 'word', word }));
    const list = keyOf(piece.slice(1, -1));
    if (list === undefined) throw wrong(`there is no list ${piece}`);
    return [{ type: 'list', key: list }];
  };

  return either(undefined);
}

/** Words that a phrase must begin with; `undefined` when it can begin with anything else. */
function firstWords(node: Node, compiled: readonly PhraseList[]): readonly string[] | undefined {
  switch (node.type) {
    case 'word': {
      return [node.word];
    }
    case 'list': {
      const list = compiled[node.key];
      // A list that is still being compiled names itself.
      return list === undefined || list === EMPTY || list.others.length > 0
        ? undefined
        : [...list.byFirst.keys()];
    }
    case 'row': {
      const words = new Set<string>();
      for (const part of node.parts) {
        const canBeMissing = part.type === 'optional' || part.type === 'many';
        const inner = firstWords(part, compiled);
        if (inner === undefined) return undefined;
        for (const word of inner) words.add(word);
        if (!canBeMissing) return [...words];
      }
      return undefined;
    }
    case 'either': {
      const words = new Set<string>();
      for (const option of node.options) {
        const inner = firstWords(option, compiled);
        if (inner === undefined) return undefined;
        for (const word of inner) words.add(word);
      }
      return [...words];
    }
    case 'optional':
    case 'many': {
      return firstWords(node.part, compiled);
    }
    case 'any': {
      return undefined;
    }
    default: {
      return node;
    }
  }
}

const NONE: readonly number[] = [];

/** Where the phrases of a book stand in one sentence. Made for a turn and thrown away with it. */
export class Chart {
  private readonly found = new Map<number, readonly number[]>();

  constructor(
    private readonly book: PhraseBook,
    readonly units: readonly Unit[],
  ) {}

  /** Units after the phrases of a list that begin at `from`, in rising order; empty when there are none. */
  ends(list: string, from: number): readonly number[] {
    const key = this.book.keys.get(list);
    return key === undefined ? [] : this.endsOf(key, from);
  }

  /** Unit after the longest phrase of a list at `from` that ends by `limit`. */
  longest(list: string, from: number, limit: number): number | undefined {
    return this.ends(list, from).findLast((end) => end <= limit);
  }

  /** True when a phrase of the list takes exactly these units. */
  spans(list: string, from: number, to: number): boolean {
    return this.ends(list, from).includes(to);
  }

  /** First phrase of a list within the units, the longest at its place. */
  find(list: string, from: number, to: number): { readonly from: number; readonly to: number } | undefined {
    for (let at = from; at < to; at++) {
      const end = this.longest(list, at, to);
      if (end !== undefined) return { from: at, to: end };
    }
    return undefined;
  }

  private endsOf(key: number, from: number): readonly number[] {
    const word = this.units[from]?.word;
    if (word === undefined) return NONE;
    const list = this.book.lists[key] as PhraseList;
    const phrases = list.byFirst.get(word);
    if (phrases === undefined && list.others.length === 0) return NONE;
    const id = key * (MAX_UNITS + 1) + from;
    const known = this.found.get(id);
    if (known !== undefined) return known;
    // A list that names itself at the same place finds nothing there.
    this.found.set(id, NONE);
    const ends: number[] = [];
    for (const node of phrases ?? []) addAll(ends, this.walk(node, from));
    for (const node of list.others) addAll(ends, this.walk(node, from));
    const sorted = ends.filter((end) => end > from).sort((a, b) => a - b);
    this.found.set(id, sorted);
    return sorted;
  }

  /** Units after the node, each once. */
  private walk(node: Node, from: number): readonly number[] {
    switch (node.type) {
      case 'word': {
        return this.units[from]?.word === node.word ? [from + 1] : NONE;
      }
      case 'any': {
        return from < this.units.length ? [from + 1] : NONE;
      }
      case 'list': {
        return this.endsOf(node.key, from);
      }
      case 'row': {
        return this.walkRow(node.parts, from);
      }
      case 'either': {
        const ends: number[] = [];
        for (const option of node.options) addAll(ends, this.walk(option, from));
        return ends;
      }
      case 'optional': {
        const ends = [from];
        addAll(ends, this.walk(node.part, from));
        return ends;
      }
      case 'many': {
        const ends = [from];
        // Grows while it is walked: every end is a new start.
        for (const start of ends) addAll(ends, this.walk(node.part, start));
        return ends;
      }
      default: {
        return node;
      }
    }
  }

  private walkRow(parts: readonly Node[], from: number): readonly number[] {
    let starts: readonly number[] = [from];
    for (const part of parts) {
      const [first] = starts;
      if (first === undefined) return NONE;
      if (starts.length === 1) {
        starts = this.walk(part, first);
        continue;
      }
      const next: number[] = [];
      for (const start of starts) addAll(next, this.walk(part, start));
      starts = next;
    }
    return starts;
  }
}

function addAll(ends: number[], more: readonly number[]): void {
  for (const end of more) if (!ends.includes(end)) ends.push(end);
}
