import {
  ATTACK,
  scoresOf,
  SURE_ATTACK,
  tagOf,
  TOXIC,
  withoutSecrets,
  type Guardrails,
} from '../guard/core/judge.js';
import { plainWords } from '../guard/core/features.js';
import { noteOf } from '../guard/core/note.js';
import type { GuardReason, GuardVerdict } from '../guard/core/types.js';
import type { DialogContext } from './context.js';
import type { DialogEffect, DialogInput, SayEffect } from './effects.js';
import type { GuardRules } from './guard-rules.js';
import type { DialogState, DialogStep } from './machine/state.js';
import { listeningOf } from './machine/listening.js';
import { interpret } from './nlu/interpret.js';
import type { Lexicon } from './nlu/lexicon.js';
import { tokenize } from './nlu/tokens.js';
import type { OpenQuestion } from './nlu/types.js';
import { line, render } from './render.js';
import { refusalAmong } from './tasks/form/refuse.js';

/** What a guard makes of a caller's words. */
export interface InputVerdict {
  /** The words as the dialog, the transcript and every model may have them. */
  readonly text: string;
  /** Why they are not dealt with, and what is said instead; the usual sentence unless told. */
  readonly refused?: { readonly id: string; readonly say?: readonly string[] };
  /** They may be an attack, or are abuse: no model sees them. */
  readonly untrusted?: true;
  /** Of words that do not go on as they are. */
  readonly verdict?: Pick<GuardVerdict, 'action' | 'reasons' | 'scores'>;
}

/** Stands on both sides of the dialog. Pure; checks that take time are requests of the dialog with a deadline. */
export interface Guard {
  /** @param before - what the caller has said before, where both may be read together */
  input(text: string, before?: string): InputVerdict;
  /** A sentence of the agent as it may be said; empty when nothing of it may. */
  output(text: string): string;
}

/** The part of the dialog that a guard stands around. */
interface Guarded {
  step(state: DialogState, input: DialogInput, context: DialogContext): DialogStep;
}

/**
 * A dialog whose inputs and words pass a guard: what a caller must not tell is taken out before the dialog, its
 * transcript and its models see it, and each sentence is checked before it is spoken. While a secret is asked for, the
 * question itself sees to it that nothing is kept.
 */
export function guarded<D extends Guarded>(
  dialog: D,
  guardOf: (context: DialogContext) => Guard,
): D & { heard: HeardAs } {
  return {
    ...dialog,
    heard: (state, text, context) =>
      listeningOf(state, context).secret === true ? '[secret]' : guardOf(context).input(text).text,
    step: (state, input, context) => {
      const guard = guardOf(context);
      const isOpen = input.type === 'turn' && listeningOf(state, context).secret !== true;
      const judged = isOpen ? guard.input(input.text, saidBefore(state)) : undefined;
      const taken = judged === undefined ? input : checked(input as Turn, judged);
      const step = dialog.step(state, taken, context);
      const effects = step.effects.map((effect) => sayable(effect, guard, context));
      const note = judged?.verdict === undefined ? [] : [noteOf('input', judged.verdict)];
      return { ...step, effects: [...note, ...effects] };
    },
  };
}

/** The caller's words as a transcript may hold them. */
export type HeardAs = (state: DialogState, text: string, context: DialogContext) => string;

type Turn = Extract<DialogInput, { type: 'turn' }>;

function checked(input: Turn, { text, refused, untrusted }: InputVerdict): DialogInput {
  return {
    ...{ ...input, text },
    ...(refused === undefined ? {} : { refused }),
    ...(untrusted === undefined ? {} : { untrusted }),
  };
}

/** Words that the next ones continue, for the dialog or for a model: an attack may come in two turns. */
function saidBefore({ pending, memory }: DialogState): string {
  const waiting = Object.values(pending).find(({ request }) => request.type === 'classify');
  const last = memory?.lines.findLast(({ role }) => role === 'caller');
  return waiting?.matter?.text ?? last?.text ?? '';
}

function sayable(effect: DialogEffect, guard: Guard, { prompts }: DialogContext): DialogEffect {
  if (effect.type !== 'say') return effect;
  const text = guard.output(effect.text);
  if (text === effect.text) return effect;
  const said: SayEffect = { ...effect, text };
  return text === '' ? { ...said, text: render(prompts, line('guard.withheld'), 0) } : said;
}

