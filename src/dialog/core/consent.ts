import type { DtmfDigit } from '../../kernel/vocab.js';
import { differs, namesOnlyStretches } from './nlu/echo.js';
import { signIn } from './nlu/signs.js';
import type { AskedValues, CommandKind, Interpretation } from './nlu/types.js';

declare const brand: unique symbol;

/**
 * A caller's agreement to one thing. Only this file makes one, so that the compiler refuses every path to an effect
 * that changes something without it.
 */
export interface Consent {
  readonly [brand]: 'consent';
  /** The question that was agreed to, or the request that was made. */
  readonly to: string;
  readonly by: 'key' | 'words' | 'request' | 'alert' | 'identity';
}

/** What is to be agreed to. */
export interface Asked {
  readonly questionId: string;
  /** What was read back. */
  readonly values?: AskedValues;
  /** True when the caller has heard the question to its end. */
  readonly heardToEnd: boolean;
}

/** What an answer to a yes/no question comes to. */
export type Verdict =
  | { readonly kind: 'agreed'; readonly consent: Consent }
  | { readonly kind: 'refused' }
  /** Names a slot, or another value. */
  | { readonly kind: 'corrected' }
  | {
      readonly kind: 'unclear';
      readonly why: 'hedged' | 'conditional' | 'deferred' | 'unread' | 'not_heard' | 'unsure' | 'no_answer';
    };

const make = (to: string, by: Consent['by']): Consent => ({ to, by }) as Consent;

/** Key 1 agrees to what was heard to its end, key 2 refuses; other keys answer nothing. */
export function consentByKey(digit: DtmfDigit, asked: Asked): Verdict {
  // Of several keys in a row only the first can answer: the question behind it has not been heard.
  if (digit === '1' && !asked.heardToEnd) return unclear('not_heard');
  if (digit === '1') return { kind: 'agreed', consent: make(asked.questionId, 'key') };
  return digit === '2' ? { kind: 'refused' } : { kind: 'unclear', why: 'no_answer' };
}

/**
 * How sure the recogniser must be before words decide something. A wrong "ask again" costs four seconds; a wrong booking
 * costs a caller.
 */
export const CONSENT = {
  /** Least calibrated confidence (0..1) of an agreement. */
  confidence: 0.45,
  /** Least distance, in log units, between the best agreement and the best refusal, where the recogniser gives it. */
  margin: 1,
  /** Least calibrated confidence (0..1) of a goodbye: a greeting that is misheard must not end the call. */
  goodbye: 0.6,
} as const;

/**
 * What an answer to a yes/no question comes to. It agrees only when it says so and nothing else: not negated, hedged,
 * conditional or deferred, every word understood, every value the one that was asked and not only a stretch that holds it, the question heard to its end, and the
 * recogniser sure of it. A question beside a clean agreement ({@link Interpretation.aside}) takes nothing of it back.
 */
export function consentFrom(said: Interpretation, asked: Asked): Verdict {
  if (said.alert !== undefined) return unclear('no_answer');
  const isOther = differs(said.mentions, asked.values);
  if (said.polarity !== 'affirm' || said.act !== 'affirm') return verdictOfOthers(said, isOther);
  if (isOther) return { kind: 'corrected' };
  if (said.negated) return { kind: 'refused' };
  const doubt = doubtOf(said);
  if (doubt !== undefined) return unclear(doubt);
  if (said.unread.length > 0) return unclear('unread');
  if (namesOnlyStretches(said.mentions)) return unclear('unsure');
  if (said.language !== undefined) return unclear('no_answer');
  if (!asked.heardToEnd) return unclear('not_heard');
  if (!(said.confidence >= CONSENT.confidence)) return unclear('unsure');
  if (said.margin !== undefined && !(said.margin >= CONSENT.margin)) return unclear('unsure');
  return { kind: 'agreed', consent: make(asked.questionId, 'words') };
}

