import { z } from 'zod';
import { HAND_BACK_NEXT } from '../../dialog/core/person-input.js';
import { WHISPER_KINDS } from '../../live/core/types.js';
import { freeText } from '../schemas/common.js';

const slotName = z.string().regex(/^[a-z_]{1,40}$/, 'use lower-case letters and _ only');
const slotValue = z.string().trim().min(1).max(200);

export const whisperBody = z
  .strictObject({
    kind: z.enum(WHISPER_KINDS),
    text: freeText.optional().describe('What is said, the fact, or the goal'),
    slot: slotName.optional(),
    value: slotValue.optional().describe('In words, as a caller would say it'),
    expires_turns: z
      .number()
      .int()
      .min(0)
      .max(20)
      .default(2)
      .describe('Turns of the caller after which it is too late'),
  })
  .superRefine(({ kind, text, slot, value }, check) => {
    const needsText = kind === 'say' || kind === 'fact' || kind === 'goal';
    if (needsText && text === undefined) {
      check.addIssue({ code: 'custom', path: ['text'], message: 'is needed' });
    }
    if (kind !== 'set_slot') return;
    if (slot === undefined) check.addIssue({ code: 'custom', path: ['slot'], message: 'is needed' });
    if (value === undefined) check.addIssue({ code: 'custom', path: ['value'], message: 'is needed' });
  });

export const instructionAnswer = z.object({
  instruction_id: z.string(),
  state: z.enum(['queued', 'used', 'expired', 'refused']),
  reason: z.string().nullable().describe('Why it was refused'),
});

export const takeBody = z.strictObject({
  force: z.boolean().default(false).describe('Takes it from whoever has it; for admins'),
  announce: z.enum(['none']).default('none'),
  reason: freeText.optional().describe('For the trail'),
});

export const takeAnswer = z.object({
  controller: z.literal('human'),
  ticket: z.string().describe('Opens the audio socket of the call'),
  expires_at: z.string(),
});

export const handBackBody = z
  .strictObject({
    note: freeText.optional().describe('What the agent is to know; stands in the transcript'),
    facts: z.record(slotName, slotValue).optional().describe('Values that were found out, in words'),
    next: z.enum(HAND_BACK_NEXT).default('resume'),
    say: freeText.optional().describe('What the agent says, for `next: say`'),
  })
  .superRefine(({ next, say }, check) => {
    if (next === 'say' && say === undefined) {
      check.addIssue({ code: 'custom', path: ['say'], message: 'is needed' });
    }
  });

export const handBackAnswer = z.object({ controller: z.literal('agent') });

export const transferBody = z.strictObject({
  target: z.string().min(1).max(256).describe('The person of the business file: its address, or `person`'),
});

export const endBody = z.strictObject({ say: freeText.optional().describe('In place of the usual goodbye') });

export const accepted = z.object({ status: z.literal('accepted') });
