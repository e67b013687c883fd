import type { Interpretation, Mention } from '../../../nlu/types.js';
import { addDays, daysBetween, weekdayOf } from '../../../nlu/time/local-date.js';
import { withoutDay, withoutParts, withoutTime } from '../../../schedule/wish.js';
import { termsOf, type Slot } from '../../../schedule/calendar.js';
import type { TaskContext } from '../../task.js';
import { elsewhere, isMomentAsk, takeMoment, type MomentHearing } from '../moment/index.js';
import { hearName, same } from '../name.js';
import { isClean, says } from '../phrases.js';
import { hearPurpose, hearService, purposeFrom, purposeIn, type Purpose } from '../service.js';
import { whenBeside } from '../when-beside.js';
import { changed, withoutSlot, type BookAsk, type BookDetails } from './state.js';

/** What a turn changed in what is known of the appointment. */
export interface Taken {
  readonly details: BookDetails;
  /** Set when day or time were named; the search goes on with it. */
  readonly moment?: MomentHearing;
  /** A name that is asked to be spelled. */
  readonly doubtfulName?: string;
  /** Parts that were named as wrong without a new value. */
  readonly cleared: readonly ('day' | 'time' | 'service' | 'name')[];
  readonly isChanged: boolean;
}

/** Takes everything that a turn says about the appointment, whatever was asked. */
export function takeAll(details: BookDetails, open: BookAsk, said: Interpretation, ctx: TaskContext): Taken {
  const named = takeName(details, open, said, ctx);
  const served = takeService(named.details, open, said, ctx);
  const mentions = momentMentions(open, said, ctx)
    .filter((mention) => details.slot === undefined || !isOrdinal(open, mention, said))
    .map((mention) => onFormerDay(mention, details));
  const heard = momentOf(served.details, said, mentions, ctx);
  const moment = heard === undefined ? undefined : isMomentAsk(open) ? heard : withoutOffers(heard);
  const cleared = takeFields(
    served.details,
    said,
    { moment: moment !== undefined, service: served.isChanged, name: named.isSaid },
    ctx,
  );
  const isChanged = named.isNamed || served.isChanged || moment !== undefined || cleared.length > 0;
  return {
    details: cleared.reduce(clear, served.details),
    ...(moment === undefined ? {} : { moment }),
    ...(named.doubtful === undefined ? {} : { doubtfulName: named.doubtful }),
    cleared,
    isChanged,
  };
}

interface NameTaken {
  readonly details: BookDetails;
  readonly isNamed: boolean;
  /** True when a name was said, also one that changes nothing. */
  readonly isSaid: boolean;
  readonly doubtful?: string;
}

function takeName(details: BookDetails, open: BookAsk, said: Interpretation, ctx: TaskContext): NameTaken {
  const current = open.ask === 'spell' ? open.pii.heard : details.pii.name;
  const heard = hearName(said, current, ctx);
  if (heard === undefined) return { details, isNamed: false, isSaid: false };
  const { name } = heard;
  const isCorrection = open.ask === 'confirm' || open.ask === 'change';
  if (details.pii.name !== undefined && same(name, details.pii.name)) {
    // It is said again because it was not understood; the second time it has to be heard in another way.
    const sameNames = details.sameNames + (isCorrection && said.polarity !== 'affirm' ? 1 : 0);
    return {
      details: { ...details, sameNames },
      isNamed: sameNames >= SAME_TO_SPELL,
      isSaid: true,
      ...(sameNames >= SAME_TO_SPELL ? { doubtful: name } : {}),
    };
  }
  if (!heard.sure && open.ask !== 'spell') return { details, isNamed: true, isSaid: true, doubtful: name };
  const pii = { ...details.pii, name };
  return { details: changed(details, 'name', { pii }), isNamed: true, isSaid: true };
}

/** A name that is corrected to the same so often is asked for letter by letter. */
const SAME_TO_SPELL = 2;

