import type { Locale } from '../../core/nlu/locale.js';
import { plainWords } from './features.js';

interface Compiled {
  readonly phrases: readonly string[];
  readonly verbs: readonly string[];
  readonly objects: readonly string[];
  readonly marks: readonly RegExp[];
  readonly leaks: readonly string[];
  readonly abuse: readonly string[];
}

const compiled = new WeakMap<Locale, Compiled>();

function wordsOf(locale: Locale): Compiled {
  const known = compiled.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made: Compiled = {
    phrases: list('guard_injection'),
    verbs: list('guard_injection_verb'),
    objects: list('guard_injection_object'),
    marks: list('guard_injection_mark').map(
      (mark) => new RegExp(`(?<![\\p{L}\\p{N}])${mark.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`, 'iu'),
    ),
    leaks: list('guard_leak'),
    abuse: list('guard_abuse'),
  };
  compiled.set(locale, made);
  return made;
}

/** Words between a verb and what it is about, at most: "ignore all of your earlier instructions". */
const MAX_GAP = 4;

/** Plain words of an attack, whatever the case, the accents and the marks. */
export function saysAttack(text: string, locale: Locale): boolean {
  const { phrases, verbs, objects, marks } = wordsOf(locale);
  const visible = text.normalize('NFKC').replace(/\p{Cf}+/gu, '');
  if (marks.some((mark) => mark.test(visible))) return true;
  const words = plainWords(text);
  const line = ` ${words.join(' ')} `;
  if (phrases.some((phrase) => line.includes(` ${phrase} `))) return true;
  return words.some((word, at) => {
    if (!verbs.includes(word)) return false;
    const after = words.slice(at + 1, at + 1 + MAX_GAP + 3);
    return objects.some((object) => {
      const place = ` ${after.join(' ')} `.indexOf(` ${object} `);
      return place >= 0 && after.join(' ').slice(0, place).split(' ').filter(Boolean).length <= MAX_GAP;
    });
  });
}

const says = (text: string, phrases: readonly string[]): boolean => {
  const line = ` ${plainWords(text).join(' ')} `;
  return phrases.some((phrase) => line.includes(` ${phrase} `));
};

/** The agent speaks of its own instructions. */
export const saysLeak = (text: string, locale: Locale): boolean => says(text, wordsOf(locale).leaks);

/** Insults that are none of anger alone. */
export const saysAbuse = (text: string, locale: Locale): boolean => says(text, wordsOf(locale).abuse);

/** Keys and tokens by their usual beginnings, private keys, and long strings that nobody would say. */
const SECRET =
  /\b(?:sk|pk|rk|ghp|gho|github_pat|glpat|xox[abpr]|AKIA|ASIA|AIza|hf|npm)[-_]?[A-Za-z0-9_-]{12,}|-----BEGIN [A-Z ]+-----|\beyJ[\w-]{8,}\.[\w-]{8,}|\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[a-z])(?=[A-Za-z0-9_-]*[A-Z])[A-Za-z0-9_-]{28,}\b/;

export const holdsSecret = (text: string): boolean => SECRET.test(text);
