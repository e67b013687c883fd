import type { DtmfDigit } from '../../../../../kernel/vocab.js';
import { consentByKey, consentFrom, type Asked, type Verdict } from '../../../consent.js';
import type { Interpretation } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import { compare } from '../../../schedule/wish.js';
import type { TaskContext } from '../../task.js';
import { byKeys, hearMoment, isMomentAsk, pressMoment, pursue, type MomentHearing } from '../moment/index.js';
import { says } from '../phrases.js';
import { purposeOf } from '../service.js';
import { advance, asking, holdKeyOf, searching, type BookStep } from './advance.js';
import { sendBooking } from './finish.js';
import { askedValues, retryBook } from './questions.js';
import { detailsOf, withoutSlot, type BookDetails, type BookState } from './state.js';
import { clear, takeAll, withPurpose, type Taken } from './take.js';

/** Read-backs that are refused without a change before it is offered to leave it. */
const REFUSALS_TO_DROP = 2;

/** Takes an answer; `undefined` when it says nothing to the booking. */
export function answerBook(state: BookState, said: Interpretation, ctx: TaskContext): BookStep | undefined {
  const { open } = state;
  if (open.ask === 'commit' || open.ask === 'form' || open.ask === 'waitlist') return undefined;
  if (said.command === 'stop' && open.ask !== 'drop') return drop(state, ctx);
  if (open.ask === 'confirm') return answerConfirm(state, said, ctx);
  if (open.ask === 'drop') return answerDrop(state, said, ctx);
  const details = detailsOf(state);
  if (isMomentAsk(open)) {
    const heard = hearMoment(details.wanted, open, said, ctx);
    if (heard?.type === 'unclear') return { state, say: [], missed: true };
    const rest = takeAll(details, open, said, ctx);
    if (heard !== undefined) {
      const step = goOn({ ...rest, moment: heard, isChanged: true }, ctx);
      return isStuck(state, step) ? { state, say: [], missed: true } : step;
    }
    return rest.isChanged ? goOn(rest, ctx) : undefined;
  }
  const taken = takeAll(details, open, said, ctx);
  if (taken.isChanged) return goOn(taken, ctx);
  return open.ask === 'change' ? answerChange(state, said, ctx) : undefined;
}

/** "Ten", once more, where the day was asked: nothing new was said, and the same question again would help nobody. */
const isStuck = ({ open, wanted }: BookState, { state, requests = [] }: BookStep): boolean =>
  requests.length === 0 &&
  open.ask === 'day' &&
  open.suggested === undefined &&
  JSON.stringify([open, wanted]) === JSON.stringify([state.open, state.wanted]);

/** Goes on with what a turn has said; a name that was not surely heard comes first when nothing else is open. */
function goOn(taken: Taken, ctx: TaskContext, lead: readonly Line[] = []): BookStep {
  const { details, moment, doubtfulName } = taken;
  if (moment !== undefined && moment.type !== 'unclear') {
    const step = pursue(carried(moment, details), ctx);
    const before = moment.type === 'chosen' ? details : withoutSlot(details);
    const searched = searching({ ...before, holding: details.holding }, step, ctx);
    return doubtfulName === undefined ? searched : remembering(searched, doubtfulName);
  }
  if (doubtfulName !== undefined) {
    return asking(details, { ask: 'spell', pii: { heard: doubtfulName } }, ctx, lead);
  }
  const released = details.holding && details.slot === undefined;
  const step = advance(released ? { ...details, holding: false } : details, ctx, { lead });
  return released ? { ...step, release: [holdKeyOf(ctx)] } : step;
}

/** The search goes on with the service that the same turn has named. */
function carried(
  moment: Exclude<MomentHearing, { type: 'unclear' }>,
  details: BookDetails,
): Exclude<MomentHearing, { type: 'unclear' }> {
  const { serviceId } = details.wanted;
  return serviceId === undefined ? moment : { ...moment, wanted: { ...moment.wanted, serviceId } };
}

/** A doubtful name that came beside a time is taken for now: it is read back, and can be corrected. */
function remembering(step: BookStep, name: string): BookStep {
  const { state } = step;
  return { ...step, state: { ...state, pii: { ...state.pii, name } } };
}

