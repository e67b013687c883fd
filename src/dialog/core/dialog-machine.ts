import { availabilityKnown, bookingAnswered, startBooking } from './booking.js';
import { Draft } from './draft.js';
import { canHandOff, goOn, offerPerson, toPerson, transferDone } from './handoff.js';
import { goodbye, missed, silent } from './ladder.js';
import { isQuestion, withoutOpening } from './language/commands.js';
import { line } from './render.js';
import { askQuestion } from './resume.js';
import type { DialogState, DialogStep, Pending } from './state.js';
import { CONFIDENCE } from './thresholds.js';
import { classify, key, repeat, turn } from './turns.js';
import type { DialogContext, DialogInput, IntentResult, KnowledgeAnswer } from './types.js';

/**
 * Takes one input to completion. Pure: the same state, input and context give the same result.
 *
 * An answer whose `requestId` is not the pending one is stale and changes nothing.
 */
export function step(state: DialogState, input: DialogInput, ctx: DialogContext): DialogStep {
  if (state.ended) return { state, effects: [] };
  const draft = new Draft(state, ctx);
  handle(draft, input);
  return draft.finish();
}

function handle(draft: Draft, input: DialogInput): void {
  switch (input.type) {
    case 'start': {
      const { business, persona } = draft.ctx;
      draft.ask('open', line('greeting', { business: business.name, persona: persona.name }));
      return;
    }
    case 'turn': {
      turn(draft, input.text, input.confidence);
      return;
    }
    case 'dtmf': {
      key(draft, input.digit);
      return;
    }
    case 'silence': {
      silent(draft, input.count);
      return;
    }
    case 'not_understood': {
      if (draft.state.pending === undefined) missed(draft);
      return;
    }
    case 'heard': {
      heard(draft, input.said, input.text, input.complete);
      return;
    }
    case 'intent':
    case 'knowledge':
    case 'availability':
    case 'booking':
    case 'waiting':
    case 'transfer': {
      const { pending } = draft.state;
      if (pending?.requestId === input.requestId) answered(draft, pending, input);
      return;
    }
    default: {
      return input;
    }
  }
}

type Answer = Extract<DialogInput, { requestId: unknown }>;

/** An answer to the pending request. One of another kind than was asked for changes nothing. */
function answered(draft: Draft, pending: Pending, input: Answer): void {
  if (input.type === 'waiting') {
    waiting(draft, pending);
    return;
  }
  switch (pending.kind) {
    case 'classify': {
      if (input.type !== 'intent') return;
      draft.clear('pending');
      intentKnown(draft, input.result, pending.text, pending.confidence);
      return;
    }
    case 'knowledge': {
      if (input.type !== 'knowledge') return;
      draft.clear('pending');
      knowledgeKnown(draft, input.result);
      return;
    }
    case 'availability': {
      if (input.type === 'availability') availabilityKnown(draft, input.result);
      return;
    }
    case 'book':
    case 'resolve': {
      if (input.type !== 'booking') return;
      bookingAnswered(draft, pending, input.outcome);
      if (draft.state.heldText !== undefined) answerHeld(draft);
      return;
    }
    case 'transfer': {
      if (input.type === 'transfer') transferDone(draft, input.outcome);
      return;
    }
    default: {
      return pending;
    }
  }
}

/** The question that came with the "yes" is taken up once the booking is done. */
function answerHeld(draft: Draft): void {
  const { heldText, pending } = draft.state;
  if (heldText === undefined || pending !== undefined) return;
  draft.clear('heldText');
  if (draft.state.appointment === undefined && draft.state.ask === 'anything_else') {
    classify(draft, heldText, 1);
  }
}

/** Most fillers for one request; then silence is kinder. */
const MAX_FILLERS = 3;

function waiting(draft: Draft, pending: Pending): void {
  if (draft.state.fillers >= MAX_FILLERS || pending.kind === 'transfer') return;
  draft.set({ fillers: draft.state.fillers + 1 });
  const isBooking = pending.kind === 'book' || pending.kind === 'resolve';
  draft.sayFiller(line(isBooking ? 'filler.booking' : 'filler.moment'));
}

