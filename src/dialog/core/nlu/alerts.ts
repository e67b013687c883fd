import type { Sentence, Span } from './sentence.js';
import type { AlertKind } from './types.js';

/** Self-harm first: it is the one where the words of the others are used too. */
const KINDS: readonly AlertKind[] = ['self_harm', 'violence', 'emergency'];

/** Somebody is in danger, in any words; figures of speech that only sound like it are set aside. A bare cry for help counts, too. */
export function alertOf({ chart, units }: Sentence): AlertKind | undefined {
  const aside: Span[] = [];
  for (let at = 0; at < units.length; at++) {
    const end = chart.longest('alert_not', at, units.length);
    if (end !== undefined) aside.push({ from: at, to: end });
  }
  for (const kind of KINDS) {
    for (let at = 0; at < units.length; at++) {
      const end = chart.longest(`alert_${kind}`, at, units.length);
      if (end !== undefined && !aside.some((span) => span.from < end && at < span.to)) return kind;
    }
  }
  return chart.spans('alert_whole', 0, units.length) ? 'emergency' : undefined;
}
