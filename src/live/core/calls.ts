import { WAITING_ATTENTION, type LiveCall, type LiveCounters, type LiveFact } from './types.js';

/** The calls in progress, by id, in the order in which they began. */
export type LiveCalls = Map<string, LiveCall>;

/** What is known of a call when it begins. */
export type NewLiveCall = Pick<
  LiveCall,
  'id' | 'instance_id' | 'direction' | 'line' | 'from' | 'to' | 'display_name' | 'started_at' | 'persona'
>;

/** A call of which nothing has been heard yet. */
export const newLiveCall = (known: NewLiveCall): LiveCall => ({
  ...known,
  state: 'greeting',
  controller: 'agent',
  controlled_by: null,
  supervisors: [],
  variant: null,
  intent: null,
  dialog_state: null,
  slots_filled: {},
  slots_remaining: [],
  turns: 0,
  last_line: null,
  gap_last_ms: null,
  gap_p95_ms: null,
  mos: null,
  loss_percent: null,
  recording: 'off',
  consent: null,
  alerts: [],
  labels: [],
  attention: 0,
});

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
