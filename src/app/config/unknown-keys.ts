import { SETTING_KEYS } from './settings.js';

/** Prefixes that no other program is likely to use. */
const OWN_PREFIXES = ['LEIBNIZ_', 'SIP_', 'RTP_', 'STT_', 'TTS_', 'FOLLOWUP_', 'LLM_'];

/** Names near ours that belong to other programs. */
const FOREIGN = new Set(['HTTP_PROXY', 'DATABASE_URI', 'LOGLEVEL']);

/** A mistyped name differs by at most this many letters. */
const MAX_DISTANCE = 2;

/** One sentence per variable that looks like a mistyped or outdated setting. */
export function unknownKeyWarnings(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set<string>(SETTING_KEYS);
  const warnings: string[] = [];
  for (const key of Object.keys(env).sort()) {
    if (known.has(key) || FOREIGN.has(key) || env[key] === undefined) continue;
    const nearest = nearestKey(key);
    if (nearest !== undefined) warnings.push(`${key} is not a setting; did you mean ${nearest}?`);
    else if (OWN_PREFIXES.some((prefix) => key.startsWith(prefix))) {
      warnings.push(`${key} is not a setting and has no effect`);
    }
  }
  return warnings;
}

function nearestKey(key: string): string | undefined {
  const upper = key.toUpperCase();
  let best: { key: string; distance: number } | undefined;
  for (const candidate of SETTING_KEYS) {
    if (Math.abs(candidate.length - upper.length) > MAX_DISTANCE || candidate.length < 6) continue;
    const distance = editDistance(upper, candidate);
    if (distance <= MAX_DISTANCE && (best === undefined || distance < best.distance)) {
      best = { key: candidate, distance };
    }
  }
  return best?.key;
}

/** Levenshtein distance of two short texts. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substitution));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