/** The caller spoke over the agent: what they did not hear is not taken as agreed to. */
function heard(draft: Draft, said: string, words: string, complete: boolean): void {
  const { lastSaid } = draft.state;
  const at = lastSaid.findIndex(({ text }) => text === said);
  if (at < 0 || complete) return;
  const isLast = at === lastSaid.length - 1;
  const missedShare = isLast ? 1 - words.trim().length / said.length : 1;
  if (missedShare > HEARD_ENOUGH) draft.set({ cutOff: true });
}

/** The share of a question that may be missed: its last words ("is that right?") carry no fact. */
const HEARD_ENOUGH = 0.35;

function intentKnown(draft: Draft, result: IntentResult, text: string, confidence: number): void {
  const isBooking = draft.state.appointment !== undefined;
  if (result.confidence < CONFIDENCE.intent && result.intent !== 'RAG_QUERY') {
    missed(draft);
    return;
  }
  if (isBooking && isUnlikelyHere(result, text)) {
    missed(draft);
    return;
  }
  draft.set({ previousIntent: result.intent });
  switch (result.intent) {
    case 'GREETING': {
      draft.say(...(isBooking ? askQuestion(draft) : [line('greeting.again')]));
      return;
    }
    case 'APPOINTMENT_SCHEDULING': {
      if (isBooking) draft.say(...askQuestion(draft));
      else startBooking(draft, text, confidence);
      return;
    }
    case 'APPOINTMENT_CHANGE':
    case 'APPOINTMENT_CANCEL': {
      changeOrCancel(draft, result.intent === 'APPOINTMENT_CHANGE' ? 'move' : 'cancel');
      return;
    }
    case 'RAG_QUERY': {
      draft.set({ misses: 0 });
      const id = draft.request((requestId) => ({ kind: 'knowledge', requestId, text, confidence }));
      draft.emit({ type: 'query_knowledge', requestId: id, text: withoutOpening(text) });
      return;
    }
    case 'HUMAN_HANDOFF': {
      toPerson(draft, 'The caller asked for a person.');
      return;
    }
    case 'REPEAT': {
      repeat(draft);
      return;
    }
    case 'GOODBYE': {
      goodbye(draft);
      return;
    }
    case 'OUT_OF_SCOPE': {
      outOfScope(draft);
      return;
    }
    default: {
      return result.intent;
    }
  }
}

/**
 * In the middle of a booking most words answer the open question, and a badly heard answer resembles anything. A
 * question or a goodbye that was not put as one must be a sure one.
 */
function isUnlikelyHere({ intent, method, confidence }: IntentResult, text: string): boolean {
  if (method === 'pattern' || confidence >= CONFIDENCE.intentElsewhere) return false;
  return intent === 'GOODBYE' || (intent === 'RAG_QUERY' && !isQuestion(text));
}

/** Callers cannot be identified, so that an appointment of theirs is moved or cancelled by a person only. */
function changeOrCancel(draft: Draft, action: 'move' | 'cancel'): void {
  draft.set({ misses: 0 });
  draft.say(line('person.change', { action }));
  offerPerson(draft, `The caller wants to ${action} an appointment.`);
}

/** Says once what the agent can do; after that such words count as not understood. */
function outOfScope(draft: Draft): void {
  if (draft.state.appointment !== undefined || draft.state.misses > 0) {
    missed(draft);
    return;
  }
  draft.set({ misses: 1 });
  draft.say(line('out_of_scope'));
}

function knowledgeKnown(draft: Draft, result: KnowledgeAnswer): void {
  if (!result.found || result.answer.trim() === '') {
    if (!canHandOff(draft)) {
      draft.say(line('knowledge.unknown_alone'));
      goOn(draft);
      return;
    }
    draft.say(line('knowledge.unknown'));
    offerPerson(draft, 'The caller asked something the agent does not know.');
    return;
  }
  draft.sayWithSources(
    line('knowledge.answer', { answer: result.answer }),
    result.sources.map((source) => source.id),
  );
  goOn(draft);
}
