import { afterConjunction, type Draft } from './clauses.js';
import { isAnswer, type Piece } from './cover.js';
import { differs } from './echo.js';
import { hasPhrase, textOf, tokensOf, type Sentence, type Span } from './sentence.js';
import type { Act, Clause, Mention, SocialKind } from './types.js';

/** A clause with what only the reading of the whole turn needs. */
export interface Reading {
  readonly clause: Clause;
  readonly pieces: readonly Piece[];
  /** "But", "except", "only": what follows takes something back. */
  readonly isContrast: boolean;
  /** A question about something else than what was asked, which can be answered after it. */
  readonly isAside: boolean;
  /** Words that refuse by their meaning: "wrong", "another", "too early". */
  readonly isRejecting: boolean;
  /** True when the clause repeats values that were asked about, and nothing else. */
  readonly isEcho: boolean;
  /** Ends in a hesitation: the sentence would go on. */
  readonly isTrailing: boolean;
}

/** Reads one clause. */
export function readClause(sentence: Sentence, draft: Draft): Reading {
  const { pieces, isWhole, command } = draft;
  const mentions = mentionsOf(sentence, draft);
  const isFree = freeUnits(sentence, draft);
  const has = (list: string): boolean => hasPhrase(sentence, list, draft, isFree);
  const kinds = new Set(pieces.map(({ kind }) => kind));
  const form = isWhole ? undefined : formOf(sentence, draft);
  const isRejecting = has('reject');
  const isNegative = has('negation') || mentions.some(({ excluded }) => excluded);
  const negated = isNegative || kinds.has('deny');
  const social = socialOf(sentence, draft, kinds);
  const unread = unreadOf(sentence, draft, mentions);
  const act: Act =
    command === undefined
      ? (answerAct(pieces) ??
        form ??
        (social === undefined || mentions.length > 0
          ? statementAct(sentence.isYesNo && (negated || isRejecting), mentions, unread)
          : 'social'))
      : 'command';
  const isContrast = has('contrast');
  const isEcho = mentions.length > 0 && unread.length === 0 && !differs(mentions, sentence.question.asked);
  return {
    clause: {
      text: textOf(sentence, draft),
      ...tokensOf(sentence, draft),
      act,
      ...(command === undefined ? {} : { command: command.kind }),
      ...(social === undefined ? {} : { social }),
      negated,
      hedged: has('hedge') || (draft.isAsking && isWhole && pieces.some(isAnswer) && !kinds.has('agree')),
      conditional: has('condition'),
      deferred: command?.kind === 'wait' || has('defer'),
      mentions,
      unread,
    },
    pieces,
    isContrast,
    isRejecting,
    isEcho,
    isTrailing: pieces.some(isAnswer) && pieces.at(-1)?.kind === 'hesitation',
    isAside:
      act === 'question' &&
      grammarForm(sentence, draft) === 'question' &&
      !(isRejecting || negated || isContrast || has('condition') || has('defer') || has('hedge')) &&
      isElsewhere(sentence, draft, mentions),
  };
}

/** Mentions of the clause; words of an answer ("that's the one") name nothing. */
function mentionsOf(sentence: Sentence, draft: Draft): readonly Mention[] {
  const { from, to } = tokensOf(sentence, draft);
  const claimed = new Set<number>();
  const claim = (span: Span): void => {
    const taken = tokensOf(sentence, span);
    for (let token = taken.from; token < taken.to; token++) claimed.add(token);
  };
  for (const piece of draft.pieces) if (piece.kind !== 'echo' && piece.kind !== 'glue') claim(piece);
  if (draft.command !== undefined) claim(draft.command);
  return sentence.mentions.filter((mention) => {
    if (mention.from < from || mention.from >= to) return false;
    // "Too" alone, where a time was asked for, is "two".
    if (sentence.question.expects === 'time' && mention.from === from && mention.to === to) return true;
    for (let token = mention.from; token < mention.to; token++) if (!claimed.has(token)) return true;
    return false;
  });
}

/** Units that no piece, command or value took: where negations, hedges and conditions count. */
function freeUnits({ mentionAt }: Sentence, { pieces, command }: Draft): (unit: number) => boolean {
  const taken = new Set<number>();
  for (const { from, to, kind } of pieces) {
    // A refusal is read for its "not now" and "I don't think so" as well.
    if (kind !== 'deny') for (let at = from; at < to; at++) taken.add(at);
  }
  if (command !== undefined) for (let at = command.from; at < command.to; at++) taken.add(at);
  return (unit) => !taken.has(unit) && mentionAt[unit] === undefined;
}

function answerAct(pieces: readonly Piece[]): Act | undefined {
  const answers = pieces.filter(isAnswer);
  const last = answers.at(-1);
  if (last === undefined) return undefined;
  return last.kind === 'no' || last.kind === 'deny' || last.kind === 'done' ? 'deny' : 'affirm';
}

