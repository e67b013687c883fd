import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { phraseFinder, phraseWords, type PhraseFinder } from './phrases.js';
import type { TimeMention } from '../time/types.js';

interface FieldWords {
  readonly before: ReadonlySet<string>;
  readonly unlessBefore: ReadonlySet<string>;
  readonly value: PhraseFinder;
}

const compiled = new WeakMap<Locale, FieldWords>();

function fieldWords(locale: Locale): FieldWords {
  const known = compiled.get(locale);
  if (known !== undefined) return known;
  const list = (key: string): readonly string[] => locale.phrases[key] ?? [];
  const made = {
    before: new Set(list('field_before')),
    unlessBefore: new Set(list('field_unless_before')),
    value: phraseFinder({ value: list('field_value') }),
  };
  compiled.set(locale, made);
  return made;
}

const finders = new WeakMap<object, PhraseFinder>();

function fieldFinder(fields: NonNullable<OpenQuestion['fields']>): PhraseFinder {
  const known = finders.get(fields);
  if (known !== undefined) return known;
  const made = phraseFinder(fields);
  finders.set(fields, made);
  return made;
}

/**
 * Parts of what is being asked: "the time is wrong", "change my name", "the topic". With a value behind it
 * ("the time should be four", "the topic should be housing") the words of the value are given, and an hour is read.
 */
export function findFields(
  tokens: readonly Token[],
  text: string,
  question: OpenQuestion,
  locale: Locale,
  times: readonly TimeMention[],
): readonly Mention[] {
  const { fields } = question;
  if (fields === undefined) return [];
  const { before, unlessBefore, value } = fieldWords(locale);
  const words = tokens.map((token) => token.word);
  const find = fieldFinder(fields);
  const mentions: Mention[] = [];
  for (let at = 0; at < words.length; at++) {
    const hit = find(words, at);
    if (hit === undefined) continue;
    const previous = words[at - 1];
    const alone = at === 0 && (hit.to === words.length || value(words, hit.to) !== undefined);
    if (
      !alone &&
      (previous === undefined || !before.has(previous) || unlessBefore.has(words[at - 2] ?? ''))
    ) {
      continue;
    }
    if (previous !== undefined && unlessBefore.has(previous) && !before.has(previous)) continue;
    const from = previous !== undefined && before.has(previous) ? at - 1 : at;
    const setting = value(words, hit.to);
    const rest = setting === undefined ? undefined : valueText(tokens, text, setting.to);
    const place = { from, to: hit.to, excluded: false };
    mentions.push({ type: 'field', field: hit.key, ...(rest === undefined ? {} : { text: rest }), ...place });
    const hour = setting === undefined ? undefined : hourAt(tokens, setting.to, times);
    if (hour !== undefined && isTimeField(hit.key, fields, locale)) mentions.push(hour);
    at = hit.to - 1;
  }
  return mentions;
}

/** The words after "should be", up to a break. */
function valueText(tokens: readonly Token[], text: string, at: number): string | undefined {
  let to = at;
  while (to < tokens.length && (to === at || tokens[to]?.breakBefore === undefined)) to++;
  const [first, last] = [tokens[at], tokens[to - 1]];
  return first === undefined || last === undefined ? undefined : text.slice(first.start, last.end);
}

/** A field is a time when its words are words for one. */
const isTimeField = (key: string, fields: NonNullable<OpenQuestion['fields']>, locale: Locale): boolean => {
  const timeWords = new Set(locale.phrases['field_time'] ?? []);
  return (fields[key] ?? []).some((phrase) => phraseWords(phrase).some((word) => timeWords.has(word)));
};

/** A bare number after "the time should be". */
function hourAt(tokens: readonly Token[], at: number, times: readonly TimeMention[]): Mention | undefined {
  const hour = tokens[at]?.num;
  if (hour === undefined || hour < 1 || hour > 12 || times.some((one) => one.from <= at && at < one.to)) {
    return undefined;
  }
  const [early, late] = [(hour % 12) * 60, (hour % 12) * 60 + 12 * 60];
  // From one to seven the afternoon is likelier.
  const minutes = hour <= 7 || hour === 12 ? [late, early] : [early, late];
  return { type: 'time', value: { kind: 'time', minutes }, from: at, to: at + 1, excluded: false };
}