function takeService(
  details: BookDetails,
  open: BookAsk,
  said: Interpretation,
  ctx: TaskContext,
): { readonly details: BookDetails; readonly isChanged: boolean } {
  const purpose = open.ask === 'service' ? hearPurpose(said, ctx) : elsewherePurpose(open, said, ctx);
  if (purpose === undefined || purpose.text === details.purpose) return { details, isChanged: false };
  // Own words beside a time change no reason that is known.
  const isAside = purpose.serviceId === undefined && details.purpose !== undefined && isMomentAsk(open);
  if (isAside) return { details, isChanged: false };
  return { details: withPurpose(details, purpose, ctx), isChanged: true };
}

/** A reason that is named where something else was asked. */
function elsewherePurpose(open: BookAsk, said: Interpretation, ctx: TaskContext): Purpose | undefined {
  const { locale } = ctx.lexicon;
  // "After my class": words inside of an answer about the time are no reason.
  const clauses = isMomentAsk(open) ? said.clauses.filter((clause) => isClean(clause, locale)) : said.clauses;
  const mentions = said.mentions.filter((mention) =>
    clauses.some((clause) => clause.from <= mention.from && mention.to <= clause.to),
  );
  const service = hearService(said, ctx, mentions);
  const field = said.mentions.find((mention) => mention.type === 'field' && mention.field === 'service');
  if (service !== undefined) return service;
  return field?.type === 'field' && field.text !== undefined
    ? purposeFrom(field.text, ctx)
    : purposeIn(said, ctx);
}

/** The details with another reason; a service of other terms has its free times looked up anew. */
export function withPurpose(details: BookDetails, purpose: Purpose, ctx: TaskContext): BookDetails {
  const { serviceId: before, ...rest } = details.wanted;
  const wanted = purpose.serviceId === undefined ? rest : { ...rest, serviceId: purpose.serviceId };
  const { notes: _notes, ...pii } = details.pii;
  const isOther = before !== purpose.serviceId;
  const next = changed(details, 'service', { purpose: purpose.text, wanted, ...(isOther ? { pii } : {}) });
  const terms = [before, purpose.serviceId].map((id) => JSON.stringify(termsOf(ctx.business, id)));
  return terms[0] === terms[1] ? next : withoutSlot(next);
}

/**
 * The mentions that are about when and with whom. At a question for something else, days and times inside of its answer
 * belong to the answer ("I have to finish it before Friday") unless a clause speaks of nothing but them, or has them at one
 * of its ends ("Tuesday at ten, about insurance").
 */
function momentMentions(open: BookAsk, said: Interpretation, ctx: TaskContext): readonly Mention[] {
  const asksElse = open.ask === 'service' || open.ask === 'name' || open.ask === 'spell';
  if (!asksElse) return said.mentions;
  const { locale } = ctx.lexicon;
  const spans = said.clauses.flatMap((clause) => {
    const has = (type: Mention['type']): boolean => clause.mentions.some((mention) => mention.type === type);
    if (has('letters')) return [];
    if (!has('service') && !has('name') && isClean(clause, locale)) return [clause];
    return whenBeside(clause, said, locale) ?? [];
  });
  return said.mentions.filter((mention) =>
    spans.some(({ from, to }) => from <= mention.from && mention.to <= to),
  );
}

/** "The first" changes no day that is chosen, where something else was asked. */
const isOrdinal = ({ ask }: BookAsk, { type, from, to }: Mention, { tokens }: Interpretation): boolean =>
  (ask === 'service' || ask === 'name' || ask === 'spell') &&
  type === 'time' &&
  to - from <= 2 &&
  tokens[to - 1]?.ord !== undefined;

