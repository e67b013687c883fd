import type { KnownAppointment } from '../../../effects.js';
import type { Slot } from '../../../schedule/calendar.js';
import type { Commit } from '../commit.js';
import type { FirstSaid } from '../existing/gather.js';
import { NOTHING_WANTED, type MomentAsk, type Wanted } from '../moment/index.js';

/** What is known of a move, whichever question is open. */
export interface MoveDetails {
  /** The appointment that is moved, once it is known which. */
  readonly appointment?: KnownAppointment;
  readonly wanted: Wanted;
  /** The new time, found free. */
  readonly slot?: Slot;
  /** True when the caller has heard the new time read back. */
  readonly heard: boolean;
  readonly refusals: number;
  /** Moves sent so far; part of the idempotency key. */
  readonly attempt: number;
  readonly holding: boolean;
  readonly pii: FirstSaid;
}

/** The open question of a move. */
export type MoveAsk =
  | MomentAsk
  | { readonly ask: 'identify' | 'fetch' }
  | { readonly ask: 'which'; readonly among: readonly KnownAppointment[] }
  | { readonly ask: 'confirm' }
  | { readonly ask: 'commit'; readonly commit: Commit };

/** State of a move. */
export type MoveState = MoveDetails & { readonly open: MoveAsk };

/** A move of which nothing is known. */
export const NOTHING_MOVED: MoveDetails = {
  wanted: NOTHING_WANTED,
  heard: false,
  refusals: 0,
  attempt: 0,
  holding: false,
  pii: {},
};

/** The details without the chosen time. */
export function unslotted(details: MoveDetails): MoveDetails {
  const { slot: _slot, ...rest } = details;
  return { ...rest, heard: false };
}

/** The details alone, whatever question is open. */
export function moveDetails(state: MoveState): MoveDetails {
  const { open: _open, ...details } = state;
  return details;
}
