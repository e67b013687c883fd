import type { Locale } from '../locale.js';
import type { Token } from '../tokens.js';
import type { Mention, OpenQuestion } from '../types.js';
import { nameSpanAt, writeName, type NameSpan } from './name-span.js';
import { kindOf, nameIndex, type NameIndex } from './name-words.js';
import { soundLikeness } from './sound.js';
import type { FoundName, NamePart, NameReading } from './name-reading.js';
import { findSpelledNames } from './spelled-names.js';
import type { Spelling } from './spelling.js';
import { tokensAt, type Word } from './words.js';

/** A stretch of words between "first name" and "last name". */
interface Segment {
  readonly part: NamePart;
  readonly from: number;
  readonly to: number;
}

/**
 * Names of persons: introduced ("my name is", "this is", "for my daughter …"), spelled, or, where a name was asked,
 * bare. A word that no list holds can be a name; an everyday word can only where the words around it say so.
 */
export function findNames(
  words: readonly Word[],
  tokens: readonly Token[],
  question: OpenQuestion,
  locale: Locale,
  spellings: readonly Spelling[],
  times: readonly { readonly from: number; readonly to: number }[],
): readonly Mention[] {
  const index = nameIndex(locale);
  const timeWord = words.map(({ start, end }) => {
    const { from, to } = tokensAt(tokens, start, end);
    return times.some((time) => time.from < to && from < time.to);
  });
  const reading: NameReading = {
    ...{ words, index, question, spellings },
    lower: words.map((word) => word.lower),
    isTime: (at) => timeWord[at] === true,
  };
  const segments = segmentsOf(reading);
  const found = segments.flatMap((segment) => readSegment(segment, segments.length > 1, reading));
  return joinParts(found, index).map((name) => toMention(name, words, tokens));
}

function segmentsOf({ lower, index }: NameReading): readonly Segment[] {
  const segments: Segment[] = [];
  let open: { part: NamePart; from: number } = { part: 'full', from: 0 };
  for (let at = 0; at < lower.length;) {
    const hit = index.phrase(lower, at);
    if (hit?.key === 'given' || hit?.key === 'family') {
      if (at > open.from) segments.push({ ...open, to: at });
      open = { part: hit.key, from: hit.to };
    }
    at = hit?.to ?? at + 1;
  }
  if (open.from < lower.length) segments.push({ ...open, to: lower.length });
  return segments;
}

function readSegment(segment: Segment, several: boolean, reading: NameReading): readonly FoundName[] {
  const { question, spellings } = reading;
  const spelled = spellings.filter((run) => run.from >= segment.from && run.to <= segment.to);
  if (spelled.length > 0) {
    const name = findSpelledNames(segment, spelled, reading);
    if (name !== undefined) return [name];
  }
  if (segment.part !== 'full') return readPart(segment, reading);
  const introduced = readIntroduced(segment, reading);
  if (introduced.length > 0) return withCorrections(introduced, segment, reading);
  const bareAllowed =
    question.expects === 'name' || several || question.expects === 'correction' || isNothingElse(segment, reading);
  const bare = bareAllowed ? readBare(segment, several, reading) : readNear(segment, reading);
  return bare === undefined ? [] : withCorrections([bare], segment, reading);
}

/** Questions at which a whole name and nothing else is somebody who says who they are. */
const OTHERWISE: ReadonlySet<OpenQuestion['expects']> = new Set(['date', 'time', 'offer', 'service']);

/** "Laura Thompson.", where a day was asked: first and last name of the lists, and no other word. */
function isNothingElse({ from, to }: Segment, reading: NameReading): boolean {
  const { question, words, index, isTime } = reading;
  if (!OTHERWISE.has(question.expects) || from > 0 || to < words.length) return false;
  const at = skip(reading, from, to, ['before']);
  const span = spanAt(reading, at, to, false);
  if (span?.to !== to || !span.known || span.doubtful || span.words.length !== 2) return false;
  const [first, last] = span.words as readonly [Word, Word];
  return index.given.has(first.lower) && index.family.has(last.lower) && !isTime(at) && !isTime(at + 1);
}

/** "First name (is) …". */
function readPart({ part, from, to }: Segment, reading: NameReading): readonly FoundName[] {
  const start = skip(reading, from, to, ['verb']);
  const span = spanAt(reading, start, to, true);
  return span === undefined ? [] : [made(span, reading, { part, source: 'introduced' })];
}

/** Moves over phrases that may stand before a name. */
function skip(
  { lower, index }: NameReading,
  from: number,
  to: number,
  kinds: readonly ('before' | 'verb' | 'greeting')[],
): number {
  let at = from;
  for (;;) {
    const hit = kinds.map((kind) => index.beside[kind](lower, at)).find((one) => one !== undefined);
    if (hit === undefined || hit.to > to) return at;
    at = hit.to;
  }
}

