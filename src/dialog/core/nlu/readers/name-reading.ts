import type { OpenQuestion } from '../types.js';
import type { NameIndex } from './name-words.js';
import type { Spelling } from './spelling.js';
import type { Word } from './words.js';

export type NamePart = 'full' | 'given' | 'family';

/** A name in the words of a sentence. */
export interface FoundName {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly part: NamePart;
  readonly source: 'spelled' | 'introduced' | 'bare';
  readonly known: boolean;
  readonly whose?: string;
  readonly excluded: boolean;
  readonly doubtful: boolean;
}

/** What the readers of names look at. */
export interface NameReading {
  readonly words: readonly Word[];
  readonly lower: readonly string[];
  readonly index: NameIndex;
  readonly question: OpenQuestion;
  readonly spellings: readonly Spelling[];
  /** True for a word that says a day or a time. */
  readonly isTime: (at: number) => boolean;
}