/** The read-back as consent judges it. */
const askedOf = (state: BookState, ctx: TaskContext): Asked => ({
  questionId: `book.${state.open.ask}`,
  heardToEnd: ctx.heardToEnd,
  ...(state.open.ask === 'confirm' ? { values: askedValues(state) } : {}),
});

/** The state after the read-back was heard to its end. */
export const heardBook = (state: BookState, ctx: TaskContext): BookState =>
  ctx.heardToEnd && state.open.ask === 'confirm' && state.unheard.length > 0
    ? { ...state, unheard: [] }
    : state;

function answerConfirm(before: BookState, said: Interpretation, ctx: TaskContext): BookStep | undefined {
  const state = heardBook(before, ctx);
  const verdict = consentFrom(said, askedOf(before, ctx));
  if (verdict.kind === 'agreed') return sendBooking(state, verdict.consent, ctx);
  const taken = takeAll(detailsOf(state), state.open, said, ctx);
  if (taken.isChanged && !isSameAgain(taken, state)) return goOn(taken, ctx);
  const { sameNames } = taken.details;
  // A name that was disputed and heard the same again may be wrong still: no read-back leaves it out.
  const isDisputed = sameNames > state.sameNames;
  const next: BookState = { ...state, sameNames, ...(isDisputed ? { unheard: EVERYTHING } : {}) };
  if (verdict.kind === 'refused') {
    // Corrected to what it is already: the caller has misheard, and hears all of it again before a "yes".
    const isMisheard = taken.isChanged && state.refusals === 0;
    return isMisheard ? readAgain(next, ctx) : refused(next, ctx);
  }
  if (said.act === 'question' || said.act === 'request' || said.command !== undefined) return undefined;
  if (said.act === 'social' || said.alert !== undefined) return undefined;
  return { state: next, say: [], missed: true };
}

/** True when the turn only repeats what was read back: an agreement that was not plain enough. */
function isSameAgain(taken: Taken, state: BookState): boolean {
  const { details, moment, cleared, doubtfulName } = taken;
  if (cleared.length > 0 || doubtfulName !== undefined || details.unheard.length > 0) return false;
  if (moment === undefined) return true;
  if (moment.type !== 'wanted' || state.slot === undefined) return false;
  const { dates, times, staff } = moment.wanted.wish;
  const [date] = dates;
  const minute = times[0]?.find((reading) => reading === state.slot?.minute);
  if (date === undefined || minute === undefined || dates.length > 1 || times.length > 1) return false;
  if (staff !== undefined && staff !== state.slot.resource) return false;
  return compare({ date, minute }, state.slot) === 0;
}

/** All that a read-back holds. */
const EVERYTHING: BookState['unheard'] = ['moment', 'service', 'name'];

/** "No" to the read-back: what is wrong is asked, and at the second time whether it is wanted at all. */
const readAgain = (state: BookState, ctx: TaskContext): BookStep =>
  asking(
    { ...detailsOf(state), unheard: EVERYTHING, refusals: state.refusals + 1 },
    { ask: 'confirm' },
    ctx,
    [],
  );

function refused(state: BookState, ctx: TaskContext): BookStep {
  const refusals = state.refusals + 1;
  const details = { ...detailsOf(state), refusals };
  return asking(details, refusals >= REFUSALS_TO_DROP ? { ask: 'drop' } : { ask: 'change' }, ctx);
}

function answerChange(state: BookState, said: Interpretation, ctx: TaskContext): BookStep | undefined {
  // Words beside the "no" that nobody could read may have been the change.
  const isPlain = said.polarity !== undefined && said.unread.length === 0;
  if (!isPlain && !says(said, 'change_nothing', ctx.lexicon.locale)) return undefined;
  return asking({ ...detailsOf(state), unheard: EVERYTHING }, { ask: 'confirm' }, ctx);
}

function answerDrop(state: BookState, said: Interpretation, ctx: TaskContext): BookStep | undefined {
  const isKept = !said.negated && says(said, 'still_wanted', ctx.lexicon.locale);
  if (isKept) return readAgain({ ...state, refusals: 0 }, ctx);
  return afterDrop(state, consentFrom(said, askedOf(state, ctx)), ctx) ?? corrected(state, said, ctx);
}