type Doubt = (Verdict & { readonly kind: 'unclear' })['why'];

const unclear = (why: Doubt): Verdict => ({ kind: 'unclear', why });

const doubtOf = ({ hedged, conditional, deferred }: Interpretation): Doubt | undefined =>
  deferred ? 'deferred' : conditional ? 'conditional' : hedged ? 'hedged' : undefined;

function verdictOfOthers(said: Interpretation, isOther: boolean): Verdict {
  // What is given up is refused, whatever else is named.
  if (said.command === 'stop') return { kind: 'refused' };
  if (said.command !== undefined) return unclear(said.deferred ? 'deferred' : 'no_answer');
  if (isOther) return { kind: 'corrected' };
  if (said.polarity === 'deny') return { kind: 'refused' };
  const doubt = doubtOf(said);
  if (doubt !== undefined) return unclear(doubt);
  return unclear(said.unread.length > 0 && said.act !== 'question' ? 'unread' : 'no_answer');
}

/** The consent that lies in asking for the thing itself: "a person, please", "goodbye". */
export function consentByRequest(said: Interpretation, command: CommandKind): Consent | undefined {
  const isPlain = !said.negated && !said.hedged && !said.conditional && !said.deferred;
  if (command === 'goodbye' && !(said.confidence >= CONSENT.goodbye)) return undefined;
  return said.command === command && isPlain ? make(command, 'request') : undefined;
}

/** The consent that lies in taking a promise back: "actually, don't call me". */
export function consentToWithdraw(said: Interpretation): Consent | undefined {
  const isSaid = said.command === 'opt_out' || signIn(said, 'no_call') !== undefined;
  const isPlain = said.act !== 'question' && !said.hedged && !said.conditional && !said.deferred;
  return isSaid && isPlain ? make('withdraw', 'request') : undefined;
}

/** Somebody is in danger: they are put through without a question. */
export function consentByAlert(said: Interpretation): Consent | undefined {
  return said.alert === undefined ? undefined : make(said.alert, 'alert');
}

/**
 * The consent to end the call that lies in "no" to "is there anything else?".
 *
 * @returns `undefined` for everything but a plain no: a no with a matter, a doubt or unread words goes on. A goodbye ends it
 * beside a word or two that nobody understood: "know thank you, goodbye"
 */
export function consentToEnd(said: Interpretation, asked: Asked): Consent | undefined {
  const isPlain = !said.hedged && !said.conditional && !said.deferred && said.aside === undefined;
  // "No thank you, goodbye" needs less certainty than a goodbye that nothing led up to.
  const isNo = said.act === 'deny' || (said.polarity === 'deny' && said.command === 'goodbye');
  const isOnlyNo = isNo && said.mentions.length === 0 && said.unread.length === 0;
  const ends = isOnlyNo ? asked.heardToEnd : isParting(said);
  return isPlain && ends ? make(asked.questionId, 'words') : undefined;
}

/** Words beside a goodbye that may be misheard without being a matter. */
const MAX_STRAY_WORDS = 2;

/** A goodbye at the end of words that ask for nothing and name nothing. */
const isParting = ({ clauses, unread }: Interpretation): boolean =>
  clauses.at(-1)?.command === 'goodbye' &&
  unread.length <= MAX_STRAY_WORDS &&
  clauses.every(({ act, mentions }) => act !== 'question' && act !== 'request' && mentions.length === 0);

/** The consent that lies in a key which the caller was told leads there. */
export const consentByMenuKey = (_digit: DtmfDigit, to: CommandKind): Consent => make(to, 'key');

/**
 * The consent to be told private things that lies in asking for them and then showing who one is, by a form. It never
 * covers a change or a charge: those need the agreement to a read-back.
 */
export function consentByIdentity(to: string, identity: { readonly by: string }): Consent | undefined {
  return identity.by === 'form' ? make(to, 'identity') : undefined;
}
