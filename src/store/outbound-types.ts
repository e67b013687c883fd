import type { GivenConsent, HouseLimits, RefusalReason } from '../outbound/core/dispatch.js';
import type { Decided, Outcome } from '../outbound/core/outcome.js';
import type { CampaignRules, StopReason } from '../outbound/core/rules.js';
import type { WallMs } from '../kernel/time.js';
import type { Appointment } from './appointment-types.js';
import type { Page, Paging } from './paging.js';

export const CAMPAIGN_PURPOSES = ['conversation', 'reminder'] as const;
/** What is talked about: something that the agent can do anyway, or an appointment of the callee. */
export type CampaignPurpose = (typeof CAMPAIGN_PURPOSES)[number];

export const CAMPAIGN_ORIGINS = ['campaign', 'call', 'reminders'] as const;
/** Where a campaign comes from: made as one, a single call, or the reminders that follow from the calendar. */
export type CampaignOrigin = (typeof CAMPAIGN_ORIGINS)[number];

export const CAMPAIGN_STATUSES = ['running', 'paused', 'cancelled', 'done'] as const;
export type CampaignStatus = (typeof CAMPAIGN_STATUSES)[number];

/** Id of the campaign that holds the reminders of the calendar. */
export const REMINDERS_ID = 'reminders';

/** Somebody to be called. */
export interface NewContact {
  /** The same key is taken once in a campaign; the number unless told. */
  readonly key?: string;
  /** IANA zone, where it is known better than by the number. */
  readonly zone?: string;
  readonly consent?: GivenConsent;
  /** What a reminder is about. */
  readonly appointmentId?: string;
  readonly pii: { readonly number: string; readonly name?: string };
}

/** A campaign to be made. */
export interface NewCampaign {
  /** The same key makes one campaign. */
  readonly idempotencyKey: string;
  readonly name: string;
  readonly origin: Exclude<CampaignOrigin, 'reminders'>;
  readonly purpose: CampaignPurpose;
  /** What the call is about, as it is said after who calls; nothing private. */
  readonly topic?: string;
  readonly rules: CampaignRules;
  /** Nobody is called before this; at once unless told. */
  readonly startsAtMs?: WallMs;
  /** Nobody is called at or after this. */
  readonly expiresAtMs: WallMs;
  readonly contacts: readonly NewContact[];
}

/** A campaign with what has become of its contacts. */
export interface Campaign extends Omit<NewCampaign, 'contacts' | 'origin' | 'idempotencyKey'> {
  readonly id: string;
  readonly origin: CampaignOrigin;
  readonly status: CampaignStatus;
  /** Why it has stopped by itself. */
  readonly stopped?: StopReason;
  readonly createdAtMs: WallMs;
  readonly updatedAtMs: WallMs;
  readonly contacts: Readonly<Record<ContactState, number>>;
}

export const CONTACT_STATES = ['waiting', 'calling', 'done', 'refused', 'cancelled'] as const;
/** `refused`: a rule forbids to call them, see {@link Contact.refusal}. */
export type ContactState = (typeof CONTACT_STATES)[number];

/** What an attempt came to; `unknown` after a crash, `not_dialled` when it was given up before the INVITE. */
export type AttemptOutcome = Outcome | 'unknown' | 'not_dialled';

/** An attempt to reach a contact. Its id is the key under which it is dialled, once. */
export interface Attempt {
  readonly id: string;
  readonly callId?: string;
  readonly leasedAtMs: WallMs;
  readonly dialledAtMs?: WallMs;
  readonly answeredAtMs?: WallMs;
  readonly endedAtMs?: WallMs;
  readonly outcome?: AttemptOutcome;
  readonly source?: Decided['source'];
  readonly status?: number;
  readonly q850?: number;
  /** What the conversation came to, in its own words. */
  readonly result?: string;
}

/** A contact with its attempts, newest last. */
export interface Contact {
  readonly id: string;
  readonly campaignId: string;
  readonly key: string;
  readonly state: ContactState;
  readonly refusal?: RefusalReason;
  readonly outcome?: AttemptOutcome;
  readonly result?: string;
  /** When it may be called next, while it waits. */
  readonly nextAtMs?: WallMs;
  readonly appointmentId?: string;
  readonly zone?: string;
  readonly consent?: GivenConsent;
  readonly attempts: readonly Attempt[];
  readonly pii: NewContact['pii'];
}

/** Leave to dial one number once. */
export interface Lease {
  readonly attemptId: string;
  readonly contactId: string;
  readonly campaignId: string;
  readonly purpose: CampaignPurpose;
  readonly topic?: string;
  readonly ringMs: number;
  /** After it the leave is void: nothing may be dialled. */
  readonly untilMs: WallMs;
  /** The record that a reminder is about, as it stands. */
  readonly appointment?: Appointment;
  readonly pii: NewContact['pii'];
}

