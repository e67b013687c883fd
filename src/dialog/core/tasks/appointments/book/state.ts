import type { LocalDate } from '../../../nlu/time/local-date.js';
import type { Slot } from '../../../schedule/calendar.js';
import type { Commit } from '../commit.js';
import { NOTHING_WANTED, type MomentAsk, type Wanted } from '../moment/index.js';

/** Parts of an appointment that can be changed. */
export type Field = 'moment' | 'service' | 'name' | 'staff';

/** What is known of the appointment, whichever question is open. */
export interface BookDetails {
  readonly wanted: Wanted;
  /** The time that was chosen and found free. */
  readonly slot?: Slot;
  /** The service's name or the caller's words. */
  readonly purpose?: string;
  readonly pii: {
    readonly name?: string;
    /** Answers of the service's form. */
    readonly notes?: Readonly<Record<string, string>>;
  };
  /** What the caller has not yet heard read back in its present value. */
  readonly unheard: readonly Field[];
  /** Read-backs refused in a row without a change. */
  readonly refusals: number;
  /** Corrections of the name in a row that came out as the same name. */
  readonly sameNames: number;
  /** Bookings sent so far; part of the idempotency key. */
  readonly attempt: number;
  /** True while the store keeps the slot. */
  readonly holding: boolean;
  /** Days that were chosen so far, the last one last: "no, Friday" is the Friday of before. */
  readonly former?: readonly LocalDate[];
}

/** The open question of a booking. */
export type BookAsk =
  | MomentAsk
  | { readonly ask: 'service'; readonly keyed: boolean }
  | { readonly ask: 'name'; readonly keyed: boolean }
  /** The name is asked for letter by letter. */
  | { readonly ask: 'spell'; readonly pii: { readonly heard?: string } }
  /** A form of the service is being filled in. */
  | { readonly ask: 'form' }
  | { readonly ask: 'confirm' }
  | { readonly ask: 'change' }
  /** "Shall I leave it?" */
  | { readonly ask: 'drop' }
  | { readonly ask: 'waitlist' }
  | { readonly ask: 'commit'; readonly commit: Commit };

/** State of a booking. */
export type BookState = BookDetails & { readonly open: BookAsk };

/** A booking of which nothing is known. */
export const NOTHING_KNOWN: BookDetails = {
  wanted: NOTHING_WANTED,
  pii: {},
  unheard: ['moment', 'service', 'name'],
  refusals: 0,
  sameNames: 0,
  attempt: 0,
  holding: false,
};

/** The details with parts changed; these are read back again. */
export function changed(details: BookDetails, field: Field, more: Partial<BookDetails>): BookDetails {
  const unheard = details.unheard.includes(field) ? details.unheard : [...details.unheard, field];
  return { ...details, ...more, unheard, refusals: 0 };
}

/** The details without the chosen time. */
export function withoutSlot(details: BookDetails): BookDetails {
  const { slot: _slot, ...rest } = details;
  return rest;
}

/** The details alone, whatever question is open. */
export function detailsOf(state: BookState): BookDetails {
  const { open: _open, ...details } = state;
  return details;
}
