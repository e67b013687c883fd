import type { IntentName } from '../../../core/types.js';

/** A wording of an intent, over the normalised clauses of an utterance. */
export interface Rule {
  readonly intent: IntentName;
  /** 0..1: how sure this wording is by itself. */
  readonly confidence: number;
  readonly match: RegExp;
  /** The rule does not apply to a clause with these words. */
  readonly unless?: RegExp;
  /** The wording holds its own "not"; a negation before it changes nothing. */
  readonly negated: boolean;
  /** The wording counts only when nothing else of weight is said beside it. */
  readonly alone: boolean;
  /** The wording counts only while an appointment is talked about ("move it to Friday"). */
  readonly duringAppointment: boolean;
}

/** Settings of {@link rule}; all default to none. */
export interface RuleOptions {
  readonly unless?: string;
  readonly negated?: boolean;
  readonly alone?: boolean;
  readonly duringAppointment?: boolean;
}

/** Word groups that rules name as `<group>`. */
const GROUPS: Readonly<Record<string, string>> = {
  meeting: 'appointment|meeting|session|consultation|booking|slot|time slot',
  owned: 'appointment|meeting|session|consultation|booking|reservation|slot|time slot',
  book: 'book|booking|schedul(?:e|ing)|make|making|set up|setup|setting up|arrange|arranging|get|reserve|fix|request|create',
  advisor: '(?:advisor|adviser|counsell?or)s?',
  person:
    'human(?: being)?|(?:real |actual |live )?(?:person|people|human|agent|operator|representative|rep|staff member)|someone|somebody|staff|receptionist|reception|front desk|secretary|manager|supervisor|member of (?:the )?staff|customer service',
  ask: 'how|when|where|what|which|who|whom|why|can|could|do|does|did|is|are|should|am|will|would|may|must|have',
  the: 'an? |the |my |your |our |that |this |another |some |one |any ',
  when: 'today|tomorrow|tonight|monday|tuesday|wednesday|thursday|friday|next week|this week|next month|morning|afternoon|noon|o clock',
  courses:
    'class(?:es)?|courses?|credits?|exams?|tuition|degree|labs?|lectures?|majors?|minors?|housing|parking|library|transcripts?',
  // Things that other offices book, move and cancel.
  foreign:
    'oil|tires?|car|cars|vehicle|maintenance|mechanic|flights?|hotel|restaurant|dinner|lunch|breakfast|table|party of|people|guests?|doctor|dentist|dental|hair|haircut|spa|massage|gym|pool|cards?|account|loan|mortgage|rooms?|rentals?|nights?|steakhouse|uber|taxi|alarm|reminder|vaccine|vet',
};

/**
 * A rule from a pattern in which `<name>` stands for a group of words and a space for a space. It matches at
 * word borders.
 */
export function rule(
  intent: IntentName,
  confidence: number,
  pattern: string,
  options: RuleOptions = {},
): Rule {
  const { unless, negated = false, alone = false, duringAppointment = false } = options;
  const match = new RegExp(alone ? `^(?:${expand(pattern)})$` : `\\b(?:${expand(pattern)})\\b`);
  return {
    ...{ intent, confidence, match, negated, alone, duringAppointment },
    ...(unless === undefined ? {} : { unless: new RegExp(`\\b(?:${expand(unless)})\\b`) }),
  };
}

function expand(pattern: string): string {
  return pattern.replace(/<(\w+)>/g, (_all, name: string) => `(?:${GROUPS[name] ?? name})`);
}