/** The answer to {@link Outbound.lease}. */
export type LeaseAnswer =
  | { readonly type: 'lease'; readonly lease: Lease }
  /** Nobody may be called now; `full`: the trunk is busy, `more`: ask again at once, there may be others. */
  | { readonly type: 'none'; readonly why: 'idle' | 'full' | 'more' };

/** How a dialled attempt ended. */
export interface AttemptEnd {
  readonly decided: Decided;
  readonly callId?: string;
  readonly status?: number;
  readonly q850?: number;
  readonly result?: string;
}

/** When and how reminders are made from the calendar. */
export interface ReminderPlan {
  /** Minutes before an appointment; one call each. */
  readonly beforeMin: readonly number[];
  readonly rules: CampaignRules;
}

export const STOP_SOURCES = ['words', 'key', 'api', 'network'] as const;

/** A number that is not called. */
export interface DoNotCall {
  readonly id: string;
  /** How it was said: in a call by words or key, by an operator, or by the callee's network (607). */
  readonly source: (typeof STOP_SOURCES)[number];
  readonly callId?: string;
  readonly createdAtMs: WallMs;
  readonly pii: { readonly number: string };
}

/** Filter of {@link Outbound.list}. */
export interface CampaignQuery extends Paging {
  readonly status?: CampaignStatus;
  readonly origin?: CampaignOrigin;
}

/** Filter of {@link Outbound.contacts}. */
export interface ContactQuery extends Paging {
  readonly state?: ContactState;
  readonly outcome?: AttemptOutcome;
}

/** Contacts of one campaign. */
export const MAX_CONTACTS = 10_000;

/**
 * Who is called, when, and what came of it. A number is dialled in three steps, each committed before the next: `lease`
 * checks everything and gives leave, `begin` checks again what may have changed and says that the INVITE goes out now, `finish`
 * says what it came to. A program that ends in between leaves a lease that expires: before `begin` the contact waits again,
 * after it the outcome is `unknown` and nobody dials it again by themselves.
 */
export interface Outbound {
  /**
   * @throws LeibnizError BAD_REQUEST - too many contacts, or none
   */
  create(campaign: NewCampaign): Promise<Campaign>;
  get(id: string): Promise<Campaign | undefined>;
  /** Newest first. */
  list(query?: CampaignQuery): Promise<Page<Campaign>>;
  /**
   * Calls under way go on. What is cancelled or done stays so.
   *
   * @returns the campaign as it is now, `undefined` when there is none
   * @throws LeibnizError CONFLICT - it is cancelled or done
   */
  change(id: string, to: 'running' | 'paused' | 'cancelled'): Promise<Campaign | undefined>;
  /** In the order in which they came. */
  contacts(campaignId: string, query?: ContactQuery): Promise<Page<Contact>>;
  contact(id: string): Promise<Contact | undefined>;
  /** Adds what is due of the reminders; how many. */
  planReminders(plan: ReminderPlan): Promise<number>;
  /** Gives leave to dial somebody, and makes the contact `calling`. */
  lease(limits: HouseLimits): Promise<LeaseAnswer>;
  /** The INVITE goes out now. False when it must not: the lease is void, or something has changed meanwhile. */
  begin(attemptId: string, limits: HouseLimits): Promise<boolean>;
  /** The callee has answered. */
  answered(attemptId: string, callId: string): Promise<void>;
  /** Calls that go on keep their leases. */
  renew(attemptIds: readonly string[]): Promise<void>;
  /** Leave that is not used is given back: the contact waits again. */
  giveBack(attemptId: string): Promise<void>;
  /** The first end counts; one that comes after the lease has expired replaces `unknown`. */
  finish(attemptId: string, end: AttemptEnd): Promise<void>;
  /** Puts a number on the list, once. */
  stopCalls(stop: {
    readonly source: DoNotCall['source'];
    readonly callId?: string;
    readonly pii: { readonly number: string };
  }): Promise<DoNotCall>;
  /** Newest first. */
  doNotCall(query?: Paging & { readonly number?: string }): Promise<Page<DoNotCall>>;
  /** Takes a number off the list; true when it was on it. */
  allowCalls(id: string): Promise<boolean>;
}

/** Names of the methods of {@link Outbound}; the compiler misses one that is forgotten. */
export const OUTBOUND_METHODS = Object.keys({
  create: 0,
  get: 0,
  list: 0,
  change: 0,
  contacts: 0,
  contact: 0,
  planReminders: 0,
  lease: 0,
  begin: 0,
  answered: 0,
  renew: 0,
  giveBack: 0,
  finish: 0,
  stopCalls: 0,
  doNotCall: 0,
  allowCalls: 0,
} satisfies Record<keyof Outbound, 0>) as readonly (keyof Outbound)[];

/** How long a leave to dial holds, and a call that gives no sign of life, ms. */
export const LEASE_MS = 90_000;
