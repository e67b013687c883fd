import type { DialogEffect, DialogNote } from '../../core/effects.js';
import type { GuardVerdict } from './types.js';

/** A decision of a guard as the call keeps it. */
export function noteOf(
  stage: 'input' | 'output',
  { action, reasons, scores }: Pick<GuardVerdict, 'action' | 'reasons' | 'scores'>,
): Extract<DialogEffect, { type: 'note' }> {
  const note: DialogNote = { kind: 'guard', stage, action, reasons, scores };
  return { type: 'note', note };
}
