import type { Clause, Interpretation, Mention } from '../../nlu/types.js';
import type { TaskContext } from '../task.js';
import { endOfPhrase, isOneOf, says } from './phrases.js';
import { whenBeside } from './when-beside.js';

/** Longest reason that is kept; it is read back to the caller. */
export const MAX_PURPOSE_CHARS = 80;

/** Score from which a service counts as named; below it, it is the best guess of an asked-for reason. */
const NAMED = 0.5;

/** Why the caller comes. */
export interface Purpose {
  /** The service's spoken name, or the caller's own words. */
  readonly text: string;
  readonly serviceId?: string;
}

/** The service that a turn names, if it names one: the surest, the last of several. */
export function hearService(
  said: Interpretation,
  ctx: TaskContext,
  mentions: readonly Mention[] = said.mentions,
): Purpose | undefined {
  const named = mentions.filter(
    (mention) => mention.type === 'service' && !mention.excluded && mention.score >= NAMED,
  );
  const best = named.reduce<(typeof named)[number] | undefined>(
    (so, mention) =>
      so === undefined || (mention.type === 'service' && so.type === 'service' && mention.score >= so.score)
        ? mention
        : so,
    undefined,
  );
  if (best?.type !== 'service') return undefined;
  return purposeOf(best.id, ctx);
}

/** A service by its id, as a reason. */
export function purposeOf(serviceId: string, ctx: TaskContext): Purpose | undefined {
  const service = ctx.business.services.find(({ id }) => id === serviceId);
  return service === undefined ? undefined : { text: service.name, serviceId: service.id };
}

/** Reads the answer to "what is it about?": a service, or the caller's own words. */
export function hearPurpose(said: Interpretation, ctx: TaskContext): Purpose | undefined {
  const service = hearService(said, ctx);
  if (service !== undefined) return service;
  if (says(said, 'rather_not_say', ctx.lexicon.locale)) {
    return { text: ctx.lexicon.locale.phrases['unsaid_purpose']?.[0] ?? '' };
  }
  return ownWords(said, ctx);
}

/** The caller's words where they tell something: no yes or no, question, command or courtesy. */
export function ownWords(said: Interpretation, ctx: TaskContext): Purpose | undefined {
  const telling = said.clauses.filter(
    (clause) =>
      (clause.act === 'inform' || clause.act === 'request') &&
      clause.command === undefined &&
      clause.social === undefined &&
      !isChangeOfTime(clause, ctx) &&
      clause.unread.length > (clause.negated ? 2 : clause.deferred ? 1 : 0),
  );
  const corrects = said.mentions.some((mention) => mention.type === 'field' && mention.field !== 'service');
  if (corrects || says(said, 'unsure_purpose', ctx.lexicon.locale)) return undefined;
  if (telling.length === 0 || said.thinking || said.language !== undefined || said.alert !== undefined) {
    return undefined;
  }
  return purposeFrom(telling.map((clause) => whyOf(clause, said, ctx)).join(' '), ctx);
}

/** The words of a clause without those that say when at one of its ends. */
function whyOf(clause: Clause, said: Interpretation, ctx: TaskContext): string {
  const when = whenBeside(clause, said, ctx.lexicon.locale);
  if (when === undefined) return clause.text;
  const { from, to } =
    when.from === clause.from ? { from: when.to, to: clause.to } : { from: clause.from, to: when.from };
  return textBetween(said, from, to);
}

const textBetween = ({ text, tokens }: Interpretation, from: number, to: number): string =>
  to > from ? text.slice(tokens[from]?.start ?? 0, tokens[to - 1]?.end ?? 0) : '';

/** A reason in own words where something else was asked: what follows "it's about". */
export function purposeIn(said: Interpretation, ctx: TaskContext): Purpose | undefined {
  const { locale } = ctx.lexicon;
  for (const clause of said.clauses) {
    if (clause.act === 'question' || clause.negated) continue;
    const when = whenBeside(clause, said, locale);
    const end = when !== undefined && when.to === clause.to ? when.from : clause.to;
    const lead = endOfPhrase(said.tokens.slice(0, end), clause.from, 'purpose_said', locale);
    const purpose = lead === undefined ? undefined : purposeFrom(textBetween(said, lead, end), ctx);
    if (purpose !== undefined) return purpose;
  }
  return undefined;
}

/** "Monday instead": a time, and words that only say that it is another. */
function isChangeOfTime({ mentions, unread }: Interpretation['clauses'][number], ctx: TaskContext): boolean {
  const changes = ctx.lexicon.locale.phrases['words_of_change'] ?? [];
  return (
    mentions.some(({ type }) => type === 'time') &&
    unread.every((word) => changes.includes(word.toLowerCase()))
  );
}

/** Words of the caller as a reason, such as those after "the reason is". */
export function purposeFrom(words: string, ctx: TaskContext): Purpose | undefined {
  const text = trimmed(words, ctx);
  return text === undefined ? undefined : { text };
}

/** Without the words that only lead to a reason ("it is about"), and not longer than can be read back. */
function trimmed(words: string, ctx: TaskContext): string | undefined {
  const leads = [...(ctx.lexicon.locale.phrases['purpose_leads'] ?? [])].sort((a, b) => b.length - a.length);
  let text = words.trim().replace(/[\s,.!?;:]+$/, '');
  for (let found = true; found;) {
    const lead = leads.find((phrase) => text.toLowerCase().startsWith(`${phrase} `));
    found = lead !== undefined;
    if (lead !== undefined) text = text.slice(lead.length).replace(/^[\s,.]+/, '');
  }
  if (text.length < 3 || isOneOf(text.toLowerCase(), 'purpose_empty', ctx.lexicon.locale)) return undefined;
  const cut = text.slice(0, MAX_PURPOSE_CHARS);
  const kept = text.length <= MAX_PURPOSE_CHARS ? text : cut.slice(0, Math.max(cut.lastIndexOf(' '), 3));
  return /^[A-Z][a-z]/.test(kept) ? kept.charAt(0).toLowerCase() + kept.slice(1) : kept;
}
