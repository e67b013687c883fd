import { nameSpanAt, writeName } from './name-span.js';
import { kindOf, isListed, type NameIndex } from './name-words.js';
import type { FoundName, NameReading } from './name-reading.js';
import { soundLikeness } from './sound.js';
import type { Spelling } from './spelling.js';

/** Likeness at which letters spell the word before them. */
const SAME_WORD = 0.5;

/** Parts of a name; "Ada Lovelace" has two. */
const MAX_PARTS = 4;

/**
 * A name with letters in it: "s m i t h", "John Smith, that is s m y t h", "Aida, A D A, Lovelace". Letters take the
 * place of the word before them when they spell it. Only where a name is talked about.
 */
export function findSpelledNames(
  segment: { readonly part: 'full' | 'given' | 'family'; readonly from: number; readonly to: number },
  runs: readonly Spelling[],
  reading: NameReading,
): FoundName | undefined {
  const { words, lower, index, question } = reading;
  const about =
    question.expects === 'name' || question.expects === 'correction' || question.asked?.name !== undefined;
  const introduced = lastIntroduction(reading, segment.from, runs[0]?.from ?? segment.to);
  if (segment.part === 'full' && !about && introduced === undefined) return undefined;
  const parts: string[] = [];
  let from = segment.to;
  let to = segment.from;
  for (let at = introduced ?? segment.from; at < segment.to;) {
    const run = runs.find((one) => one.from === at);
    if (run !== undefined) {
      if (run.letters.replace(/[^a-z]/g, '').length >= 2) addSpelled(parts, run, index);
      from = Math.min(from, at);
      at = to = run.to;
      continue;
    }
    const next = runs.find((one) => one.from > at)?.from ?? segment.to;
    const span = nameSpanAt(words.slice(0, next), at, index, introduced !== undefined);
    if (span !== undefined && !span.doubtful) {
      parts.push(...span.words.map((word) => word.text));
      from = Math.min(from, at);
      at = to = span.to;
      continue;
    }
    const word = words[at];
    // Behind the last letters a plain word ends the name.
    if (next === segment.to && parts.length > 0 && word !== undefined && kindOf(word, index) !== 'name') {
      break;
    }
    at++;
  }
  const spelled = runs.some((run) => run.letters.replace(/[^a-z]/g, '').length >= 2);
  if (!spelled || parts.length === 0 || parts.length > MAX_PARTS || lower.length === 0) return undefined;
  const name = writeName(parts, index);
  if (name.length < 2) return undefined;
  const part = segment.part !== 'full' ? segment.part : partOfSpelled(parts, name, question.asked?.name);
  return {
    ...{ from, to, name, part, source: 'spelled', excluded: false, doubtful: false },
    known: parts.every((one) => isListed(one.toLowerCase(), index)),
  };
}

function partOfSpelled(parts: readonly string[], name: string, asked: string | undefined): FoundName['part'] {
  if (parts.length > 1 || asked === undefined) return 'full';
  const pieces = asked.split(' ');
  if (pieces.length < 2) return 'full';
  const [toGiven, toFamily] = [
    soundLikeness(name, pieces[0] ?? ''),
    soundLikeness(name, pieces.at(-1) ?? ''),
  ];
  if (Math.max(toGiven, toFamily) < SAME_WORD) return 'full';
  return toGiven > toFamily ? 'given' : 'family';
}

/** Where the words behind the last "my name is" begin. */
function lastIntroduction({ lower, index }: NameReading, from: number, limit: number): number | undefined {
  let found: number | undefined;
  for (let at = from; at < limit;) {
    const hit = index.phrase(lower, at);
    if (hit !== undefined && (hit.key === 'sure' || hit.key === 'other') && hit.to <= limit) found = hit.to;
    at = hit?.to ?? at + 1;
  }
  return found;
}

function addSpelled(parts: string[], run: Spelling, index: NameIndex): void {
  const pieces = splitRun(run.letters, index);
  const last = parts.at(-1);
  if (last !== undefined && !run.afterSpace && pieces.length === 1 && likeWord(last, run.letters)) {
    parts.pop();
  }
  // "John Smith, j o h n s m i t h" spells both.
  else if (pieces.length > 1 && likeWord(parts.join(''), run.letters)) parts.length = 0;
  parts.push(...pieces);
}

const likeWord = (word: string, letters: string): boolean => soundLikeness(word, letters) >= SAME_WORD;

/** The first and the last name in letters that were spelled without a word between them. */
function splitRun(letters: string, index: NameIndex): readonly string[] {
  if (isListed(letters, index)) return [letters];
  for (let at = letters.length - 2; at >= 2; at--) {
    if (index.given.has(letters.slice(0, at)) && index.family.has(letters.slice(at))) {
      return [letters.slice(0, at), letters.slice(at)];
    }
  }
  return [letters];
}