function statementAct(isRefusing: boolean, mentions: readonly Mention[], unread: readonly string[]): Act {
  if (mentions.length > 0) return 'inform';
  if (isRefusing) return 'deny';
  return unread.length > 0 ? 'inform' : 'none';
}

/** Question or request by grammar. */
function formOf(sentence: Sentence, draft: Draft): 'question' | 'request' | undefined {
  return grammarForm(sentence, draft) ?? (draft.isAsking ? 'question' : undefined);
}

function grammarForm(sentence: Sentence, draft: Draft): 'question' | 'request' | undefined {
  const { chart, question } = sentence;
  const first = afterConjunction(sentence, draft);
  let at = first;
  for (;;) {
    if (chart.ends('question_opening', at).some((end) => end <= draft.to)) return 'question';
    const next = Math.max(
      at,
      ...['hesitation', 'filler', 'courtesy', 'apology', 'command_wait'].map(
        (list) => chart.longest(list, at, draft.to) ?? at,
      ),
    );
    if (next === at) break;
    at = next;
  }
  for (let tail = first + 1; tail < draft.to; tail++) {
    if (chart.spans('question_tail', tail, draft.to)) return 'question';
  }
  const isOpen = question.expects === 'matter';
  if (
    chart.ends('question_follow', draft.from).length > 0 &&
    (isOpen || chart.spans('what_about', draft.from, draft.from + 2))
  ) {
    return 'question';
  }
  for (let start = draft.from; start <= at; start++) {
    if (chart.ends('request_opening', start).some((end) => end <= draft.to)) return 'request';
  }
  return undefined;
}

function socialOf(
  sentence: Sentence,
  draft: Draft,
  kinds: ReadonlySet<Piece['kind']>,
): SocialKind | undefined {
  const { chart } = sentence;
  if (hasAnger(sentence, draft)) return 'anger';
  for (let at = draft.from; at < draft.to; at++) {
    if (chart.spans('about_agent', at, draft.to)) return 'about_agent';
    if (at === draft.from && chart.spans('chat', at, draft.to)) return 'chat';
  }
  for (const kind of ['thanks', 'greeting', 'apology', 'praise'] as const) if (kinds.has(kind)) return kind;
  if (chart.spans('backchannel', draft.from, draft.to)) return 'chat';
  return kinds.has('delight') ? 'praise' : undefined;
}

/** Words of anger that are no part of somebody's name: "Jesus Garcia"; a given name alone is one where a name is asked for. */
function hasAnger(sentence: Sentence, { from, to }: Draft): boolean {
  const { chart, mentionAt, question } = sentence;
  for (let at = from; at < to; at++) {
    const end = chart.longest('anger', at, to);
    if (end === undefined) continue;
    const name = mentionAt[at];
    const words = tokensOf(sentence, { from: at, to: end });
    const isPart = name?.type === 'name' && name.to - name.from > words.to - words.from;
    const isGiven = question.expects === 'name' && chart.spans('anger_or_name', at, end);
    if (!isPart && !isGiven) return true;
  }
  return false;
}

/** True for a question that leaves what was asked as it is: no value of it, no change, no look back at it. */
function isElsewhere(sentence: Sentence, { from, to }: Span, mentions: readonly Mention[]): boolean {
  const told = sentence.chart.find('asks_to_tell', from, to);
  const span = { from: told?.to ?? from, to };
  return mentions.length === 0 && !hasPhrase(sentence, 'not_aside', span, () => true);
}

/** Words that nobody claimed. */
function unreadOf(sentence: Sentence, draft: Draft, mentions: readonly Mention[]): readonly string[] {
  if (draft.isWhole) return [];
  const { chart, units, mentionAt } = sentence;
  const claimed = new Set<number>();
  const lists = ['courtesy', 'hesitation', 'filler', 'apology', 'greeting', 'predicate'];
  if (mentions.length > 0) lists.push('glue', 'wish');
  // A conjunction leads something: at the end of what was said it is left over.
  for (let at = draft.from; at < afterConjunction(sentence, draft); at++) claimed.add(at);
  for (let at = draft.from; at < draft.to; at++) {
    if (mentionAt[at] !== undefined) claimed.add(at);
    if (chart.spans('conjunction', at, at + 1) && at > draft.from && at < draft.to - 1) claimed.add(at);
    for (const list of lists) {
      const end = chart.longest(list, at, draft.to);
      if (end !== undefined) for (let unit = at; unit < end; unit++) claimed.add(unit);
    }
  }
  const { command } = draft;
  if (command !== undefined) for (let at = command.from; at < command.to; at++) claimed.add(at);
  const tokens = new Set<number>();
  for (let at = draft.from; at < draft.to; at++) if (!claimed.has(at)) tokens.add(units[at]?.token ?? 0);
  return [...tokens].map((token) => sentence.tokens[token]?.word ?? '');
}
