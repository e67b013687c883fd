/** Clauses that are ready to be spoken, and what is left for later. */
export interface Chunked {
  readonly clauses: readonly string[];
  readonly rest: string;
}

/** Shortest first clause that may end at a comma, words. */
const FIRST_WORDS = 4;
/** Shortest later clause, characters: a shorter sentence is spoken with the next one. */
const MIN_CHARS = 12;
/** Text without any end is cut here, characters. */
const MAX_CHARS = 300;

/** Words before a full stop that end no sentence. */
const ABBREVIATION = /(?:^|[\s(])(?:[A-Z]|mr|mrs|ms|dr|st|prof|no|vs|etc|approx|e\.g|i\.e|[ap]\.m|[ap])\.$/i;

/**
 * Cuts the text of a model into clauses while it comes. A mark ends a sentence only when something other than a blank
 * follows: "$29." may become "$29.50". The first clause may end at a comma, so that speaking begins early.
 *
 * @param text - all that is not spoken yet
 * @param isFirst - nothing was spoken so far
 * @param isOver - nothing more comes
 */
export function chunk(text: string, isFirst: boolean, isOver: boolean): Chunked {
  const clauses: string[] = [];
  let rest = text;
  for (;;) {
    const end = endOf(rest, isFirst && clauses.length === 0);
    if (end === undefined) break;
    const clause = spoken(rest.slice(0, end));
    rest = rest.slice(end);
    if (clause !== '') clauses.push(clause);
  }
  if (isOver) {
    const last = spoken(rest);
    if (last !== '') clauses.push(last);
    rest = '';
  }
  return { clauses, rest };
}

function endOf(text: string, isFirst: boolean): number | undefined {
  const ends = /[.!?…]+["')\]]*(?=\s+\S)|\n+(?=\S)|[,;:–—](?=\s+\S)/g;
  for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
    const end = match.index + match[0].length;
    const head = text.slice(0, end);
    const isBreak = match[0].startsWith('\n');
    if (/^[,;:–—]/.test(match[0])) {
      if (isFirst && head.trim().split(/\s+/).length >= FIRST_WORDS) return end;
      continue;
    }
    if (!isBreak && ABBREVIATION.test(head)) continue;
    // "1." at the beginning of a line counts a list.
    if (!isBreak && /(?:^|\n)\s*\d+\.$/.test(head)) continue;
    if (isBreak || isFirst || head.trim().length >= MIN_CHARS) return end;
  }
  if (text.length <= MAX_CHARS) return undefined;
  const blank = text.lastIndexOf(' ', MAX_CHARS);
  return blank <= 0 ? MAX_CHARS : blank;
}

/** A clause without the markup that models write for screens. */
export function spoken(text: string): string {
  return text
    .replace(/```[\w-]*/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/(?:^|\n)\s*(?:#{1,6}|[-*•+]|\d+[.)]|>)\s+/g, '\n')
    .replace(/(?:^|\n)\s*[-=_*|:\s]{3,}(?=\n|$)/g, '\n')
    .replace(/^[ \t]*\||\|[ \t]*$/gm, ' ')
    .replace(/\s*\|\s*/g, ', ')
    .replace(/[*`#_~]+/g, '')
    .replace(/\p{Extended_Pictographic}\uFE0F?/gu, (sign) => (/[\d#*©®™]/.test(sign) ? sign : ''))
    .replace(/\s+/g, ' ')
    .replace(/,(?:\s*,)+\s*/g, ', ')
    .replace(/^[\s,.;:!?–—-]+/, '')
    .trim();
}

/** Number of words. */
export const wordsIn = (text: string): number => (text.trim() === '' ? 0 : text.trim().split(/\s+/).length);
