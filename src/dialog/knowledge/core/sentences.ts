/** Words that end in a full stop without ending a sentence, lower case, the stop left out. */
const ABBREVIATIONS = new Set([
  ...[
    'mr',
    'mrs',
    'ms',
    'dr',
    'prof',
    'st',
    'jr',
    'sr',
    'no',
    'vs',
    'etc',
    'approx',
    'dept',
    'univ',
    'inc',
    'ltd',
  ],
  ...[
    'jan',
    'feb',
    'mar',
    'apr',
    'jun',
    'jul',
    'aug',
    'sep',
    'sept',
    'oct',
    'nov',
    'dec',
    'ca',
    'fig',
    'vol',
    'ed',
  ],
  ...['e.g', 'i.e', 'u.s', 'u.k', 'ph.d', 'b.a', 'b.s', 'm.a'],
]);

/** Abbreviations that do end a sentence when a capital letter follows ("at 5 p.m. The office"). */
const SOFT_ABBREVIATIONS = new Set([
  'a.m',
  'p.m',
  'etc',
  'inc',
  'ltd',
  'u.s',
  'u.k',
  'ph.d',
  'b.a',
  'b.s',
  'm.a',
]);

/** End punctuation with closing quotes or brackets, then white space. */
const BOUNDARY = /[.!?]+["'”’)\]]*(?=\s)/g;

/**
 * Splits a paragraph into sentences. Full stops of abbreviations, initials, ordinals in lists and decimals do
 * not split; a line break counts as a space.
 */
export function splitSentences(paragraph: string): string[] {
  const text = paragraph.replace(/\s+/g, ' ').trim();
  const sentences: string[] = [];
  let start = 0;
  for (const match of text.matchAll(BOUNDARY)) {
    const end = match.index + match[0].length;
    if (!endsSentence(text.slice(start, match.index).trim(), match[0], text.slice(end, end + 2).trim())) {
      continue;
    }
    sentences.push(text.slice(start, end).trim());
    start = end;
  }
  const rest = text.slice(start).trim();
  if (rest !== '') sentences.push(rest);
  return sentences;
}

function endsSentence(before: string, mark: string, next: string): boolean {
  if (/^[a-z]/.test(next)) return false;
  if (!mark.startsWith('.') || mark.startsWith('..')) return true;
  // "1. Apply": the number of a list item.
  if (/^\d{1,2}$/.test(before)) return false;
  const word = /[^\s("'“‘[]*$/.exec(before)?.[0].toLowerCase() ?? '';
  if (SOFT_ABBREVIATIONS.has(word)) return /^["“‘([A-Z]/.test(next);
  // "J. Smith": an initial.
  return !ABBREVIATIONS.has(word) && !(/^[a-z]$/.test(word) && word !== 'i');
}

/**
 * Cuts a sentence that is longer than `maxChars` at word boundaries, so that no unit exceeds it. A word longer
 * than `maxChars` is cut inside.
 */
export function wrapSentence(sentence: string, maxChars: number): string[] {
  if (sentence.length <= maxChars) return [sentence];
  const parts: string[] = [];
  let rest = sentence;
  while (rest.length > maxChars) {
    const space = rest.lastIndexOf(' ', maxChars);
    const cut = space > maxChars / 2 ? space : maxChars;
    parts.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  if (rest !== '') parts.push(rest);
  return parts;
}
