/** What the office is: opening hours, services, rules for booking. Plain data; parsed by `dialog/business.ts`. */

/** ISO weekday, 1 = Monday … 7 = Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** A span of the local day in minutes after midnight, `openMin` included, `closeMin` excluded. */
export interface OpeningSpan {
  readonly openMin: number;
  readonly closeMin: number;
}

/** A day on which the office is closed although its weekday is open. */
export interface Holiday {
  /** `YYYY-MM-DD`, or `MM-DD` for every year. */
  readonly date: string;
  /** Spoken name, such as "Independence Day". */
  readonly name: string;
}

/** A reason to meet an advisor. */
export interface Service {
  readonly id: string;
  /** Spoken name, such as "course registration". */
  readonly name: string;
  /** Other words callers use for it, lower case. */
  readonly aliases: readonly string[];
  readonly durationMin: number;
}

/** The validated facts of the office. */
export interface Business {
  /** Spoken name, such as "the Brookfield University Advising Office". */
  readonly name: string;
  /** IANA zone; every date and time said on a call is in it. */
  readonly timezone: string;
  readonly hours: Readonly<Record<Weekday, readonly OpeningSpan[]>>;
  readonly holidays: readonly Holiday[];
  readonly services: readonly Service[];
  /** Length of an appointment whose purpose matches no service. */
  readonly defaultDurationMin: number;
  /** Appointments begin on multiples of this many minutes past the hour. */
  readonly slotMin: number;
  /** The earliest bookable time is this far ahead. */
  readonly minNoticeMin: number;
  /** The last bookable day is this many days ahead. */
  readonly horizonDays: number;
  /** The person that calls are transferred to; absent when none is configured. */
  readonly person?: { readonly name: string; readonly sipUri: string };
  /** Whether the office calls back, and by when, in words ("by the end of the next working day"). */
  readonly callback: { readonly offered: boolean; readonly within: string };
}