/** The span at a word within a segment; words that say a day or a time are no names but by the lists. */
function spanAt(reading: NameReading, at: number, to: number, sure: boolean): NameSpan | undefined {
  const { words, lower, index, question, isTime } = reading;
  const listed = (k: number): boolean => index.given.has(words[k]?.lower ?? '');
  let end = at;
  while (end < to && (!isTime(end) || listed(end))) end++;
  const span = nameSpanAt(words.slice(0, end), at, index, sure);
  if (span === undefined || question.expects !== 'name') return span;
  const numeral = index.beside.numeral(lower, span.to);
  return numeral === undefined ? span : { ...span, to: numeral.to };
}

interface Naming {
  readonly part?: NamePart;
  readonly source: FoundName['source'];
  readonly whose?: string | undefined;
  readonly excluded?: boolean;
}

function made(span: NameSpan, reading: NameReading, naming: Naming): FoundName {
  const { part, source, whose, excluded = false } = naming;
  const { index, question } = reading;
  const name = writeName(
    span.words.map((word) => word.text),
    index,
  );
  return {
    ...{ from: span.from, to: span.to, name, source, known: span.known, excluded, doubtful: span.doubtful },
    part: part ?? partOf(span, name, index, question),
    ...(whose === undefined ? {} : { whose }),
  };
}

/** Whether a single word is a first or a last name: by what was asked, by its title, by the lists. */
function partOf(span: NameSpan, name: string, index: NameIndex, { asked }: OpenQuestion): NamePart {
  if (span.words.length > 1) return 'full';
  const [given = '', ...rest] = (asked?.name ?? '').split(' ');
  const family = rest.at(-1) ?? '';
  if (family !== '') {
    const [toGiven, toFamily] = [soundLikeness(name, given), soundLikeness(name, family)];
    if (Math.max(toGiven, toFamily) >= 0.5 && toGiven !== toFamily) {
      return toGiven > toFamily ? 'given' : 'family';
    }
  }
  const lower = name.toLowerCase();
  if (span.titled) return 'family';
  const isGiven = index.given.has(lower);
  const isFamily = index.family.has(lower);
  return isGiven === isFamily ? 'full' : isGiven ? 'given' : 'family';
}

/** Every name behind "my name is", "this is", "for my daughter", and every one before "speaking". */
function readIntroduced({ from, to }: Segment, reading: NameReading): readonly FoundName[] {
  const { lower, index } = reading;
  const found: FoundName[] = [];
  for (let at = from; at < to;) {
    const hit = index.phrase(lower, at);
    const relation = relationAt(reading, at);
    const lead = hit ?? (relation === undefined ? undefined : { key: 'relation', from: at, to: at + 1 });
    const name = lead === undefined ? undefined : nameBehind(lead, to, reading);
    if (name !== undefined) found.push(name);
    at = name?.to ?? (lead?.key === 'sure' || lead?.key === 'other' ? lead.to : at + 1);
  }
  return found.length > 0 ? found : readAnnounced({ from, to }, reading);
}

