import type { Book } from './book.js';

/** Scripts that the locale's language is not written in, with the language that is likeliest. */
const SCRIPTS: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'zh'],
  [/\p{Script=Cyrillic}/u, 'ru'],
  [/\p{Script=Arabic}/u, 'ar'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Devanagari}/u, 'hi'],
  [/\p{Script=Bengali}/u, 'bn'],
  [/\p{Script=Thai}/u, 'th'],
  [/\p{Script=Greek}/u, 'el'],
  [/\p{Script=Gujarati}/u, 'gu'],
  [/\p{Script=Gurmukhi}/u, 'pa'],
  [/\p{Script=Tamil}/u, 'ta'],
  [/\p{Script=Telugu}/u, 'te'],
  [/\p{Script=Armenian}/u, 'hy'],
  [/\p{Script=Georgian}/u, 'ka'],
  [/\p{Script=Ethiopic}/u, 'am'],
  [/\p{Script=Khmer}/u, 'km'],
];

/**
 * The language of the words when it is not the locale's: by script, else by frequent words. Two words of it are needed, and more of
 * them than of the locale's own.
 */
export function languageOf(text: string, { languages }: Book): string | undefined {
  for (const [script, language] of SCRIPTS) if (script.test(text)) return language;
  const words =
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}]+(?:'[\p{L}]+)*/gu) ?? [];
  if (words.length === 0) return undefined;
  const own = languages.get('own') ?? new Set();
  const ownCount = words.filter((word) => own.has(word)).length;
  let best: string | undefined;
  let most = Math.max(1, ownCount);
  for (const [language, frequent] of languages) {
    if (language === 'own') continue;
    const hits = words.filter((word) => frequent.has(word)).length;
    if (hits > most && hits * 2 >= words.length) {
      best = language;
      most = hits;
    }
  }
  return best ?? soleWord(words, languages, ownCount);
}

/** One word is enough when it is all that was said and no other language has it. */
function soleWord(
  words: readonly string[],
  languages: Book['languages'],
  ownCount: number,
): string | undefined {
  const [word] = words;
  if (word === undefined || ownCount > 0 || words.length > 1 || word.length < 5) return undefined;
  const having = [...languages].filter(([, frequent]) => frequent.has(word)).map(([language]) => language);
  return having.length === 1 ? having[0] : undefined;
}
