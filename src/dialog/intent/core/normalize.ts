/** Contractions and spellings of speech recognisers, as whole words. */
const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\bcan'?t\b|\bcannot\b/g, 'can not'],
  [/\bwon'?t\b/g, 'will not'],
  [/\bain'?t\b/g, 'is not'],
  [/\b(do|does|did|is|are|was|were|would|could|should|has|have|had|need)n'?t\b/g, '$1 not'],
  [/\b(i|you|we|they|he|she|who|there|that|it)'d\b/g, '$1 would'],
  [/\b(i|you|we|they|he|she|who|there|that|it|what)'ll\b/g, '$1 will'],
  [/\b(i|you|we|they)'ve\b/g, '$1 have'],
  [/\b(you|we|they|what|where|when|how|who)'re\b/g, '$1 are'],
  [/\bi'?m\b/g, 'i am'],
  [/\b(what|where|when|how|who|that|it|there|here|he|she)'s\b/g, '$1 is'],
  [/\b(what|where|when|how|who)s\b/g, '$1 is'],
  [/\bthats\b/g, 'that is'],
  [/\blet'?s\b/g, 'let us'],
  [/\bgonna\b/g, 'going to'],
  [/\bwanna\b/g, 'want to'],
  [/\bgotta\b/g, 'have to'],
  [/\blemme\b/g, 'let me'],
  [/\bgimme\b/g, 'give me'],
  [/\bdunno\b/g, 'do not know'],
  [/\bid (?=like|love|want|rather|prefer)/g, 'i would '],
  [/\bwhats\b/g, 'what is'],
  // What an eight-kilohertz recogniser makes of "appointment" and "goodbye".
  [/\b(an?|the|my|your|this|that) (?:a )?point(?:ed)? ?(?:ment|meant|mint)s?\b/g, '$1 appointment'],
  [/\bappoint(?:ments?| meant| mint|mint|ement|emnt|met)\b|\bapp?ointments?\b|\bappts?\b/g, 'appointment'],
  [/\bgood[ -]?(?:bye|by|buy)\b/g, 'goodbye'],
  [/\bbye[ -]?(?:bye|by)\b|\bby[ -]by(?:e)?\b/g, 'bye bye'],
  [/\bre-?schedul(?=e|ing)/g, 'reschedul'],
  // A question with "not" asks for the thing ("can't I book", "don't you have").
  [
    /(^ *|\| *|\b(?:why|so|but|and|or|hi|hello|hey) )(do|does|did|can|could|would|will|is|are|should|has|have) not (i|you|we|they|it|there|someone|somebody)\b/g,
    '$1$2 $3',
  ],
];

/** Sounds and polite words that carry no intent, dropped wherever they stand. */
const FILLERS =
  /\b(?:u+h+|u+m+|e+r+m*|h+m+|mm+|ah+|oh+|please|kindly|actually|basically|literally|just|maybe|perhaps|real quick|quickly|like to like|you know|i mean|sort of|kind of)\b/g;

/**
 * Brings a transcript to the form that patterns read: lower case, contractions spelled out, fillers and doubled
 * words dropped. Clauses are separated by ` | `.
 */
export function normalizeUtterance(text: string): string {
  let out = ` ${text.slice(0, MAX_UTTERANCE_CHARS).toLowerCase()} `
    .replace(/[’‘`´]/g, "'")
    .replace(/(\d)[.,:](?=\d)/g, '$1')
    .replace(/\b([ap])\.\s?m\.?/g, '$1m')
    .replace(/[.!?;,:]+|\s[-–—]+\s/g, ' | ')
    .replace(/[^\p{L}\p{N}'|\s-]/gu, ' ');
  for (const [pattern, replacement] of REWRITES) out = out.replace(pattern, replacement);
  return out
    .replace(FILLERS, ' ')
    .replace(/['-]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\b([\p{L}]+)( \1\b)+(?! bye)/gu, (_all, word: string) => (word === 'bye' ? 'bye' : word))
    .replace(/(?:\s*\|\s*)+/g, ' | ')
    .replace(/^[\s|]+|[\s|]+$/g, '')
    .trim();
}

/** Longest text that is looked at. */
export const MAX_UTTERANCE_CHARS = 1000;

/**
 * The clauses of a normalised utterance: cut at punctuation, at "but", and where a new "I want" begins, so that
 * a negation does not reach into the next wish.
 */
export function clauses(normalized: string): string[] {
  return normalized
    .replace(/ (?=(?:but|instead) )/g, ' | ')
    .replace(NEW_WISH, ' | ')
    .split('|')
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '');
}

/** Where "I want" begins a sentence, and is not part of a question or a relative clause ("what I want"). */
const NEW_WISH =
  /(?<!\b(?:do|does|did|should|would|could|can|will|if|that|what|when|where|how|why|who|which|because|thing|one|person|class|course)) (?:and |so |then )?(?=i (?:want|need|would like|would love|would rather|am calling|am trying|am looking|am here)\b)/g;
