import { consentToWithdraw } from '../consent.js';
import { signIn } from '../nlu/signs.js';
import type { Interpretation, SignKind } from '../nlu/types.js';
import { line, type Line } from '../render.js';
import { numberIn, spokenNumber } from '../tasks/callback/number.js';
import { isTold, toldIn } from '../tasks/callback/words.js';
import type { Draft } from './draft.js';
import { canHandOff } from './ladder.js';
import { openQuestion } from './listening.js';
import { askAgain, push } from './stack.js';

/**
 * Deals with what is said of a call-back or a message, asked about the recording or the number of the call, or complained of: all this means
 * the same whatever is open. False when nothing of it is said.
 */
export function comesFirst(draft: Draft, said: Interpretation): boolean {
  const task = draft.top?.task;
  const { expects } = openQuestion(draft.state, draft.ctx);
  // Words that are taken down are not read; a call-back reads its own answers.
  if (expects === 'words' || task === 'reminder') return false;
  if (asksRecording(draft, said)) return true;
  if (task === 'callback') return false;
  if (numberAsked(draft, said) || aboutPromise(draft, said) || aboutBooked(draft, said)) return true;
  // The answer to what an appointment or a form is about may hold any of these.
  if (expects === 'service' || task === 'form') return false;
  return leavesMessage(draft, said) || complains(draft, said);
}

const has = (said: Interpretation, kind: SignKind): boolean => signIn(said, kind) !== undefined;

/** Says something and puts the open question again. */
function tell(draft: Draft, spoken: Line): true {
  draft.set({ misses: 0 });
  draft.say(spoken);
  askAgain(draft);
  return true;
}

function asksRecording(draft: Draft, said: Interpretation): boolean {
  const isAsking = said.act === 'question' || said.social === 'about_agent';
  if (!isAsking || !has(said, 'recording')) return false;
  return tell(draft, line(draft.ctx.recorded === true ? 'facts.recorded' : 'facts.not_recorded'));
}

/** "Which number do you have for me?" */
function numberAsked(draft: Draft, said: Interpretation): boolean {
  if (said.act !== 'question' || !has(said, 'which_number') || draft.top?.task === 'identify') return false;
  const { callback } = draft.state.known;
  const digits = callback?.pii.number ?? draft.state.callerNumber;
  if (digits === undefined) return tell(draft, line('callback.number_none'));
  return tell(draft, line('callback.number_is', { number: spokenNumber(digits, draft.ctx.lexicon.locale) }));
}

/** What is said of the call-back that this call has promised: it is not wanted, goes elsewhere, at another time, or is about something. */
function aboutPromise(draft: Draft, said: Interpretation): boolean {
  const { callback } = draft.state.known;
  if (callback === undefined) return false;
  const consent = consentToWithdraw(said);
  if (has(said, 'no_call') || (said.command === 'opt_out' && draft.top === undefined)) {
    push(draft, 'callback', { args: { withdraw: 'yes' }, ...(consent === undefined ? {} : { consent }) });
    return true;
  }
  if (draft.top !== undefined) return false;
  if (said.act === 'question' && has(said, 'call_when')) {
    return tell(draft, line('callback.when', { within: draft.ctx.business.callback.within }));
  }
  const isNamed = has(said, 'other_number') || numberIn(said, draft.ctx.lexicon.locale) !== undefined;
  if (!isNamed && !adds(draft, said)) return false;
  push(draft, 'callback', { said });
  return true;
}

/** "The name is wrong", after the booking: the record is for people to mend, and the words are passed on. */
function aboutBooked(draft: Draft, said: Interpretation): boolean {
  const { appointment } = draft.state.known;
  const isOpen = draft.top === undefined && appointment !== undefined && draft.ctx.business.callback.offered;
  if (!isOpen || !has(said, 'stored_wrong')) return false;
  draft.say(line('callback.cannot_change'));
  const reason = 'Something of an appointment is wrong.';
  push(draft, 'callback', { args: { kind: 'message', reason, message: said.text } });
  return true;
}

/** Words that go with a promise that was made just now: a time, what it is about, or the call itself. */
function adds(draft: Draft, said: Interpretation): boolean {
  const told = toldIn(said);
  if (!isTold(told) || said.command !== undefined) return false;
  const isOther = said.clauses.some(({ act }) => act === 'request' || act === 'question');
  if (has(said, 'call_me') && !isOther) return true;
  const wasPromised = draft.state.lastSaid.some(({ promptId }) => PROMISES.has(promptId));
  return wasPromised && !isOther && (told.message === undefined || has(said, 'about'));
}

const PROMISES: ReadonlySet<string> = new Set([
  ...['callback.done', 'callback.done_when', 'callback.changed', 'callback.changed_number'],
  ...['callback.noted', 'callback.already', 'callback.when', 'callback.number_is'],
]);

/** "Tell Mr Brown I'll be late", "can I leave a message?" */
function leavesMessage(draft: Draft, said: Interpretation): boolean {
  const passed = signIn(said, 'pass_on');
  const own = signIn(said, 'own_telling');
  const isOwn = own !== undefined && passed !== undefined && own.from < passed.to && passed.from < own.to;
  const isPassed = passed !== undefined && !isOwn && isLed(said, passed.from);
  const isAnnounced = has(said, 'message') && said.unread.length > 0;
  if (!isPassed && !isAnnounced) return false;
  push(draft, 'callback', { said, args: { kind: 'message', reason: 'The caller left a message.' } });
  return true;
}

/** True when nothing of its own stands before a token in its clause: "could you please tell…". */
function isLed({ clauses, telling }: Interpretation, token: number): boolean {
  const clause = clauses.find(({ from, to }) => from <= token && token < to);
  return clause !== undefined && !telling.some((one) => one >= clause.from && one < token);
}

/** Who is not content is offered that somebody calls, with their own words. */
function complains(draft: Draft, said: Interpretation): boolean {
  const isPlain = said.clauses.every(({ act }) => act !== 'question');
  if (has(said, 'complaint') && isPlain && canHandOff(draft)) {
    draft.set({ misses: 0 });
    draft.say(line('social.complaint'));
    push(draft, 'handoff', { args: { reason: 'The caller has a complaint.', message: said.text } });
    return true;
  }
  if (!has(said, 'waited') || said.clauses.some(({ act }) => act === 'question' || act === 'request')) {
    return false;
  }
  draft.say(line('social.complaint'));
  if (draft.top !== undefined || !canHandOff(draft)) askAgain(draft);
  else push(draft, 'handoff', { args: { reason: 'The caller had to wait.', message: said.text } });
  return true;
}
