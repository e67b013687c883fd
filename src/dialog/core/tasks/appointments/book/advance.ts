import type { DialogRequest } from '../../../effects.js';
import type { Line } from '../../../render.js';
import { termsOf } from '../../../schedule/calendar.js';
import { slotRequest } from '../../../schedule/slots.js';
import { exactly } from '../../../schedule/wish.js';
import type { TaskContext, TaskStep } from '../../task.js';
import { lookRequest, settle, wantedTerms, type MomentStep, type SettleOptions } from '../moment/index.js';
import { askBook } from './questions.js';
import { changed, withoutSlot, type BookAsk, type BookDetails, type BookState } from './state.js';

/** A step of the booking. */
export type BookStep = TaskStep<BookState>;

/** The key under which the store keeps a slot for this booking. */
export const holdKeyOf = (ctx: TaskContext): string => `${ctx.callId}:${ctx.frame}`;

/** Puts a question, after some other words. */
export function asking(
  details: BookDetails,
  open: BookAsk,
  ctx: TaskContext,
  lead: readonly Line[] = [],
): BookStep {
  const state: BookState = { ...details, open };
  return { state, say: [...lead, ...askBook(state, ctx)] };
}

/** True when services differ in length, people or rules, so that free times depend on the service. */
export function serviceComesFirst(ctx: TaskContext): boolean {
  const { business } = ctx;
  const kinds = business.services.map(({ id }) => JSON.stringify(termsOf(business, id)));
  return new Set(kinds).size > 1;
}

/** Checks what is known and asks for the next thing that is not. */
export function advance(details: BookDetails, ctx: TaskContext, options: SettleOptions = {}): BookStep {
  const lead = options.lead ?? [];
  if (details.purpose === undefined && serviceComesFirst(ctx)) {
    return asking(details, { ask: 'service', keyed: false }, ctx, lead);
  }
  if (details.slot === undefined) return searching(details, settle(details.wanted, ctx, options), ctx);
  if (details.purpose === undefined) return asking(details, { ask: 'service', keyed: false }, ctx, lead);
  if (details.pii.name === undefined) return asking(details, { ask: 'name', keyed: false }, ctx, lead);
  const form = ctx.business.services.find(({ id }) => id === details.wanted.serviceId)?.form;
  if (form !== undefined && details.pii.notes === undefined) {
    const start = { args: { form } };
    return {
      state: { ...details, open: { ask: 'form' } },
      say: lead,
      next: { type: 'push', task: 'form', start },
    };
  }
  return asking(details, { ask: 'confirm' }, ctx, lead);
}

/** Goes on with what the search for a time came to. */
export function searching(before: BookDetails, step: MomentStep, ctx: TaskContext): BookStep {
  if (step.type === 'fixed') return fixed(before, step, ctx);
  const details = withoutSlot({ ...before, wanted: step.wanted, holding: false });
  const release = before.holding ? { release: [holdKeyOf(ctx)] } : {};
  if (step.type === 'nothing') return { ...nothing(details, step.say, ctx), ...release };
  const { ask } = step;
  const requests = ask.ask === 'look' ? { requests: [lookRequest(step.wanted, ctx)] } : {};
  return { state: { ...details, open: ask }, say: step.say, ...requests, ...release };
}

/** Days of earlier choices that are remembered. */
const MAX_FORMER = 4;

/** A free time was chosen: it is kept for the caller while the rest is asked. */
function fixed(
  before: BookDetails,
  step: Extract<MomentStep, { type: 'fixed' }>,
  ctx: TaskContext,
): BookStep {
  const { slot } = step;
  const wanted = { ...step.wanted, wish: exactly(slot, step.wanted.wish), doubtful: false };
  const details = {
    ...changed(before, 'moment', { wanted, slot }),
    refusals: before.refusals,
    former: [...(before.former ?? []), slot.date].slice(-MAX_FORMER),
    holding: true,
  };
  const next = advance(details, ctx, { lead: step.say });
  const hold: DialogRequest = {
    type: 'hold',
    holdKey: holdKeyOf(ctx),
    slot: slotRequest(slot, wantedTerms(wanted, ctx), ctx),
  };
  return { ...next, requests: [hold, ...(next.requests ?? [])] };
}

/** Nothing is free: the waiting list where there is one, else another day. */
function nothing(details: BookDetails, say: readonly Line[], ctx: TaskContext): BookStep {
  if (!ctx.business.waitingList) return asking(fresh(details), { ask: 'day' }, ctx, say);
  return {
    state: { ...details, open: { ask: 'waitlist' } },
    say,
    next: { type: 'push', task: 'waitlist', start: { args: waitlistArgs(details) } },
  };
}

/** The details with day and time forgotten; refusals and the person stay. */
export function fresh(details: BookDetails): BookDetails {
  const { wish } = details.wanted;
  const open = { dates: [], weekdays: [], times: [], not: { ...wish.not, moments: [] } };
  const staff = wish.staff === undefined ? {} : { staff: wish.staff };
  return withoutSlot({
    ...details,
    wanted: { ...details.wanted, wish: { ...open, ...staff }, doubtful: false },
  });
}

/** What the waiting list has to know, as words. */
function waitlistArgs(details: BookDetails): Readonly<Record<string, string>> {
  const { wish, serviceId } = details.wanted;
  const dates = [...wish.dates].sort();
  const from = dates[0] ?? wish.stretch?.from;
  const to = dates.at(-1) ?? wish.stretch?.to;
  return {
    ...(serviceId === undefined ? {} : { service: serviceId }),
    ...(wish.staff === undefined ? {} : { staff: wish.staff }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(wish.window === undefined
      ? {}
      : { fromMin: String(wish.window.fromMin), toMin: String(wish.window.toMin) }),
  };
}
