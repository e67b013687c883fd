import type { IntentContext, IntentName, IntentResult } from '../../core/types.js';
import { clauses, normalizeUtterance } from './normalize.js';
import { APPOINTMENT_RULES } from './rules/appointment-rules.js';
import { HANDOFF_RULES } from './rules/handoff-rules.js';
import { QUESTION_RULES } from './rules/question-rules.js';
import type { Rule } from './rules/rule.js';
import { TALK_RULES } from './rules/talk-rules.js';

/** Patterns decide only above this confidence. */
export const PATTERN_THRESHOLD = 0.85;

const RULES: readonly Rule[] = [...HANDOFF_RULES, ...APPOINTMENT_RULES, ...TALK_RULES, ...QUESTION_RULES];

/** Words right before a match that turn it around ("I do not want to …"). */
const NEGATION =
  /\b(?:(?:do|did|does|would|will|am|is|are|was|should) not (?:\w+ ){0,4}|not (?:here |calling |trying |looking |going |interested )?(?:to |in |for )?(?:\w+ ){0,1}|no need (?:\w+ ){0,2}|(?:rather|prefer) not (?:\w+ ){0,2}|instead of (?:\w+ ){0,2}|rather than (?:\w+ ){0,2}|without (?:\w+ ){0,1}|never (?:\w+ ){0,3})$/;

/** "I was not able to book" still wants to book. */
const FAILED_ATTEMPT =
  /\b(?:not (?:been )?able to|could not|can not|do not know how to|not sure how to|did not manage to|not know (?:if|whether)|would not let me) (?:\w+ ){0,3}$/;

/** Somebody else is to hear it: "text John that …". */
const DICTATED = /\b(?:text|message|tell|email) \w+ (?:with|saying|that|the message)\b/;

const MEETING_WORD = /\b(?:appointment|meeting|booking|session)\b/;

/** When several things are said, the one that asks for the most wins; politeness never does. */
const PRIORITY: Readonly<Record<IntentName, number>> = {
  HUMAN_HANDOFF: 8,
  APPOINTMENT_CHANGE: 7,
  APPOINTMENT_CANCEL: 6,
  APPOINTMENT_SCHEDULING: 5,
  REPEAT: 4,
  RAG_QUERY: 3,
  GOODBYE: 2,
  GREETING: 1,
  OUT_OF_SCOPE: 0,
};

/** Words of a clause that may stand beside an `alone` wording unexplained ("yes", "well then"). */
const LIGHT_WORDS = 2;

/**
 * Recognises plain wordings without any model, in well under a millisecond.
 *
 * @param context - "move it to Friday" is understood after an appointment intent only
 * @returns the intent with a confidence above {@link PATTERN_THRESHOLD}, or `undefined` when no pattern is sure
 */
export function classifyByPattern(text: string, context: IntentContext = {}): IntentResult | undefined {
  const normalized = normalizeUtterance(text);
  if (normalized === '' || DICTATED.test(normalized)) return undefined;
  const found = matchingRules(clauses(normalized), context);
  const best = found.reduce<Rule | undefined>(
    (top, rule) => (top === undefined || outranks(rule, top) ? rule : top),
    undefined,
  );
  if (best === undefined || best.confidence <= PATTERN_THRESHOLD) return undefined;
  return {
    intent: best.intent,
    confidence: best.confidence,
    method: 'pattern',
    entities: {},
    extracted_meaning: normalized.replaceAll(' | ', ', '),
  };
}

function matchingRules(parts: readonly string[], context: IntentContext): Rule[] {
  const whole = parts.join(' ');
  const duringAppointment = isAppointment(context.previous_intent) || MEETING_WORD.test(whole);
  const rules = RULES.filter((rule) => !rule.duringAppointment || duringAppointment);
  const strong = rules.filter((rule) => !rule.alone && parts.some((part) => matches(rule, part)));
  const entire = rules.filter((rule) => rule.alone && matches(rule, whole));
  const lone = rules.filter((rule) => rule.alone);
  const covered = parts.map((part) => lone.filter((rule) => matches(rule, part)));
  const onlyTalk = parts.every(
    (part, at) => covered[at]?.length !== 0 || part.split(' ').length <= LIGHT_WORDS,
  );
  return [...strong, ...entire, ...(onlyTalk ? covered.flat() : [])];
}

function matches(rule: Rule, part: string): boolean {
  const match = rule.match.exec(part);
  if (match === null || rule.unless?.test(part) === true) return false;
  if (rule.negated) return true;
  const before = part.slice(0, match.index);
  return !NEGATION.test(before) || FAILED_ATTEMPT.test(before);
}

function isAppointment(intent: IntentName | undefined): boolean {
  return intent?.startsWith('APPOINTMENT') === true;
}

function outranks(rule: Rule, other: Rule): boolean {
  const difference = PRIORITY[rule.intent] - PRIORITY[other.intent];
  return difference > 0 || (difference === 0 && rule.confidence > other.confidence);
}