const ANYTHING: OpenQuestion = {
  id: 'guard',
  expects: 'digits',
  time: { today: '2000-01-03', nowMin: 0 },
};

/** The guard of a pack's `guard.yaml`, and of what is judged beside it. */
export function packGuard(rules: GuardRules, lexicon: Lexicon, rails?: Guardrails): Guard {
  const { refuses, topics, neverSays } = rules;
  const blocked = (id: string, reason: GuardReason, say?: readonly string[]): InputVerdict => ({
    text: '',
    refused: { id, ...(say === undefined ? {} : { say }) },
    verdict: { action: 'block', reasons: [reason], scores: {} },
  });
  const named = [...refuses, ...topics].flatMap(({ words }) => words);
  const hasNumbers = refuses.some(({ digits }) => digits?.luhn === true);
  /** Reading a turn takes some milliseconds; most hold neither a word nor a number that the pack speaks of. */
  const mayConcern = (text: string): boolean => {
    if (named.length === 0) return false;
    const tokens = tokenize(text, lexicon.locale.calendar);
    const line = ` ${tokens.map(({ word }) => word).join(' ')} `;
    const numbers = tokens.filter(({ num, digits }) => num !== undefined || digits === true).length;
    return (
      named.some((phrase) => line.includes(` ${phrase} `)) ||
      (hasNumbers && (numbers > 1 || /\d{4}/.test(text)))
    );
  };
  const ofPack = (text: string): InputVerdict | undefined => {
    if (!mayConcern(text)) return undefined;
    const said = interpret({ text, confidence: 1 }, ANYTHING, lexicon);
    const refusal = refusalAmong(refuses, said);
    if (refusal !== undefined) {
      const { id, say } = refusal;
      return { ...blocked(id, 'pii', say), text: tagOf(id) };
    }
    const plain = ` ${said.tokens.map(({ word }) => word).join(' ')} `;
    const topic = topics.find(({ words }) => words.some((phrase) => plain.includes(` ${phrase} `)));
    return topic === undefined ? undefined : { ...blocked(topic.id, 'forbidden_topic', topic.say), text };
  };
  return {
    input: (text, before = '') =>
      ofPack(text) ?? (rails === undefined ? { text } : railed(text, before, rails, lexicon)),
    output: (text) => {
      const isNever = (part: string): boolean => neverSays.some((word) => part.toLowerCase().includes(word));
      if (!isNever(text)) return text;
      const kept = text.split(/(?<=[.!?])\s+/).filter((sentence) => !isNever(sentence));
      return kept.join(' ');
    },
  };
}

/** The end of what was said before and the beginning of what follows. */
const seam = (before: string, text: string): string =>
  [...plainWords(before).slice(-SEAM_WORDS), ...plainWords(text).slice(0, SEAM_WORDS)].join(' ');

const SEAM_WORDS = 20;

/** An attack that is plain is refused; what may be one is dealt with by the dialog alone, as far as it understands it. */
function railed(text: string, before: string, rails: Guardrails, lexicon: Lexicon): InputVerdict {
  const alone = scoresOf(text, rails, lexicon);
  const injection = Math.max(
    alone.injection ?? 0,
    before === '' ? 0 : (scoresOf(seam(before, text), rails, lexicon).injection ?? 0),
  );
  const scores = { ...alone, injection };
  const reasons: GuardReason[] = [
    ...(injection >= ATTACK ? (['prompt_injection'] as const) : []),
    ...((scores.toxic ?? 0) >= TOXIC ? (['abuse'] as const) : []),
  ];
  const masked = rails.pii ? withoutSecrets(text, lexicon) : text;
  if (reasons.length === 0) {
    return masked === text
      ? { text }
      : { text: masked, verdict: { action: 'mask', reasons: ['pii'], scores } };
  }
  return {
    text: masked,
    ...(injection >= SURE_ATTACK ? { refused: { id: 'prompt-injection' } } : { untrusted: true as const }),
    verdict: { action: 'block', reasons, scores },
  };
}

const guards = new WeakMap<GuardRules, { readonly rails: Guardrails | undefined; readonly guard: Guard }>();

/** The guard of the pack that a step looks at; made once. */
export function guardOfPack({ guard: rules, guardrails: rails, lexicon }: DialogContext): Guard {
  const known = guards.get(rules);
  if (known !== undefined && known.rails === rails) return known.guard;
  const guard = packGuard(rules, lexicon, rails);
  guards.set(rules, { rails, guard });
  return guard;
}
