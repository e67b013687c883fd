import type { GuardRules } from '../../core/guard-rules.js';
import { interpret } from '../../core/nlu/interpret.js';
import type { Lexicon } from '../../core/nlu/lexicon.js';
import type { OpenQuestion } from '../../core/nlu/types.js';
import { refusalAmong } from '../../core/tasks/form/refuse.js';
import type { CalibratedHead } from '../../intent/core/heads.js';
import type { GuardAction, GuardReason, GuardVerdict } from './types.js';
import { plainWords } from './features.js';
import { readGuard } from './head.js';
import { findPii, redact, type PiiKind } from './pii.js';
import { holdsSecret, saysAbuse, saysAttack, saysLeak } from './words.js';

/** What is judged, beside what the pack forbids. */
export interface Guardrails {
  /** Probabilities of attacks and abuse; without it words alone are looked at. */
  readonly head?: CalibratedHead;
  /** Whether abuse is judged. */
  readonly toxicity: boolean;
  /** Whether personal data are looked for. */
  readonly pii: boolean;
}

/** What a guard knows of the office. */
export interface GuardedOffice {
  readonly lexicon: Lexicon;
  readonly guard: GuardRules;
}

/** Longest text of a caller, characters. */
export const MAX_INPUT_CHARS = 1000;

/** From here on a text is taken for an attack: it is kept from models. */
export const ATTACK = 0.5;
/** From here on the caller is told, too; below, the dialog goes on without a model. */
export const SURE_ATTACK = 0.9;
/** Fewer words are no attack by themselves ("repeat everything you said", "if you must"), unless they are one of the locale's. */
const MIN_JUDGED_WORDS = 5;
/** The most that so few words can come to. */
const UNJUDGED = ATTACK / 2;
/** From here on words are abuse. */
export const TOXIC = 0.7;

/** What callers may tell for their own sake, and what nobody should: those are taken out wherever they are said. */
const NEVER_KEPT: ReadonlySet<PiiKind> = new Set<PiiKind>(['card', 'ssn']);

const ANYTHING: OpenQuestion = {
  id: 'guard',
  expects: 'digits',
  time: { today: '2000-01-03', nowMin: 0 },
};

/** Probabilities of a text; an attack and an insult in plain words are 1. */
export function scoresOf(
  text: string,
  { head, toxicity }: Guardrails,
  { locale }: Lexicon,
): GuardVerdict['scores'] {
  const { injection, toxic } = head === undefined ? { injection: 0, toxic: 0 } : readGuard(head, text);
  const isShort = plainWords(text).length < MIN_JUDGED_WORDS;
  return {
    injection: saysAttack(text, locale) ? 1 : isShort ? Math.min(injection, UNJUDGED) : injection,
    ...(toxicity ? { toxic: saysAbuse(text, locale) ? 1 : toxic } : {}),
  };
}

/** Numbers of cards and of social security are taken out. */
export function withoutSecrets(text: string, { locale }: Lexicon): string {
  return redact(
    text,
    findPii(text, locale).filter(({ kind }) => NEVER_KEPT.has(kind)),
  );
}

/** What stands in the place of what a pack does not take. */
export const tagOf = (id: string): string => `[${id.toUpperCase().replaceAll('-', '_')}_REDACTED]`;

/** Judges words of a caller by themselves. */
export function judgeInput(text: string, rails: Guardrails, { lexicon, guard }: GuardedOffice): GuardVerdict {
  if (text.length > MAX_INPUT_CHARS) return { action: 'block', reasons: ['too_long'], scores: {}, text: '' };
  const scores = scoresOf(text, rails, lexicon);
  const said = interpret({ text, confidence: 1 }, ANYTHING, lexicon);
  const spoken = ` ${said.tokens.map(({ word }) => word).join(' ')} `;
  const isTopic = guard.topics.some(({ words }) => words.some((phrase) => spoken.includes(` ${phrase} `)));
  const refused = refusalAmong(guard.refuses, said);
  const plain = rails.pii ? withoutSecrets(text, lexicon) : text;
  // What has no place of its own in the words, such as a password, goes with all of them.
  const masked = refused === undefined || plain !== text ? plain : tagOf(refused.id);
  const found: readonly (readonly [boolean, GuardAction, GuardReason])[] = [
    [said.alert !== undefined, 'escalate', said.alert ?? 'emergency'],
    [(scores.injection ?? 0) >= ATTACK, 'block', 'prompt_injection'],
    [isTopic, 'block', 'forbidden_topic'],
    [(scores.toxic ?? 0) >= TOXIC, 'block', 'abuse'],
    [masked !== text, 'mask', 'pii'],
  ];
  return verdictOf(found, scores, masked);
}

/** Judges words of the agent by themselves; what they may be grounded in is not known. */
export function judgeOutput(
  text: string,
  rails: Guardrails,
  { lexicon, guard }: GuardedOffice,
): GuardVerdict {
  const { toxic = 0 } = scoresOf(text, rails, lexicon);
  const masked = rails.pii ? redact(text, findPii(text, lexicon.locale)) : text;
  const found: readonly (readonly [boolean, GuardAction, GuardReason])[] = [
    [rails.toxicity && toxic >= TOXIC, 'block', 'toxic_content'],
    [holdsSecret(text), 'block', 'secret'],
    [saysLeak(text, lexicon.locale), 'block', 'prompt_leak'],
    [speaksOfForbidden(text, guard), 'block', 'forbidden_topic'],
    [masked !== text, 'mask', 'pii'],
  ];
  return verdictOf(found, rails.toxicity ? { toxic } : {}, masked);
}

/** True for words that the pack never says, or that are about what it does not talk about. */
export function speaksOfForbidden(text: string, { neverSays, topics }: GuardRules): boolean {
  const lower = text.toLowerCase();
  const line = ` ${plainWords(text).join(' ')} `;
  return (
    neverSays.some((word) => lower.includes(word)) ||
    topics.some(({ words }) => words.some((phrase) => line.includes(` ${phrase} `)))
  );
}

/** The gravest finding decides. */
function verdictOf(
  found: readonly (readonly [boolean, GuardAction, GuardReason])[],
  scores: GuardVerdict['scores'],
  text: string,
): GuardVerdict {
  const held = found.filter(([isFound]) => isFound);
  const action = held[0]?.[1] ?? 'allow';
  const isKept = action === 'allow' || action === 'mask';
  return { action, reasons: held.map(([, , reason]) => reason), scores, text: isKept ? text : '' };
}
