import { WAITING_ATTENTION, type LiveCall, type LiveCounters, type LiveFact } from './types.js';

/** The calls in progress, by id, in the order in which they began. */
export type LiveCalls = Map<string, LiveCall>;

/** Takes a fact over into the calls. Three kinds change them; the others tell of moments. */
export function applyFact(calls: LiveCalls, fact: LiveFact): void {
  switch (fact.type) {
    case 'call_started': {
      calls.set(fact.call_id, fact.call);
      return;
    }
    case 'call_updated': {
      const call = calls.get(fact.call_id);
      if (call !== undefined) calls.set(fact.call_id, { ...call, ...fact.patch });
      return;
    }
    case 'call_ended': {
      calls.delete(fact.call_id);
      return;
    }
    default: {
      return;
    }
  }
}

/** Sums over some calls. */
export function countersOf(calls: Iterable<LiveCall>): LiveCounters {
  let [active, human, waiting] = [0, 0, 0];
  for (const { controller, attention } of calls) {
    active++;
    if (controller === 'human') human++;
    else if (attention >= WAITING_ATTENTION) waiting++;
  }
  return { active, human, waiting };
}
