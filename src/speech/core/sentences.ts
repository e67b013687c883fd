/** A sentence with its place in the text. */
export interface Sentence {
  readonly text: string;
  readonly charStart: number;
}

/** Silence between spoken sentences, on top of what trimming leaves. */
export const SENTENCE_GAP_MS = 180;

/** Longer sentences are divided at a comma, so that their first words are not late. */
const MAX_CHARS = 160;

/** Periods after these do not end a sentence. */
const NOT_AN_END =
  /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|vs|etc|e\.g|i\.e|no|ext|rm|dept|approx|[a-z]|[ap]\.m|ph\.d|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)\.$/i;

/**
 * Divides a text into sentences for synthesis, so that the first can be heard while the next is made.
 *
 * @returns pieces that hold at least one letter or digit, in order
 */
export function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  const push = (end: number): void => {
    const raw = text.slice(start, end);
    const trimmed = raw.trim();
    if (/[\p{L}\p{N}]/u.test(trimmed)) {
      sentences.push(...divideLong({ text: trimmed, charStart: start + raw.indexOf(trimmed) }));
    }
    start = end;
  };
  for (const match of text.matchAll(/[.!?…]+["')\]]*(?=\s|$)|\n+/g)) {
    const end = match.index + match[0].length;
    const abbreviated = match[0] === '.' && NOT_AN_END.test(text.slice(Math.max(0, end - 12), end));
    const nextIsLower = /^\s+[\p{Ll}\d]/u.test(text.slice(end, end + 4)) && match[0].startsWith('.');
    const afterTitle = abbreviated && !/^\s*$/.test(text.slice(end));
    const timeAtEnd = /[ap]\.m\.$/i.test(text.slice(0, end)) && /^\s+\p{Lu}/u.test(text.slice(end));
    if (match[0].startsWith('\n') || timeAtEnd || !(afterTitle || nextIsLower)) push(end);
  }
  push(text.length);
  return sentences;
}

function divideLong(sentence: Sentence): Sentence[] {
  const { text, charStart } = sentence;
  if (text.length <= MAX_CHARS) return [sentence];
  const cut = clauseEnd(text);
  if (cut === undefined) return [sentence];
  const rest = text.slice(cut);
  const lead = rest.length - rest.trimStart().length;
  return [
    { text: text.slice(0, cut), charStart },
    ...divideLong({ text: rest.trimStart(), charStart: charStart + cut + lead }),
  ];
}

/** The clause end nearest to the middle of the allowed length, but not at either end of the text. */
function clauseEnd(text: string): number | undefined {
  let best: number | undefined;
  for (const match of text.matchAll(/[,;:](?=\s)/g)) {
    const end = match.index + 1;
    if (end < 30 || text.length - end < 20) continue;
    if (best === undefined || Math.abs(end - MAX_CHARS / 2) < Math.abs(best - MAX_CHARS / 2)) best = end;
  }
  return best;
}
