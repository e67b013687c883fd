import { signIn } from '../nlu/signs.js';
import type { Clause, Interpretation, SignKind } from '../nlu/types.js';
import { line } from '../render.js';
import type { Draft } from './draft.js';
import { openQuestion } from './listening.js';
import { askAgain } from './stack.js';

const STORIES: readonly SignKind[] = ['sad', 'story'];

/** Questions that a day or a time in a story would answer wrongly. */
const OF_MOMENT: ReadonlySet<string> = new Set(['date', 'time', 'offer', 'name', 'yes_no']);

/**
 * A turn without what only tells of something that has happened. A death or an illness gets a word of sympathy; then, or where nothing
 * else was said, the open question is put again. The day of such a story is no day of an appointment.
 *
 * @returns `undefined` when all is said
 */
export function withoutStories(draft: Draft, said: Interpretation): Interpretation | undefined {
  const { expects } = openQuestion(draft.state, draft.ctx);
  // What a form or a message asks for is answered by whatever is told.
  if (draft.top?.task === 'form' || expects === 'words' || signIn(said, 'pass_on') !== undefined) return said;
  const told = STORIES.flatMap((kind) => signIn(said, kind) ?? []);
  if (told.length === 0) return said;
  const isSad = told.some(({ kind }) => kind === 'sad');
  if (isSad) draft.say(line('social.sympathy'));
  else if (!OF_MOMENT.has(expects) || draft.top?.task !== 'book') return said;
  const isTold = (clause: Clause): boolean =>
    clause.act !== 'request' &&
    clause.act !== 'question' &&
    told.some(({ from, to }) => from < clause.to && clause.from < to);
  const isReason = expects === 'service' || expects === 'option';
  if (isReason) {
    return withClauses(
      said,
      said.clauses.map((clause) => (isTold(clause) ? timeless(clause) : clause)),
    );
  }
  const rest = withClauses(
    said,
    said.clauses.filter((clause) => !isTold(clause)),
  );
  const hasMore = rest.clauses.some(
    ({ act, mentions, unread }) => act === 'affirm' || act === 'deny' || mentions.length + unread.length > 0,
  );
  if (hasMore || said.command !== undefined) return rest;
  if (!isSad) return { ...rest, clauses: said.clauses, unread: said.unread };
  draft.set({ misses: 0 });
  askAgain(draft);
  return undefined;
}

const timeless = (clause: Clause): Clause => ({
  ...clause,
  mentions: clause.mentions.filter(({ type }) => type !== 'time'),
});

const withClauses = (said: Interpretation, clauses: readonly Clause[]): Interpretation => ({
  ...said,
  clauses,
  mentions: clauses.flatMap(({ mentions }) => mentions),
  unread: clauses.flatMap(({ unread }) => unread),
});
