import type { Interpretation, Mention } from '../../nlu/types.js';
import { CONFIDENCE } from '../../thresholds.js';
import type { TaskContext } from '../task.js';

/** A name as it was heard. */
export interface HeardName {
  readonly name: string;
  /** False when it stands in no list and was not heard well: it is asked to be spelled. */
  readonly sure: boolean;
}

type NameMention = Extract<Mention, { type: 'name' }>;

const isName = (mention: Mention): mention is NameMention => mention.type === 'name';

/**
 * The name of a turn, put together from its parts and from what was known before: "it's not Lopez, it's Gomez" and
 * "my last name is spelled…" change a part.
 *
 * @param current - the name as it stands
 * @returns `undefined` when the turn says none
 */
export function hearName(
  said: Interpretation,
  current: string | undefined,
  ctx: TaskContext,
): HeardName | undefined {
  const names = said.mentions.filter(isName);
  const wanted = names.filter(({ excluded }) => !excluded);
  const [first] = wanted;
  if (first === undefined) return undefined;
  const refused = names.filter(({ excluded }) => excluded).map(({ name }) => name);
  const spelled = wanted.findLast(({ source }) => source === 'spelled');
  const name = wanted.reduce<string | undefined>((so, mention) => joined(so, mention, refused, ctx), current);
  const sure =
    spelled !== undefined ||
    (wanted.every(({ replaced }) => replaced !== true) &&
      ((said.confidence >= CONFIDENCE.slot && wanted.every(({ known, guess }) => known && guess !== true)) ||
        said.confidence >= CONFIDENCE.name));
  return name === undefined ? undefined : { name, sure };
}

/** The name with one more part. */
function joined(
  current: string | undefined,
  mention: NameMention,
  refused: readonly string[],
  ctx: TaskContext,
): string {
  const { name, part } = mention;
  if (current === undefined) return name;
  const words = current.split(' ');
  const refusedAt = words.findIndex((word) => refused.some((other) => same(other, word)));
  if (part === 'full' && name.includes(' ')) return name;
  if (refusedAt >= 0) return words.with(refusedAt, name).join(' ');
  if (words.length < 2) return stands(name, current, part, ctx) ? name : partOf(current, mention);
  if (part === 'family') return [words[0], name].join(' ');
  if (part === 'given') return [name, ...words.slice(1)].join(' ');
  const replaced = placeOf(name, words, ctx);
  return replaced === 'all'
    ? name
    : replaced === 'given'
      ? [name, ...words.slice(1)].join(' ')
      : [words[0], name].join(' ');
}

/** A name of one word, completed by the other part. */
function partOf(current: string, { name, part }: NameMention): string {
  if (part === 'family') return same(current, name) ? current : `${current} ${name}`;
  if (part === 'given') return same(current, name) ? current : `${name} ${current}`;
  return name;
}

const isListed = (word: string, part: 'given' | 'family', ctx: TaskContext): boolean =>
  ctx.lexicon.locale.names[part].some((one) => one.toLowerCase() === word.toLowerCase());

/** "Anne", corrected to "Anna": a name of the same part that resembles the one that is known takes its place. */
function stands(name: string, current: string, part: NameMention['part'], ctx: TaskContext): boolean {
  if (part === 'full' || name.includes(' ')) return false;
  const [a, b] = [name.toLowerCase(), current.toLowerCase()];
  return isListed(current, part, ctx) || distance(a, b) / Math.max(a.length, b.length) <= RESEMBLES;
}

/** Which part of a name a single word stands for: the one that it resembles, else the one that the lists make it. */
function placeOf(word: string, words: readonly string[], ctx: TaskContext): 'given' | 'family' | 'all' {
  const [given = '', family = ''] = [words[0], words.at(-1)];
  const toGiven = distance(word.toLowerCase(), given.toLowerCase()) / Math.max(word.length, given.length);
  const toFamily = distance(word.toLowerCase(), family.toLowerCase()) / Math.max(word.length, family.length);
  const nearest = Math.min(toGiven, toFamily);
  if (nearest <= RESEMBLES) return toGiven < toFamily ? 'given' : 'family';
  const isGiven = isListed(word, 'given', ctx);
  const isFamily = isListed(word, 'family', ctx);
  if (isGiven === isFamily) return 'all';
  return isGiven ? 'given' : 'family';
}

/** Share of letters that may differ between a name and its correction. */
const RESEMBLES = 0.5;

/** True when two names are the same but for case and accents. */
export const same = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/[^\p{L} ]/gu, '')
    .toLowerCase()
    .trim();

/** Letters that have to be changed, added or left out between two words. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, k) => k);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
