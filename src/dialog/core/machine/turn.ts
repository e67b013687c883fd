import type { DtmfDigit } from '../../../kernel/vocab.js';
import { consentByAlert, consentByMenuKey, consentToEnd } from '../consent.js';
import type { DialogInput } from '../effects.js';
import { interpret } from '../nlu/interpret.js';
import type { Interpretation } from '../nlu/types.js';
import { firmly, line } from '../render.js';
import { obey } from './commands.js';
import type { Draft } from './draft.js';
import { existingFirst } from './existing-first.js';
import { comesFirst } from './comes-first.js';
import { factAbout } from './facts.js';
import { goodbye, missed } from './ladder.js';
import { listeningOf, openQuestion, OPT_OUT_KEY, PERSON_KEY } from './listening.js';
import { dealWith, mattersOf } from './matters.js';
import { askSlot } from './model-ask.js';
import { endTalk } from './model-talk.js';
import { remember } from '../model/memory.js';
import { NO_MEMORY } from '../model/types.js';
import { isBusy, isTransferring, isWaiting } from './requests.js';
import { withoutQuestions } from './side-questions.js';
import { socialTalk } from './social.js';
import { withoutStories } from './stories.js';
import { apply, askAgain, dropAll, dropTop, push, topTask } from './stack.js';
import { MAX_MATTERS } from './state.js';

/** Words below this confidence are not acted on, 0..1. */
export const USABLE_CONFIDENCE = 0.25;

/** Words of a turn that says next to nothing. */
const BRIEF = 3;

/** Takes one turn of the caller: what always works, then the answer to the open question, then a matter of its own. */
export function turn(draft: Draft, input: Extract<DialogInput, { type: 'turn' }>): void {
  draft.set({ turns: draft.state.turns + 1 });
  endTalk(draft);
  if (input.untrusted === true) draft.set({ modelFailed: draft.state.turns });
  else if (input.refused === undefined) keepForModel(draft, input.text);
  const said = read(draft, input);
  const { misses, isBrief } = draft.state;
  const says = said.tokens.length > BRIEF || said.mentions.length > 0;
  draft.set({ isBrief: !says && (misses === 0 || isBrief === true) });
  if (input.refused !== undefined && said.alert === undefined) {
    refuse(draft, input.refused);
    return;
  }
  if (alerted(draft, said)) return;
  if (isBusy(draft.state)) {
    draft.sayFiller(line(isTransferring(draft.state) ? 'filler.moment' : 'filler.booking'));
    return;
  }
  forgetQuestions(draft);
  draft.set({ matters: [] });
  if (said.tokens.length === 0 || (input.confidence < USABLE_CONFIDENCE && said.command === undefined)) {
    missed(draft);
    return;
  }
  if (said.language !== undefined) {
    draft.say(line('language.other'));
    push(draft, 'handoff', { args: { reason: 'The caller speaks another language.' } });
    return;
  }
  const heard = withoutStories(draft, said);
  if (heard === undefined || comesFirst(draft, heard) || existingFirst(draft, heard)) return;
  answerTurn(draft, heard);
}

/** A command, the answer to the open question, or matters of their own. */
function answerTurn(draft: Draft, said: Interpretation): void {
  // "What are your opening hours?" names hours, and still answers no question about a time.
  const isFact = said.act === 'question' && factAbout(said, draft.ctx) !== undefined;
  // "Yes, thanks, bye" agrees first; nobody is hung up on before what they agreed to is done.
  const isAnswered = said.act === 'affirm' && said.command === 'goodbye';
  if (!isAnswered && obey(draft, said)) return;
  const answer = isFact ? undefined : answerIn(draft, said);
  if (answer !== undefined && answerOpen(draft, answer)) return;
  if (said.thinking) {
    draft.say(line('wait.ok'));
    return;
  }
  if (topTask(draft)?.task.givesWay === true) dropTop(draft);
  takeMatters(draft, said);
}

/** What a turn may answer to the open question; anything is an answer where a message is taken down. */
const answerIn = (draft: Draft, said: Interpretation): Interpretation | undefined =>
  openQuestion(draft.state, draft.ctx).expects === 'words'
    ? said
    : withoutQuestions(said, draft.ctx.lexicon.locale);

/** What a caller says belongs to what a model is told, except a secret. */
function keepForModel(draft: Draft, text: string): void {
  const { model } = draft.ctx;
  if (model === undefined || listeningOf(draft.state, draft.ctx).secret === true) return;
  draft.set({ memory: remember(draft.state.memory ?? NO_MEMORY, 'caller', text) });
}

/** What a guard keeps from being dealt with is answered in its words, and the open question stands. */
function refuse(
  draft: Draft,
  { id, say }: NonNullable<Extract<DialogInput, { type: 'turn' }>['refused']>,
): void {
  forgetQuestions(draft);
  draft.set({ matters: [] });
  draft.say(
    say === undefined ? line('guard.refused') : { promptId: `form.guard.${id}`, vars: {}, variants: say },
  );
  askAgain(draft);
}

function read(draft: Draft, input: Extract<DialogInput, { type: 'turn' }>): Interpretation {
  const { confidence, evidence } = input;
  const text = joinUnanswered(draft, input.text.trim());
  return interpret(
    { text, confidence, ...(evidence === undefined ? {} : { evidence }) },
    openQuestion(draft.state, draft.ctx),
    draft.ctx.lexicon,
  );
}

