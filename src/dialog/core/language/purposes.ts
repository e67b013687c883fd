import type { Service } from '../business.js';

/** Longest purpose that is kept; it is read back to the caller. */
export const MAX_PURPOSE_CHARS = 80;

/** Why the caller comes. */
export interface Purpose {
  /** The service's spoken name, or the caller's own words. */
  readonly text: string;
  readonly serviceId?: string;
}

const INTRODUCED =
  /\b(?:about|regarding|concerning|to (?:discuss|talk about|speak about|go over|ask about|review|see (?:someone|somebody|an advis[eo]r) about|get help with|sort out|figure out|work on)|(?:some |a bit of )?help (?:with|on|choosing|picking)|advice (?:on|about)|questions? (?:about|on)|because (?:of )?|reason is|in order to|the purpose is)\s+(.+)$/i;

const LEAD =
  /^(?:(?:um+|uh+|er+|well|so|yes|yeah|ok(?:ay)?|oh|hi|hello|no|actually|sorry|it's|it is|that's|its|i'd like|i would like|i want|i need|i'm hoping|i have|to|about|for|regarding|concerning|discuss|talk about|talk|the|a|an|my|some|just|basically|mainly|probably|help with|help|with|a question about|questions about|advice on)[\s,.]+)+/i;

const TAIL =
  /(?:[,;]|\b(?:and )?(?:my name|this is|the name|please|thank you|thanks|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|at \d|if possible|would that|is that|what time|for me)\b).*$/i;

/**
 * The service whose name or alias the sentence contains; the longest wins. Words are compared by stem, so that
 * "transferring credits" finds "transfer credit".
 */
export function findService(text: string, services: readonly Service[]): Service | undefined {
  const words = stems(text);
  let best: Service | undefined;
  let bestLength = 0;
  for (const { service, phrases } of phrasesOf(services)) {
    for (const wanted of phrases) {
      if (wanted.length <= bestLength || wanted.length === 0) continue;
      if (containsInOrder(words, wanted)) {
        best = service;
        bestLength = wanted.length;
      }
    }
  }
  return best;
}

interface ServicePhrases {
  readonly service: Service;
  readonly phrases: readonly (readonly string[])[];
}

/** Stems of the names, worked out once per list of services. */
const phraseCache = new WeakMap<readonly Service[], readonly ServicePhrases[]>();

function phrasesOf(services: readonly Service[]): readonly ServicePhrases[] {
  const known = phraseCache.get(services);
  if (known !== undefined) return known;
  const made = services.map((service) => ({
    service,
    phrases: [service.name, ...service.aliases].map((phrase) => stems(phrase)),
  }));
  phraseCache.set(services, made);
  return made;
}

/** A purpose that the sentence introduces itself ("about transferring credits") or a service it names. */
export function findPurpose(text: string, services: readonly Service[]): Purpose | undefined {
  const service = findService(text, services);
  if (service !== undefined) return { text: service.name, serviceId: service.id };
  const said = INTRODUCED.exec(text)?.[1];
  if (said === undefined) return undefined;
  const own = tidy(said);
  return own === undefined || isTimeOnly(own) ? undefined : { text: own };
}

/** Reads the answer to "what is it about?". */
export function readPurpose(answer: string, services: readonly Service[]): Purpose | undefined {
  const service = findService(answer, services);
  if (service !== undefined) return { text: service.name, serviceId: service.id };
  const own = tidy(INTRODUCED.exec(answer)?.[1] ?? answer);
  return own === undefined ? undefined : { text: own };
}

function tidy(said: string): string | undefined {
  const text = said
    .replace(/^[\s,.]+/, '')
    .replace(LEAD, '')
    .replace(TAIL, '')
    .replace(/[\s,.!?;:]+$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (text.length < 3) return undefined;
  if (text.length <= MAX_PURPOSE_CHARS) return lowerFirst(text);
  const cut = text.slice(0, MAX_PURPOSE_CHARS);
  return lowerFirst(cut.slice(0, Math.max(cut.lastIndexOf(' '), 3)).trim());
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function isTimeOnly(text: string): boolean {
  return /^(?:at |on |next |this )?(?:\d|mon|tues|wednes|thurs|fri|satur|sun|tomorrow|today|noon|half past|quarter|one\b|two\b|three\b|four\b|five\b|nine\b|ten\b|eleven\b)/i.test(
    text,
  );
}

const SKIPPED = new Set('a an the my your of for to about with and in on i some into from'.split(' '));

function stems(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !SKIPPED.has(word))
    .map(stem);
}

/** A light stemmer: enough for plurals and -ing, -ed, -ion forms of the few words in service names. */
function stem(word: string): string {
  let base = word;
  if (base.length > 4 && base.endsWith('s') && !base.endsWith('ss')) base = base.slice(0, -1);
  for (const ending of [
    'ration',
    'ering',
    'ation',
    'ring',
    'ting',
    'ning',
    'ing',
    'tion',
    'ion',
    'red',
    'ed',
    'er',
    'e',
  ]) {
    if (base.length - ending.length >= 4 && base.endsWith(ending)) {
      base = base.slice(0, base.length - ending.length);
      break;
    }
  }
  return base.length > 5 && /([a-z])\1$/.test(base) ? base.slice(0, -1) : base;
}

/** True when `wanted` occurs in `words` in order with at most one other word between neighbours. */
function containsInOrder(words: readonly string[], wanted: readonly string[]): boolean {
  for (let start = 0; start < words.length; start++) {
    if (words[start] !== wanted[0]) continue;
    let at = start;
    let matched = true;
    for (const next of wanted.slice(1)) {
      const found = words.slice(at + 1, at + 3).indexOf(next);
      if (found < 0) {
        matched = false;
        break;
      }
      at += 1 + found;
    }
    if (matched) return true;
  }
  return false;
}
