import { terms } from './terms.js';

/** Words of one meaning. The first one stands for all. */
export type SynonymGroup = readonly string[];

/** Splits a text into the terms that search compares. */
export type Analyzer = (text: string) => readonly string[];

/**
 * Terms of a text with callers' words replaced by those of the documents ("dorm" and "residence hall" are one
 * thing). Members of a group may have several words; a plural ending is understood; longer members win.
 */
export function createAnalyzer(groups: readonly SynonymGroup[] = []): Analyzer {
  const canonical = new Map<string, string>();
  for (const [first, ...others] of groups) {
    if (first === undefined) continue;
    for (const member of [first, ...others]) canonical.set(plain(member), plain(first));
  }
  if (canonical.size === 0) return terms;
  const members = [...canonical.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp);
  const pattern = new RegExp(`\\b(${members.join('|')})(?:e?s)?\\b`, 'g');
  return (text) =>
    terms(plain(text).replace(pattern, (_all, member: string) => canonical.get(member) ?? member));
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[’']/g, '')
    .replace(/[\s-]+/g, ' ')
    .trim();
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
