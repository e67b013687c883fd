import { z } from 'zod';
import { parsedJson } from '../../kernel/json.js';
import type { ConversationControl } from '../ports.js';
import { freeText } from './common.js';

/** JSON messages that a client may send on the conversation socket. */
export const controlSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start') }),
  z.strictObject({ type: z.literal('text'), text: freeText }),
  z.strictObject({
    type: z.literal('dtmf'),
    digits: z.string().regex(/^[0-9A-D*#]{1,32}$/, 'use 0-9, A-D, * and #'),
  }),
  z.strictObject({ type: z.literal('interrupt') }),
  z.strictObject({ type: z.literal('end') }),
]) satisfies z.ZodType<ConversationControl>;

/** A control message, or what is wrong with it. */
export function parseControl(
  text: string,
):
  | { readonly ok: true; readonly value: ConversationControl }
  | { readonly ok: false; readonly message: string; readonly field?: string } {
  const json = parsedJson(text);
  if (json === undefined) return { ok: false, message: 'The message is not valid JSON.' };
  const parsed = controlSchema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  const message = `${field === '' ? 'The message' : field}: ${issue?.message ?? 'is not valid'}.`;
  return field === '' ? { ok: false, message } : { ok: false, message, field };
}
