import type { DialogRequest, DialogResult, KnownAppointment } from '../../../effects.js';
import type { Interpretation } from '../../../nlu/types.js';
import { codeIn } from '../identify/proof.js';
import type { TaskContext, TaskNext, TaskStart } from '../../task.js';

/** The parts of the first turn that are kept until it is known whose appointments they are about. */
export interface FirstSaid {
  readonly said?: Pick<Interpretation, 'mentions' | 'tokens' | 'confidence'>;
}

/** How the appointments of the caller are come by. */
export type Gathering =
  | { readonly type: 'have'; readonly appointments: readonly KnownAppointment[] }
  /** The store is asked for those of the identity. */
  | { readonly type: 'fetch'; readonly request: DialogRequest }
  /** The caller has to show who they are first. */
  | { readonly type: 'identify'; readonly next: Extract<TaskNext, { type: 'push' }> };

/** Begins to gather: nothing is disclosed that neither this call nor an identity covers. */
export function gather(start: TaskStart, ctx: TaskContext): Gathering {
  const { appointment, identity } = ctx.known;
  const isNamed =
    start.args?.['other'] !== undefined || (start.said !== undefined && codeIn(start.said) !== undefined);
  // Somebody else's, or the one of a reference, need not be the one that was spoken of.
  if (isNamed) return { type: 'identify', next: { type: 'push', task: 'identify', start } };
  if (appointment !== undefined) return { type: 'have', appointments: [appointment] };
  if (identity === undefined) return { type: 'identify', next: { type: 'push', task: 'identify', start } };
  const { name, number } = identity.pii;
  const pii = number === undefined ? (name === undefined ? {} : { name }) : { phone: number };
  return { type: 'fetch', request: { type: 'find_appointments', pii } };
}

/** The found appointments that the identity covers. */
export function covered(result: DialogResult, ctx: TaskContext): readonly KnownAppointment[] | undefined {
  if (result.type !== 'found') return undefined;
  const ids = ctx.known.identity?.appointmentIds ?? [];
  return result.appointments.filter(({ id }) => ids.includes(id));
}

/** The appointments that a finished identification gives. */
export function identified(outcome: TaskNext): readonly KnownAppointment[] | undefined {
  return outcome.type === 'done' && Array.isArray(outcome.result)
    ? (outcome.result as readonly KnownAppointment[])
    : undefined;
}

/** What is kept of the first turn. */
export const firstSaid = ({ said }: TaskStart): FirstSaid =>
  said === undefined
    ? {}
    : { said: { mentions: said.mentions, tokens: said.tokens, confidence: said.confidence } };
