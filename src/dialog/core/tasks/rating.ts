import type { DtmfDigit } from '../../../kernel/vocab.js';
import type { Consent } from '../consent.js';
import type { Interpretation } from '../nlu/types.js';
import { timeNow } from '../nlu/time/reference.js';
import { firmly, line, type Line } from '../render.js';
import type { Task, TaskStep } from './task.js';

/** Best value; 1 is the worst. */
export const RATING_OF = 5;

/** Answers that give no rating before the call ends without one. */
const MAX_TRIES = 2;

/** How content the caller was, asked before the call ends. */
export interface RatingState {
  readonly tries: number;
  /** The caller's goodbye: the call ends with it whatever is answered. */
  readonly consent?: Consent;
}

type Step = TaskStep<RatingState>;

/** A rating by key or in words, after the goodbye. Nothing but "no", silence or a key keeps a caller here. */
export const ratingTask: Task<RatingState> = {
  id: 'rating',
  version: 1,
  begin: ({ consent }) => ({
    state: { tries: 0, ...(consent === undefined ? {} : { consent }) },
    say: ask(),
  }),
  question: (_state, ctx) => ({ id: 'rating.ask', expects: 'number', time: timeNow(ctx) }),
  listening: () => ({
    pace: 'brief',
    decision: false,
    keypad: Object.fromEntries(
      Array.from({ length: RATING_OF }, (_none, k) => [String(k + 1), String(k + 1)]),
    ),
  }),
  answer(state, said): Step | undefined {
    const value = valueOf(said);
    if (value !== undefined) return rated(state, value);
    if (said.act === 'question' || said.act === 'request') return undefined;
    return said.polarity === 'deny' || state.tries + 1 >= MAX_TRIES ? over(state) : again(state);
  },
  press: (state, digit) => pressed(state, digit),
  result: (state) => ({ state, say: [] }),
  ask,
  retry: (state) => again(state),
  silence: (state) => over(state),
  abandon: (state) => over(state),
};

function ask(): readonly Line[] {
  return [line('rating.ask', { best: String(RATING_OF) })];
}

function again(state: RatingState): Step {
  return {
    state: { ...state, tries: state.tries + 1 },
    say: [line('rating.retry', { best: String(RATING_OF) })],
  };
}

function valueOf({ mentions }: Interpretation): number | undefined {
  const numbers = mentions.flatMap((mention) => (mention.type === 'number' ? [mention.value] : []));
  const [value = 0] = numbers;
  return numbers.length === 1 && value >= 1 && value <= RATING_OF && Number.isInteger(value)
    ? value
    : undefined;
}

function pressed(state: RatingState, digit: DtmfDigit): Step | undefined {
  const value = Number(digit);
  if (value >= 1 && value <= RATING_OF) return rated(state, value);
  return digit === '*' || digit === '0' ? undefined : again(state);
}

const rated = (state: RatingState, value: number): Step => ({
  ...over(state),
  say: [line('rating.thanks'), firmly(line('goodbye'))],
  notes: [{ kind: 'rating', value, of: RATING_OF }],
});

/** The call ends as the caller wanted it to before. */
const over = (state: RatingState): Step => ({
  state,
  say: [firmly(line('goodbye'))],
  next: state.consent === undefined ? { type: 'done' } : { type: 'hangup', consent: state.consent },
});