function corrected(state: BookState, said: Interpretation, ctx: TaskContext): BookStep | undefined {
  const taken = takeAll(detailsOf(state), state.open, said, ctx);
  if (taken.isChanged) return goOn(taken, ctx);
  return said.command === 'stop' ? drop(state, ctx) : undefined;
}

function afterDrop(state: BookState, verdict: Verdict, ctx: TaskContext): BookStep | undefined {
  if (verdict.kind === 'agreed') return drop(state, ctx);
  if (verdict.kind !== 'refused') return undefined;
  return asking({ ...detailsOf(state), refusals: 0 }, { ask: 'change' }, ctx);
}

/** The caller does not want to book any more. */
export function drop(state: BookState, ctx: TaskContext): BookStep {
  // What was sent is the store's already; its answer is waited for.
  if (state.open.ask === 'commit') return { state, say: [] };
  return {
    state: { ...state, holding: false },
    say: [line('appointment.cancelled')],
    next: { type: 'cancelled' },
    ...(state.holding ? { release: [holdKeyOf(ctx)] } : {}),
  };
}

/** Takes a key; `undefined` when it stands for nothing here. */
export function pressBook(state: BookState, digit: DtmfDigit, ctx: TaskContext): BookStep | undefined {
  const { open } = state;
  const details = detailsOf(state);
  if (isMomentAsk(open)) {
    const step = pressMoment(details.wanted, open, digit, ctx);
    return step === undefined ? undefined : searching(details, step, ctx);
  }
  switch (open.ask) {
    case 'confirm': {
      const verdict = consentByKey(digit, askedOf(state, ctx));
      if (verdict.kind === 'agreed') return sendBooking(state, verdict.consent, ctx);
      return verdict.kind === 'refused' ? refused(heardBook(state, ctx), ctx) : undefined;
    }
    case 'drop': {
      return afterDrop(state, consentByKey(digit, askedOf(state, ctx)), ctx);
    }
    case 'service': {
      const service = ctx.business.services[Number(digit) - 1];
      const purpose = service === undefined ? undefined : purposeOf(service.id, ctx);
      return purpose === undefined ? undefined : advance(withPurpose(details, purpose, ctx), ctx);
    }
    case 'name':
    case 'spell': {
      if (digit !== '1' || ctx.callerNumber === undefined) return undefined;
      return advance({ ...details, pii: { ...details.pii, name: ctx.callerNumber } }, ctx);
    }
    case 'change': {
      return pressChange(details, digit, ctx);
    }
    case 'form':
    case 'waitlist':
    case 'commit': {
      return undefined;
    }
    default: {
      return open;
    }
  }
}

const CHANGE_KEYS: Readonly<Partial<Record<DtmfDigit, Taken['cleared'][number]>>> = {
  '1': 'day',
  '2': 'time',
  '3': 'service',
  '4': 'name',
};

function pressChange(details: BookDetails, digit: DtmfDigit, ctx: TaskContext): BookStep | undefined {
  const field = CHANGE_KEYS[digit];
  return field === undefined ? undefined : goOn(clearedOf(details, field), ctx);
}

const clearedOf = (details: BookDetails, field: Taken['cleared'][number]): Taken => ({
  details: clear(details, field),
  cleared: [field],
  isChanged: true,
});

/** The open question in another way. */
export function retryOf(state: BookState, way: 'words' | 'keys', ctx: TaskContext): BookStep {
  const { open } = state;
  if (way === 'words' || !isMomentAsk(open)) {
    const keyed = open.ask === 'service' || open.ask === 'name' ? { ...open, keyed: way === 'keys' } : open;
    return { state: { ...state, open: keyed }, say: retryBook(state, way, ctx) };
  }
  return searching(detailsOf(state), byKeys(state.wanted, open, ctx), ctx);
}

/** Begins with the turn that asked for an appointment. */
export function begin(
  details: BookDetails,
  said: Interpretation,
  lead: readonly Line[],
  ctx: TaskContext,
): BookStep {
  const taken = takeAll(details, { ask: 'change' }, said, ctx);
  return taken.isChanged ? goOn(taken, ctx) : advance(taken.details, ctx, { lead });
}
