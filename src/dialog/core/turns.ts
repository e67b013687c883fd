import type { DtmfDigit } from '../../kernel/vocab.js';
import type { AppointmentContext, AppointmentOutcome } from './appointment/advance.js';
import { answer, press } from './appointment/machine.js';
import { question } from './appointment/questions.js';
import {
  asksForTimes,
  isQuestion,
  plain,
  readCommand,
  withoutOpening,
  type Command,
} from './language/commands.js';
import { readYesNo } from './language/yes-no.js';
import { today } from './appointment/calendar.js';
import { REPEATS_TO_ASK, type AppointmentState } from './appointment/state.js';
import { findMentions } from './language/mentions.js';
import { findService } from './language/purposes.js';
import { applyOutcome, cancelBooking, startBooking } from './booking.js';
import type { Draft } from './draft.js';
import { goOn, NUMBER_DIGITS, promiseCallback, takeCallback, toPerson } from './handoff.js';
import { goodbye, missed } from './ladder.js';
import { line } from './render.js';
import { askQuestion } from './resume.js';
import { MAX_TEXT_CHARS, tokenize } from './language/tokens.js';
import { CONFIDENCE } from './thresholds.js';

/** Takes one turn of the caller: first what always works, then the answer to the open question, then its intent. */
export function turn(draft: Draft, text: string, confidence: number): void {
  draft.set({ turns: draft.state.turns + 1 });
  if (isBusy(draft)) {
    draft.sayFiller(line(draft.state.pending?.kind === 'transfer' ? 'filler.moment' : 'filler.booking'));
    return;
  }
  const words = joinUnanswered(draft, text.trim()).slice(0, MAX_TEXT_CHARS);
  draft.clear('pending');
  if (plain(words) === '') {
    missed(draft);
    return;
  }
  const command = readCommand(words);
  if (command !== undefined && obey(draft, command)) return;
  if (confidence < CONFIDENCE.usable) {
    missed(draft);
    return;
  }
  if (draft.state.cutOff && bareYesNo(words) === 'yes') {
    // The rest of the last answer, or agreement to words that were not heard: they are said again.
    repeat(draft);
    return;
  }
  if (answerOpenQuestion(draft, words, confidence)) return;
  classify(draft, words, confidence);
}

/** While a booking or a transfer is on its way nothing the caller says can change it. */
function isBusy(draft: Draft): boolean {
  const kind = draft.state.pending?.kind;
  return kind === 'book' || kind === 'resolve' || kind === 'transfer';
}

/** Words that came before an answer to the previous words continue them. */
function joinUnanswered(draft: Draft, text: string): string {
  const { pending } = draft.state;
  if (pending?.kind !== 'classify' || readCommand(text) !== undefined) return text;
  return `${pending.text.replace(/[.!?]+$/, '')} ${text}`;
}

/** Carries out a request that means the same everywhere. False when it means nothing special here. */
function obey(draft: Draft, command: Command): boolean {
  const isBooking = draft.state.appointment !== undefined;
  switch (command) {
    case 'person': {
      draft.set({ misses: 0 });
      toPerson(draft, 'The caller asked for a person.');
      return true;
    }
    case 'repeat': {
      repeat(draft);
      return true;
    }
    case 'goodbye': {
      goodbye(draft);
      return true;
    }
    case 'wait': {
      draft.say(line('wait.ok'));
      return true;
    }
    case 'hello': {
      if (draft.state.ask === 'open') return false;
      draft.say(line('still_here'), ...askQuestion(draft));
      return true;
    }
    case 'help': {
      if (draft.state.ask === 'open' || draft.state.ask === 'anything_else') draft.say(line('open.help'));
      else missed(draft);
      return true;
    }
    case 'stop': {
      if (!isBooking) return false;
      cancelBooking(draft);
      return true;
    }
    case 'restart': {
      if (!isBooking) return false;
      draft.clear('appointment');
      startBooking(draft, '', 1);
      return true;
    }
    default: {
      return command;
    }
  }
}