/** Words that come before an answer to the previous words continue them. */
function joinUnanswered(draft: Draft, text: string): string {
  const waiting = Object.values(draft.state.pending).find(({ request }) => request.type === 'classify');
  const before = waiting?.matter?.text;
  return before === undefined ? text : `${before.replace(/[.!?]+$/, '')}, ${text}`;
}

/** Questions that were on their way are void: the caller has spoken again. */
export function forgetQuestions(draft: Draft): void {
  for (const [id, { frame }] of Object.entries(draft.state.pending)) {
    if (frame === undefined) draft.forget(id);
  }
}

/** Somebody is in danger: a person at once, and what to do until then. */
function alerted(draft: Draft, said: Interpretation): boolean {
  const consent = consentByAlert(said);
  if (consent === undefined || said.alert === undefined || isTransferring(draft.state)) return false;
  dropAll(draft);
  draft.set({ misses: 0, matters: [], pending: {} });
  draft.say(firmly(line(`alert.${said.alert}`)));
  push(draft, 'handoff', {
    args: { reason: `The caller reports: ${said.alert}.`, kind: 'emergency' },
    consent,
  });
  return true;
}

/** The answer to the open question. False when the words answer something else. */
function answerOpen(draft: Draft, said: Interpretation): boolean {
  const top = topTask(draft);
  if (top === undefined) return answerBase(draft, said);
  const { frame, task } = top;
  const step = task.answer(frame.state, said, draft.taskContext(frame.number));
  if (step === undefined) return false;
  if (step.missed === true && askSlot(draft, said)) return true;
  if (step.missed !== true) {
    draft.set({ misses: 0, stalls: 0 });
    const aside = said.aside ?? step.aside;
    if (aside !== undefined) holdMatter(draft, aside, said.confidence);
  }
  const { frames } = draft.state.counts;
  apply(draft, frame.number, step);
  // What came beside the answer is dealt with now, unless the task has begun something else or waits for an answer.
  const goesOn = draft.state.counts.frames === frames && !isWaiting(draft.state) && step.next === undefined;
  if (goesOn && draft.state.matters.length > 0) draft.leave('next_matter');
  return true;
}

function holdMatter(draft: Draft, text: string, confidence: number): void {
  draft.set({ matters: [...draft.state.matters, { text, confidence }].slice(0, MAX_MATTERS) });
}

/** True for a bare yes, no or sound: nothing that could be a matter of its own. */
const isBare = (said: Interpretation): boolean =>
  said.mentions.length === 0 && said.unread.length === 0 && said.aside === undefined;

/** Answers to "what can I do for you?" and "anything else?" that are no matter. */
function answerBase(draft: Draft, said: Interpretation): boolean {
  const { base } = draft.state;
  const end =
    base === 'anything_else' ? consentToEnd(said, { questionId: base, heardToEnd: true }) : undefined;
  if (end !== undefined) {
    goodbye(draft, end);
    return true;
  }
  if (!isBare(said) || (said.act !== 'affirm' && said.act !== 'deny')) return false;
  draft.set({ base: 'open' });
  draft.say(line(said.act === 'affirm' ? 'open.ask' : 'open.no'));
  return true;
}

/** Anger with nothing asked for: whatever else it tells ("I have been waiting for an hour") is no matter of its own. */
const isComplaint = ({ social, act, clauses }: Interpretation): boolean =>
  social === 'anger' && act === 'inform' && clauses.every((clause) => clause.act !== 'request');

/** Splits a turn into the matters it raises and deals with the first. */
function takeMatters(draft: Draft, said: Interpretation): void {
  if ((said.act === 'social' || isComplaint(said)) && socialTalk(draft, said)) return;
  const [first, ...others] = mattersOf(said);
  if (first === undefined || (isBare(said) && ['affirm', 'deny', 'none'].includes(said.act))) {
    missed(draft);
    return;
  }
  draft.set({ matters: others.slice(0, MAX_MATTERS) });
  dealWith(draft, first);
}

/** Takes a key of the telephone. */
export function key(draft: Draft, digit: DtmfDigit): void {
  if (isBusy(draft.state)) return;
  endTalk(draft);
  forgetQuestions(draft);
  if (pressOpen(draft, digit)) return;
  const { base, lastSaid } = draft.state;
  const isBase = draft.top === undefined;
  if (digit === PERSON_KEY) {
    draft.set({ misses: 0 });
    push(draft, 'handoff', {
      args: { reason: 'The caller pressed zero.' },
      consent: consentByMenuKey(digit, 'person'),
    });
  } else if (digit === '*') {
    if (lastSaid.length === 0) askAgain(draft);
    else draft.sayAgain(lastSaid);
  } else if (draft.state.outbound === true && digit === OPT_OUT_KEY) {
    push(draft, 'opt_out', { consent: consentByMenuKey(digit, 'opt_out') });
  } else if (isBase && digit === '1') {
    push(draft, 'book', {});
  } else if (isBase && digit === '2' && base === 'anything_else') {
    goodbye(draft, consentByMenuKey(digit, 'goodbye'));
  } else {
    missed(draft);
  }
}

function pressOpen(draft: Draft, digit: DtmfDigit): boolean {
  const top = topTask(draft);
  if (top === undefined) return false;
  const { frame, task } = top;
  const step = task.press(frame.state, digit, draft.taskContext(frame.number));
  if (step === undefined) return false;
  if (step.missed !== true) draft.set({ misses: 0 });
  apply(draft, frame.number, step);
  return true;
}
