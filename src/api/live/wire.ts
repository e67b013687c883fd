import type { LiveEntry, LiveFact, LivePatch } from '../../live/core/types.js';
import { redacted } from '../core/redaction.js';

/** A fact as somebody may see it who may not see personal data. */
function masked(fact: LiveFact): LiveFact {
  const plain = redacted(fact) as LiveFact;
  if (plain.type === 'call_started') return { ...plain, call: withoutValues(plain.call) };
  return plain.type === 'call_updated' ? { ...plain, patch: withoutValues(plain.patch) } : plain;
}

/** What a caller has told for an appointment is not for everybody; that it was told is. */
export function withoutValues<T extends LivePatch>(call: T): T {
  const { slots_filled } = call;
  if (slots_filled === undefined) return call;
  return { ...call, slots_filled: Object.fromEntries(Object.keys(slots_filled).map((slot) => [slot, ''])) };
}

const made = new WeakMap<LiveEntry, { plain?: string; masked?: string }>();

/** An entry as JSON; made once for everybody who may see the same of it. */
export function entryText(entry: LiveEntry, pii: boolean): string {
  const known = made.get(entry) ?? {};
  made.set(entry, known);
  const key = pii ? 'plain' : 'masked';
  return (known[key] ??= textOf(entry, pii ? entry.fact : masked(entry.fact)));
}

const textOf = ({ seq, at }: LiveEntry, { type, call_id, ...rest }: LiveFact): string =>
  JSON.stringify({ type, seq, at, call_id, ...rest });
