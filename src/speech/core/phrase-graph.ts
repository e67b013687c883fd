import type { ExpectedSpeech } from '../../kernel/vocab.js';

/** Turns words into the recogniser's tokens, as they stand inside a sentence. */
export type Encode = (text: string) => readonly number[];

/** Where a reader of expected speech stands. Following the same tokens gives the same object. */
export interface PhraseState {
  /** True when what was read so far is one of the expected sentences. */
  readonly accepting: boolean;
  /** The tokens that may come next, with where they lead. */
  next(): ReadonlyMap<number, PhraseState>;
}

interface TrieNode {
  readonly children: Map<number, TrieNode>;
  ends: boolean;
}

interface Place {
  readonly root: TrieNode;
  readonly optional: boolean;
}

interface Position {
  readonly places: readonly Place[];
  readonly place: number;
  readonly node: TrieNode;
}

/** Marks that the recogniser may write between and after phrases. */
const MARKS = [',', '.', '?', '!'] as const;

/**
 * Expected speech as a graph of tokens: its alternatives are read side by side, and a state lists every place in
 * them that fits what was read. States are made when they are first reached and kept, so that a graph in use costs a
 * look into a map per token.
 *
 * @param encode - the recogniser's tokenizer; words must keep their tokens wherever they stand
 */
export function phraseGraph(expected: ExpectedSpeech, encode: Encode): PhraseState {
  const marks = MARKS.flatMap((mark) => encode(`a${mark}`).slice(-1));
  const first = expected.flatMap((places): Position[] => {
    const tries = places.map((choices) => placeOf(choices, encode));
    return tries[0] === undefined ? [] : [{ places: tries, place: 0, node: tries[0].root }];
  });
  return new State(first, marks);
}

/** Phrases of one place as a trie; each may begin with a capital. */
function placeOf(choices: readonly string[], encode: Encode): Place {
  const root: TrieNode = { children: new Map(), ends: false };
  for (const phrase of choices) {
    if (phrase === '') continue;
    for (const spelling of new Set([phrase, phrase.charAt(0).toUpperCase() + phrase.slice(1)])) {
      let node = root;
      for (const token of encode(spelling)) {
        let child = node.children.get(token);
        if (child === undefined) {
          child = { children: new Map(), ends: false };
          node.children.set(token, child);
        }
        node = child;
      }
      node.ends = true;
    }
  }
  return { root, optional: choices.includes('') };
}

class State implements PhraseState {
  readonly accepting: boolean;
  readonly #positions: readonly Position[];
  #next: Map<number, PhraseState> | undefined;

  /**
   * @param afterMark - what was read ends with a mark, after which another one would only make the way longer;
   *   `whole` when the words before it were already a sentence
   */
  constructor(
    positions: readonly Position[],
    private readonly marks: readonly number[],
    private readonly afterMark?: { readonly whole: boolean },
  ) {
    const { reached, finished } = followedByEmpty(positions);
    this.#positions = reached;
    this.accepting = finished || afterMark?.whole === true;
  }

  next(): ReadonlyMap<number, PhraseState> {
    this.#next ??= this.#follow();
    return this.#next;
  }

  #follow(): Map<number, PhraseState> {
    const byToken = new Map<number, Position[]>();
    for (const position of this.#positions) {
      for (const [token, node] of position.node.children) {
        const positions = byToken.get(token);
        if (positions === undefined) byToken.set(token, [{ ...position, node }]);
        else positions.push({ ...position, node });
      }
    }
    const next = new Map<number, PhraseState>();
    for (const [token, positions] of byToken) next.set(token, new State(positions, this.marks));
    if (this.afterMark === undefined) this.#addMarks(next, byToken);
    return next;
  }

  /** A mark may stand where one phrase has ended and another may begin, and at the end; or it belongs to a phrase. */
  #addMarks(next: Map<number, PhraseState>, byToken: ReadonlyMap<number, readonly Position[]>): void {
    const between = this.#positions.filter(
      ({ places, place, node }) => place > 0 && node === places[place]?.root,
    );
    if (between.length === 0 && !this.accepting) return;
    for (const mark of this.marks) {
      const inside = byToken.get(mark) ?? [];
      next.set(mark, new State([...inside, ...between], this.marks, { whole: this.accepting }));
    }
  }
}

/** The positions with those that are reached from them without a token: after a phrase's end, past an optional place. */
function followedByEmpty(positions: readonly Position[]): {
  readonly reached: readonly Position[];
  readonly finished: boolean;
} {
  const reached: Position[] = [];
  const begun = new Set<TrieNode>();
  let finished = false;
  const reach = (position: Position): void => {
    const here = position.places[position.place];
    if (here === undefined) return;
    const isStart = position.node === here.root;
    if (isStart && begun.has(here.root)) return;
    if (isStart) begun.add(here.root);
    reached.push(position);
    if (!position.node.ends && !(isStart && here.optional)) return;
    const next = position.places[position.place + 1];
    if (next === undefined) finished = true;
    else reach({ ...position, place: position.place + 1, node: next.root });
  };
  for (const position of positions) reach(position);
  return { reached, finished };
}