/** "No, Friday" after a slip means the Friday that was chosen before it. */
function onFormerDay(mention: Mention, { former = [], slot }: BookDetails): Mention {
  if (mention.type !== 'time' || mention.excluded || slot === undefined) return mention;
  const { value } = mention;
  if (value.kind !== 'date' || value.weekdayOnly !== true) return mention;
  const before = former.findLast((date) => weekdayOf(date) === weekdayOf(value.date) && date !== slot.date);
  return before === undefined ? mention : { ...mention, value: { ...value, date: before } };
}

/** A refusal by itself has the day or time asked for again: "no, not Tuesday". */
const withoutOffers = (heard: MomentHearing): MomentHearing =>
  heard.type === 'wanted' && heard.options.lead?.length === 0 ? { ...heard, options: {} } : heard;

function momentOf(
  details: BookDetails,
  said: Interpretation,
  mentions: readonly Mention[],
  ctx: TaskContext,
): MomentHearing | undefined {
  const { slot, wanted } = details;
  const taken = sameWeekday(takeMoment(wanted, said, ctx, slot, mentions), slot);
  const clauses = said.clauses.filter((clause) => isClean(clause, ctx.lexicon.locale));
  const other = mentions.findLast(
    (mention) =>
      mention.type === 'other' &&
      clauses.some((clause) => clause.from <= mention.from && mention.to <= clause.to),
  );
  if (taken !== undefined || slot === undefined || other?.type !== 'other') return taken;
  if (says(said, 'another_day', ctx.lexicon.locale)) return undefined;
  return elsewhere(wanted, [slot], other.direction);
}

/** "The same time next week" keeps the weekday of the time that was chosen. */
function sameWeekday(heard: MomentHearing | undefined, slot: Slot | undefined): MomentHearing | undefined {
  if (heard?.type !== 'wanted' || slot === undefined) return heard;
  const { wish } = heard.wanted;
  const { stretch } = wish;
  if (stretch === undefined || wish.weekdays.length > 0 || daysBetween(stretch.from, stretch.to) > 6) {
    return heard;
  }
  const ahead = (weekdayOf(slot.date) - weekdayOf(stretch.from) + 7) % 7;
  const inStretch = addDays(stretch.from, ahead);
  if (inStretch > stretch.to) return heard;
  const date = inStretch === slot.date ? addDays(inStretch, 7) : inStretch;
  return { ...heard, wanted: { ...heard.wanted, wish: { ...withoutDay(wish), dates: [date] } } };
}

/** Parts that are named as wrong, without their new value. */
function takeFields(
  details: BookDetails,
  said: Interpretation,
  filled: { readonly moment: boolean; readonly service: boolean; readonly name: boolean },
  ctx: TaskContext,
): Taken['cleared'] {
  const given = { day: filled.moment, time: filled.moment, service: filled.service, name: filled.name };
  const known = { day: details.slot, time: details.slot, service: details.purpose, name: details.pii.name };
  const fields = said.mentions.flatMap((mention) => (mention.type === 'field' ? [mention.field] : []));
  if (!filled.moment && details.slot !== undefined && says(said, 'another_day', ctx.lexicon.locale)) {
    fields.push('day');
  }
  return (['day', 'time', 'service', 'name'] as const).filter(
    (field) => fields.includes(field) && !given[field] && known[field] !== undefined,
  );
}

/** The details with a part forgotten. */
export function clear(details: BookDetails, field: Taken['cleared'][number]): BookDetails {
  const { wanted } = details;
  switch (field) {
    case 'day': {
      const wish = withoutDay(wanted.wish);
      return withoutSlot({ ...details, wanted: { ...wanted, wish } });
    }
    case 'time': {
      const wish = withoutTime(withoutParts(wanted.wish, 'window'));
      return withoutSlot({ ...details, wanted: { ...wanted, wish } });
    }
    case 'service': {
      const { purpose: _purpose, ...rest } = details;
      return rest;
    }
    case 'name': {
      const { name: _name, ...pii } = details.pii;
      return { ...details, pii };
    }
    default: {
      return field;
    }
  }
}
