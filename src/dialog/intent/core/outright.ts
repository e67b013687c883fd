import { Chart, compilePhrases } from '../../core/nlu/phrases.js';
import { expand, shortForms, type ShortForms, type Unit } from '../../core/nlu/units.js';
import { OUT_OF_SCOPE, type Outright } from './catalogue.js';
import type { IntentDecision } from './classifier.js';

/** How sure a request is that says what it wants, 0..1. */
const CERTAINTY = 0.95;

/** Out of scope stands against the words of a request when it is as sure as this: "a meeting with the band". */
const FOREIGN = 0.6;

/** Words beyond this many are not looked at. */
const MAX_WORDS = 80;

/** Longest row of words, in units, that keeps what follows from being a request. */
const MAX_LEAD = 3;

/**
 * Lets what is said outright decide: "I need an appointment about study abroad" books whatever its topic resembles, and "how long
 * is an appointment" is a question. Everything else stays as the classifier has it.
 */
export function outrightReader({
  lists,
  requests,
  question,
}: Outright): (text: string, decision: IntentDecision) => IntentDecision {
  const forms = shortForms(lists['short_forms'] ?? []);
  const compiled = compilePhrases(lists, Object.keys(lists), forms);
  return (text, decision) => {
    const chart = new Chart(compiled, wordsOf(text, forms));
    if (chart.find('outright_question', 0, chart.units.length) !== undefined) {
      return decision.intent === question?.book ? instead(question.answer, decision) : decision;
    }
    const isForeign = decision.intent === OUT_OF_SCOPE && decision.confidence < FOREIGN;
    const found = requests.find(
      ({ list, over }) => (isForeign || over.includes(decision.intent)) && isRequested(chart, list),
    );
    return found === undefined ? decision : instead(found.intent, decision);
  };
}

const instead = (intent: string, { intent: former }: IntentDecision): IntentDecision => ({
  intent,
  confidence: CERTAINTY,
  second: { intent: former, confidence: 1 - CERTAINTY },
});

const wordsOf = (text: string, forms: ShortForms): readonly Unit[] =>
  (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}']+/gu) ?? []
  )
    .slice(0, MAX_WORDS)
    .flatMap((word, token) => expand(word, forms).map((part) => ({ word: part, token })));

/** True when a request stands at a place where it begins: not in "do I need an appointment", "ask if I can get a time". */
function isRequested(chart: Chart, list: string): boolean {
  for (let at = 0; at < chart.units.length; at++) {
    const isFirst = at === 0 || chart.spans('outright_lead', 0, at);
    if (isFirst && chart.ends(`${list}_bare`, at).length > 0) return true;
    if (chart.ends(list, at).length > 0 && !isLed(chart, at)) return true;
  }
  return false;
}

function isLed(chart: Chart, at: number): boolean {
  for (let n = 1; n <= MAX_LEAD && n <= at; n++) {
    if (chart.spans('outright_not_after', at - n, at)) return true;
  }
  return false;
}
