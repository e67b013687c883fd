import type { LocalDate } from './local-date.js';
import type { Token } from './tokens.js';

/** What a stretch of words says about the day. */
export type DateValue =
  | {
      readonly kind: 'date';
      readonly date: LocalDate;
      /** The weekday that was said when it is not the weekday of the date. */
      readonly saidWeekday?: number;
      /** True when the words only sound like the day ("on thirty"). */
      readonly guess?: true;
    }
  /** "next week", "in December": a stretch of days, both ends included. */
  | { readonly kind: 'days'; readonly from: LocalDate; readonly to: LocalDate }
  /** "the 31st of February". */
  | { readonly kind: 'no_such_day' };

/** A match: how many tokens it takes and what they mean. */
export interface DateMatch {
  readonly length: number;
  readonly value: DateValue;
}

/** What a date is read against. */
export interface DateReference {
  readonly today: LocalDate;
  /** Days that were talked about ("next week"); a weekday is looked for in them first. */
  readonly within?: { readonly from: LocalDate; readonly to: LocalDate };
  /** True when a day was asked for: "the 24" is one then, although the recogniser lost its "th". */
  readonly expected?: boolean;
}

/** A match that is one day. */
export const dateMatch = (length: number, date: LocalDate): DateMatch => ({
  length,
  value: { kind: 'date', date },
});

/** The word of a token; empty beyond the end. */
export const wordAt = (tokens: readonly Token[], i: number): string => tokens[i]?.word ?? '';
/** True when the words of `text` stand at token `i`. */
export const phrase = (tokens: readonly Token[], i: number, text: string): boolean => {
  const words = text.split(' ');
  return words.every((word, k) => wordAt(tokens, i + k) === word);
};