/** Says the last words again, as they were. */
export function repeat(draft: Draft): void {
  const { lastSaid } = draft.state;
  if (lastSaid.length === 0) {
    draft.say(...askQuestion(draft));
    return;
  }
  draft.sayAgain(lastSaid);
}

/** The answer to what was asked. False when the words answer something else. */
function answerOpenQuestion(draft: Draft, text: string, confidence: number): boolean {
  switch (draft.state.ask) {
    case 'appointment': {
      return answerAppointment(draft, text, confidence);
    }
    case 'person':
    case 'callback': {
      return answerOffer(draft, text, draft.state.ask) || answerAppointment(draft, text, confidence);
    }
    case 'callback_number': {
      return answerNumber(draft, text);
    }
    case 'anything_else': {
      return answerAnythingElse(draft, text);
    }
    case 'open': {
      return false;
    }
    default: {
      return draft.state.ask;
    }
  }
}

function answerAppointment(draft: Draft, text: string, confidence: number): boolean {
  const { appointment } = draft.state;
  if (appointment === undefined) return false;
  const said = appointment.ask === 'confirm' ? readYesNo(text) : undefined;
  const isAgreed = said?.answer === 'yes';
  if (isQuestion(text) && !isAgreed && !isAboutTheSlot(draft, appointment, text)) return false;
  const ctx = draft.appointmentContext;
  if (isAgreed && draft.state.cutOff) {
    // The caller agreed before they heard what is to be booked.
    draft.say(...askQuestion(draft));
    return true;
  }
  const outcome = answer(appointment, text, confidence, ctx);
  if (outcome === undefined) {
    if (bareYesNo(text) === undefined) return false;
    missed(draft);
    return true;
  }
  if (isStuck(appointment, outcome, ctx)) {
    if (appointment.ask === 'confirm' && draft.state.misses === 0) {
      // Corrected to what it is already: the caller has misheard, and must hear all of it before a "yes".
      draft.set({ misses: 1 });
      draft.say(...askQuestion(draft));
    } else {
      missed(draft);
    }
    return true;
  }
  if (isAgreed && isQuestion(said.rest)) draft.set({ heldText: said.rest });
  draft.set({ misses: 0 });
  applyOutcome(draft, outcome);
  return true;
}

/** A yes or a no without anything else: "yes" to "what day?" answers nothing. */
function bareYesNo(text: string): 'yes' | 'no' | undefined {
  const said = readYesNo(text);
  return said?.rest === '' ? said.answer : undefined;
}

/** All that is known; how the question was put and what waits to be said are no part of it. */
const facts = (state: AppointmentState): string => {
  const nameRepeats = Math.min(state.nameRepeats, REPEATS_TO_ASK);
  return JSON.stringify({ ...state, nameRepeats, numbered: undefined, held: undefined });
};

/** True when an answer has changed nothing and the same question would only be asked again. */
function isStuck(
  before: AppointmentState,
  { state, lines, need }: AppointmentOutcome,
  ctx: AppointmentContext,
): boolean {
  if (need !== undefined || state.ask !== before.ask || state.reconfirmed !== before.reconfirmed) {
    return false;
  }
  if (lines.length > question(state, ctx).length) return false;
  return facts(state) === facts(before);
}

/** "Is Thursday at three possible?", "could we talk about my grades?": a question that answers ours. */
function isAboutTheSlot(draft: Draft, appointment: AppointmentState, text: string): boolean {
  if (asksForTimes(text)) return true;
  const words = plain(text);
  if (
    /\b(?:open|close|closed|hours|where|who|what|why|how (?:much|long|do|can)|bring|need|cost)\b/.test(words)
  ) {
    return false;
  }
  if (appointment.ask === 'purpose') return findService(text, draft.ctx.business.services) !== undefined;
  const ref = { today: today(draft.ctx), timeExpected: appointment.ask === 'time' };
  return findMentions(tokenize(text), ref).length > 0;
}

