import { wallMs } from '../../kernel/time.js';
import type { Attempt, Campaign, Contact } from '../outbound-types.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
/** An attempt, and the lease that it is while it has not ended. */
export interface AttemptRow extends Mutable<Attempt> {
  state: 'leased' | 'dialling' | 'answered' | 'ended';
  untilMs: number;
  counts: boolean;
}
/** A contact with its attempts. */
export interface ContactRow extends Omit<Mutable<Contact>, 'attempts'> {
  readonly rows: AttemptRow[];
  readonly expiresAtMs: number;
  readonly appointmentAtMs: number | undefined;
  dueMs: number;
}
/** A campaign without its contacts. */
export type CampaignRow = Omit<Mutable<Campaign>, 'contacts'> & { readonly key: string };

/** Single calls are somebody's wish of now. */
export const rank = ({ origin }: CampaignRow): number => (origin === 'call' ? 1 : 0);

/** A contact as others see it. */
export function viewContact({
  rows,
  expiresAtMs: _end,
  appointmentAtMs: _at,
  dueMs,
  ...facts
}: ContactRow): Contact {
  return {
    ...facts,
    ...(facts.state === 'waiting' ? { nextAtMs: wallMs(dueMs) } : {}),
    attempts: rows.map(({ state: _state, untilMs: _until, counts: _counts, ...attempt }) => ({ ...attempt })),
  };
}