/** The relation that a word names: "my daughter", "my son's". */
function relationAt({ lower, index }: NameReading, at: number): string | undefined {
  if (!index.own.has(lower[at - 1] ?? '')) return undefined;
  const word = (lower[at] ?? '').replace(/'s$/, '');
  return index.relations.has(word) ? word : undefined;
}

function nameBehind(
  lead: { readonly key: string; readonly from: number; readonly to: number },
  to: number,
  reading: NameReading,
): FoundName | undefined {
  const { lower, index } = reading;
  let at = lead.to;
  let whose = lead.key === 'relation' ? relationAt(reading, lead.from) : relationAt(reading, lead.from - 1);
  if (index.own.has(lower[at] ?? '') && relationAt(reading, at + 1) !== undefined) {
    whose = relationAt(reading, at + 1);
    at += 2;
  }
  if (lead.key === 'other') {
    whose = lower
      .slice(0, lead.from)
      .map((_word, k) => relationAt(reading, k))
      .findLast((relation) => relation !== undefined);
  }
  const sure = lead.key === 'sure' || lead.key === 'other';
  const denied = index.beside.not(lower, at);
  at = denied?.to ?? skip(reading, at, to, ['verb']);
  // "My name is … this is": an introduction within an introduction.
  const inner = index.phrase(lower, at);
  if (inner !== undefined && inner.key !== 'given' && inner.key !== 'family') return undefined;
  const span = spanAt(reading, at, to, sure);
  if (span === undefined || !believable(span, sure, whose, reading)) return undefined;
  const excluded = denied !== undefined;
  return made(span, reading, { source: 'introduced', whose, excluded });
}

/** Behind a weak lead a name needs more than that its words could be one, unless a name was asked. */
function believable(
  span: NameSpan,
  sure: boolean,
  whose: string | undefined,
  { question, index, lower }: NameReading,
): boolean {
  if (sure) return true;
  const asked = question.expects === 'name' || question.asked?.name !== undefined;
  const listed = span.words.some((word) => kindOf(word, index) === 'name' && isAnyListed(word, index));
  if (span.doubtful && !(asked && span.words.length > 1)) {
    return asked && isEnd(lower, span.to, index) && listed;
  }
  if (span.titled || span.known) return true;
  if (whose !== undefined || asked) return isEnd(lower, span.to, index);
  return span.words.length > 1 && listed;
}

const isAnyListed = (word: Word, index: NameIndex): boolean =>
  index.given.has(word.lower) || index.family.has(word.lower);

/** True where what follows can follow a name: the end, or "please", "and", "speaking". */
const isEnd = (lower: readonly string[], at: number, index: NameIndex): boolean =>
  at >= lower.length ||
  index.beside.behind(lower, at) !== undefined ||
  index.beside.after(lower, at) !== undefined ||
  index.functions.has(lower[at] ?? '');

/** "Ada Lovelace speaking", "Maria here". */
function readAnnounced({ from, to }: Omit<Segment, 'part'>, reading: NameReading): readonly FoundName[] {
  const { lower, index, words } = reading;
  for (let at = from + 1; at < to; at++) {
    if (index.beside.after(lower, at) === undefined) continue;
    for (let start = Math.max(from, at - 4); start < at; start++) {
      const span = nameSpanAt(words.slice(0, at), start, index, false);
      if (span?.to === at && !span.doubtful && (span.known || span.titled)) {
        return [made(span, reading, { source: 'introduced' })];
      }
    }
  }
  return [];
}

/** The whole answer to "what is your name?". */
function readBare(segment: Segment, several: boolean, reading: NameReading): FoundName | undefined {
  const { lower, index, question, words } = reading;
  const greeted = skip(reading, segment.from, segment.to, ['before', 'greeting']);
  const at = index.beside.not(lower, greeted) === undefined ? greeted : segment.to;
  if (at >= segment.to) return undefined;
  const weekday = index.weekdays.has(lower[at] ?? '') && at + 2 === segment.to;
  const span = weekday ? dayName(at, reading) : spanAt(reading, at, segment.to, false);
  if (span === undefined) return undefined;
  const asked = question.expects === 'name';
  if (
    !asked &&
    !(several ? span.words.some((word) => isAnyListed(word, index)) : span.known && span.words.length > 1)
  ) {
    return undefined;
  }
  // "Hello Ann" speaks to somebody.
  const beforeName = at > segment.from ? index.beside.greeting(lower, at - 1) : undefined;
  const announced = index.beside.after(lower, span.to) !== undefined;
  if (
    beforeName?.to === at &&
    span.words.length === 1 &&
    !announced &&
    words[at]?.breakBefore === undefined
  ) {
    return undefined;
  }
  const other = mended(span, segment, reading);
  if (other !== undefined) return other;
  const breaks = words[span.to]?.breakBefore !== undefined;
  if (span.to < segment.to && !breaks && !isEnd(lower, span.to, index)) return undefined;
  return made(span, reading, { source: 'bare' });
}

/** "Maria, no, sorry, Marina Lopez": the one that was meant. "Smith, John": the first name comes last. */
function mended(span: NameSpan, { to }: Segment, reading: NameReading): FoundName | undefined {
  const { lower, index, words } = reading;
  const repair = index.beside.repair(lower, span.to);
  const meant = repair === undefined ? undefined : spanAt(reading, repair.to, to, false);
  if (meant?.to === to && !meant.doubtful) {
    const [first, last] = [span.words[0], span.words.at(-1)];
    const [word] = meant.words;
    if (meant.words.length > 1 || span.words.length < 2 || !first || !last || !word) {
      return made(meant, reading, { source: 'bare' });
    }
    const likeness = [first, last].map((part) => soundLikeness(word.lower, part.lower)) as [number, number];
    const isGiven = likeness[0] > likeness[1];
    const both = isGiven ? [word, ...span.words.slice(1)] : [...span.words.slice(0, -1), word];
    return made({ ...span, to: meant.to, words: both }, reading, { source: 'bare' });
  }
  const comma = index.beside.inverted(lower, span.to)?.to ?? span.to;
  if (comma === span.to && words[span.to]?.breakBefore === undefined) return undefined;
  const given = spanAt(reading, comma, to, false);
  const isInverted =
    given?.to === to &&
    [span, given].every((part) => part.words.length === 1) &&
    index.family.has(lower[span.from] ?? '') &&
    index.given.has(lower[comma] ?? '') &&
    !(index.given.has(lower[span.from] ?? '') && index.family.has(lower[comma] ?? ''));
  if (!isInverted) return undefined;
  const inOrder = [...given.words, ...span.words];
  return made({ ...span, to: given.to, words: inOrder, known: true }, reading, { source: 'bare' });
}

/** "Tuesday Weld": a weekday is a first name only before a surname that says nothing else. */
function dayName(at: number, { words, index }: NameReading): NameSpan | undefined {
  const rest = nameSpanAt(words, at + 1, index, false);
  const day = words[at];
  if (rest === undefined || rest.doubtful || day === undefined || words[at + 1]?.breakBefore !== undefined) {
    return undefined;
  }
  return { ...rest, from: at, words: [day, ...rest.words], known: false, doubtful: true };
}

/** In an answer to a read-back: a name that sounds like the one that was read. */
function readNear(segment: Segment, reading: NameReading): FoundName | undefined {
  const name = reading.question.asked?.name;
  if (name === undefined) return undefined;
  const at = skip(reading, segment.from, segment.to, ['before']);
  const span = spanAt(reading, at, segment.to, false);
  if (span === undefined || span.doubtful || !isEnd(reading.lower, span.to, reading.index)) return undefined;
  const near = span.words.some((word) =>
    name.split(' ').some((part) => soundLikeness(word.lower, part) >= 0.5),
  );
  return near || (span.known && span.words.length > 1) ? made(span, reading, { source: 'bare' }) : undefined;
}

/** "Smith, not Smyth": the wrong name behind the right one. */
function withCorrections(
  found: readonly FoundName[],
  { to }: Segment,
  reading: NameReading,
): readonly FoundName[] {
  const last = found.at(-1);
  if (last === undefined) return found;
  const denied = reading.index.beside.not(reading.lower, last.to);
  if (denied === undefined) return found;
  const span = spanAt(reading, denied.to, to, false);
  if (span === undefined) return found;
  // "Marina, not Maria, Lopez": the surname goes on after what was wrong.
  const [only, behind] = span.words;
  const isApart = isSingle(last) && span.words.length === 2 && behind?.breakBefore !== undefined;
  const until = isApart && only !== undefined ? span.to - 1 : span.to;
  const wrongSpan = isApart && only !== undefined ? { ...span, to: until, words: [only] } : span;
  const wrong = made(wrongSpan, reading, { source: last.source, excluded: true });
  const rest = isSingle(last) ? spanAt(reading, until, to, false) : undefined;
  if (rest?.to !== to || rest.doubtful || !rest.words.every((word) => reading.index.family.has(word.lower))) {
    return [...found, wrong];
  }
  const name = writeName([last.name, ...rest.words.map(({ text }) => text)], reading.index);
  return [...found.slice(0, -1), { ...last, name, part: 'full', known: last.known && rest.known }, wrong];
}

/** "Keller, first name Anna" is one name. */
function joinParts(found: readonly FoundName[], index: NameIndex): readonly FoundName[] {
  const kept = found.filter((name) => !name.excluded);
  const given = kept.findLast((name) => name.part === 'given');
  const other = kept.findLast((name) => name !== given && (name.part === 'family' || isSingle(name)));
  if (given === undefined || other === undefined || isSingle(given) === false) return found;
  const joined: FoundName = {
    ...other,
    from: Math.min(given.from, other.from),
    to: Math.max(given.to, other.to),
    name: writeName([...given.name.split(' '), ...other.name.split(' ')], index),
    part: 'full',
    known: given.known && other.known,
    source: given.source === 'spelled' || other.source === 'spelled' ? 'spelled' : 'introduced',
    doubtful: given.doubtful || other.doubtful,
  };
  return [joined, ...found.filter((name) => name !== given && name !== other)];
}

const isSingle = (name: FoundName): boolean => !name.name.includes(' ');

function toMention(found: FoundName, words: readonly Word[], tokens: readonly Token[]): Mention {
  const { name, part, source, known, whose, excluded, doubtful } = found;
  const place = tokensAt(tokens, words[found.from]?.start ?? 0, words[found.to - 1]?.end ?? 0);
  return {
    ...{ type: 'name', name, part, source, known, excluded },
    ...place,
    ...(whose === undefined ? {} : { whose }),
    ...(doubtful ? { guess: true } : {}),
  } as const;
}
