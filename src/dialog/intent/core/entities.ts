/** A thing callers name, with the words they use for it. */
export interface NamedTopic {
  readonly id: string;
  /** Spoken name. */
  readonly name: string;
  /** Other words for it, lower case. */
  readonly aliases: readonly string[];
}

/** Who the caller says to be, with the words that say it. */
const SITUATIONS: readonly (readonly [RegExp, string])[] = [
  [/\binternational student\b|\bon (?:an? )?(?:student|f ?1|f-1) visa\b/, 'international student'],
  [/\btransfer(?:ring)? student\b|\btransferr(?:ing|ed) (?:here |in )?from\b/, 'transfer student'],
  [/\b(?:freshman|first[- ]year(?: student)?|new student)\b/, 'first-year student'],
  [/\b(?:sophomore|second[- ]year(?: student)?)\b/, 'second-year student'],
  [/\b(?:junior|third[- ]year(?: student)?)\b/, 'third-year student'],
  [/\b(?:senior|final[- ]year|fourth[- ]year)\b/, 'final-year student'],
  [/\b(?:graduate|grad|master'?s|phd|doctoral) student\b/, 'graduate student'],
  [/\bpart[- ]time student\b/, 'part-time student'],
  [/\b(?:my (?:son|daughter|kid|child)|i am (?:a |the )?(?:parent|mother|father))\b/, 'parent'],
  [/\b(?:alum(?:nus|na|ni)?|former student|i graduated)\b/, 'former student'],
  [/\bon (?:academic )?probation\b/, 'student on probation'],
];

/** The caller's situation as the sentence gives it, or `undefined`. */
export function callerSituation(text: string): string | undefined {
  const lower = text.toLowerCase().replace(/[’‘]/g, "'");
  const found = SITUATIONS.filter(([pattern]) => pattern.test(lower)).map(([, name]) => name);
  return found.length === 0 ? undefined : found.join(', ');
}

/** Named pieces of a sentence: the service it mentions (the longest name wins). */
export function extractEntities(text: string, services: readonly NamedTopic[] = []): Record<string, string> {
  const padded = ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
  const names = services
    .flatMap((service) =>
      [service.name.toLowerCase(), ...service.aliases].map((alias) => ({ alias, service })),
    )
    .filter(({ alias }) => alias !== '' && new RegExp(` ${escapeRegExp(alias)}(?:s|es)? `).test(padded))
    .sort((a, b) => b.alias.length - a.alias.length);
  const best = names[0];
  return best === undefined ? {} : { service: best.service.name };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
