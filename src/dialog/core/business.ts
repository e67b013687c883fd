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

/** A reason to make an appointment. */
export interface Service {
  readonly id: string;
  /** Spoken name, such as "a haircut". */
  readonly name: string;
  /** Other words callers use for it, lower case. */
  readonly aliases: readonly string[];
  readonly durationMin: number;
  /** Kept free after each appointment, minutes; 0 unless told. */
  readonly bufferMin?: number;
  /** Appointments of the office at once where the service needs no named person; the office's unless told. */
  readonly capacity?: number;
  /** Ids of the people who give it; anybody, or nobody in particular, unless told. */
  readonly staff?: readonly string[];
  /** Earliest booking ahead and last bookable day, where they differ from the office's. */
  readonly minNoticeMin?: number;
  readonly horizonDays?: number;
  /** Id of a form that is filled in before the read-back (`tasks/*.yaml`). */
  readonly form?: string;
}

/** Somebody whom appointments are made with. */
export interface StaffMember {
  readonly id: string;
  /** Spoken name, such as "Doctor Chen". */
  readonly name: string;
  /** Other words callers use, lower case. */
  readonly aliases: readonly string[];
  /** Own hours; the office's unless told. */
  readonly hours?: Readonly<Record<Weekday, readonly OpeningSpan[]>>;
  /** Days away, both ends included, `YYYY-MM-DD`. */
  readonly absences: readonly { readonly from: string; readonly to: string }[];
}

/** Days on which nothing is booked, both ends included, `YYYY-MM-DD`. */
export interface Blackout {
  readonly from: string;
  readonly to: string;
  /** Spoken reason, such as "the inventory". */
  readonly name: string;
}

/** What a caller must know beside name or number before an appointment is disclosed or changed. */
export type SecondFactor = 'reference' | 'birth_date' | 'phone' | 'time';

/** The validated facts of the office. */
export interface Business {
  /** Spoken name, such as "the Riverside Office". */
  readonly name: string;
  /** IANA zone; every date and time said on a call is in it. */
  readonly timezone: string;
  readonly hours: Readonly<Record<Weekday, readonly OpeningSpan[]>>;
  readonly holidays: readonly Holiday[];
  readonly services: readonly Service[];
  /** Empty where appointments are made with the office as a whole. */
  readonly staff: readonly StaffMember[];
  readonly blackouts: readonly Blackout[];
  /** Appointments of the office at once where no named person gives them. */
  readonly capacity: number;
  /** What proves who a caller is, in the order in which it is asked for. */
  readonly identification: readonly SecondFactor[];
  /** Whether callers may wait for a time to become free. */
  readonly waitingList: boolean;
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
  /** Whether callers are asked how content they were before the call ends; not unless told. */
  readonly rating?: boolean;
}