function answerOffer(draft: Draft, text: string, ask: 'person' | 'callback'): boolean {
  const said = readYesNo(text);
  if (said === undefined || (said.rest !== '' && isQuestion(said.rest))) return false;
  if (said.answer === 'yes') {
    if (ask === 'person') toPerson(draft, draft.state.reason);
    else takeCallback(draft);
    return true;
  }
  draft.set({ misses: 0 });
  goOn(draft);
  return true;
}

function answerNumber(draft: Draft, text: string): boolean {
  const digits = tokenize(text)
    .map((token) =>
      token.word === 'oh' || token.word === 'o' ? '0' : token.digits === true ? token.word : token.num,
    )
    .filter((part) => part !== undefined)
    .join('');
  if (digits.length >= NUMBER_DIGITS.min && digits.length <= NUMBER_DIGITS.max) {
    promiseCallback(draft, digits);
    return true;
  }
  if (readYesNo(text)?.answer === 'no') {
    goOn(draft);
    return true;
  }
  return false;
}

function answerAnythingElse(draft: Draft, text: string): boolean {
  const said = readYesNo(text);
  const isDone =
    /^(?:(?:no|nope|ok|okay|great|thanks|thank you|perfect|good)[, ]*)*(?:that's (?:all|it|everything)|that is (?:all|it|everything)|that will be all|i'm (?:good|fine|all set|done)|nothing(?: else)?|all good|all set|(?:thanks|thank you)(?: very much| so much| a lot)?(?: for your help)?)\b/;
  if (isDone.test(plain(text)) || (said?.answer === 'no' && (said.rest === '' || isDone.test(said.rest)))) {
    goodbye(draft);
    return true;
  }
  if (said?.answer === 'yes' && said.rest === '') {
    draft.ask('open', line('open.ask'));
    return true;
  }
  return false;
}

/** Asks what the words are about. */
export function classify(draft: Draft, text: string, confidence: number): void {
  const { previousIntent, turns, callId } = draft.state;
  const id = draft.request((requestId) => ({ kind: 'classify', requestId, text, confidence }));
  draft.emit({
    type: 'classify',
    requestId: id,
    text: withoutOpening(text),
    context: {
      ...(previousIntent === undefined ? {} : { previous_intent: previousIntent }),
      conversation_turn: turns - 1,
      session_id: callId,
    },
  });
}

/** Takes a key of the telephone. */
export function key(draft: Draft, digit: DtmfDigit): void {
  if (isBusy(draft)) return;
  if (draft.state.ask === 'callback_number') {
    numberKey(draft, digit);
    return;
  }
  draft.clear('pending');
  if (digit === '0') {
    draft.set({ misses: 0 });
    toPerson(draft, 'The caller pressed zero.');
    return;
  }
  if (digit === '*') {
    repeat(draft);
    return;
  }
  if (!answerByKey(draft, digit)) missed(draft);
}

function numberKey(draft: Draft, digit: DtmfDigit): void {
  const { digits } = draft.state;
  if (digit !== '#') {
    if (/^\d$/.test(digit) && digits.length < NUMBER_DIGITS.max) draft.set({ digits: digits + digit });
    return;
  }
  if (digits.length >= NUMBER_DIGITS.min) promiseCallback(draft, digits);
  else {
    draft.set({ digits: '' });
    missed(draft);
  }
}

function answerByKey(draft: Draft, digit: DtmfDigit): boolean {
  const { ask, appointment } = draft.state;
  switch (ask) {
    case 'appointment': {
      const outcome =
        appointment === undefined ? undefined : press(appointment, digit, draft.appointmentContext);
      if (outcome === undefined) return false;
      draft.set({ misses: 0 });
      applyOutcome(draft, outcome);
      return true;
    }
    case 'open':
    case 'anything_else': {
      if (digit === '1') startBooking(draft, '', 1);
      else if (digit === '2' && ask === 'anything_else') goodbye(draft);
      else return false;
      return true;
    }
    case 'person':
    case 'callback': {
      return (digit === '1' || digit === '2') && answerOffer(draft, digit === '1' ? 'yes' : 'no', ask);
    }
    case 'callback_number': {
      return false;
    }
    default: {
      return ask;
    }
  }
}
