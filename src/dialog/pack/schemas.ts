import { z } from 'zod';
import { SLOT_TYPES, type FieldSpec, type FormSpec, type ToolSpec } from '../core/tasks/form/spec.js';
import type { IntentAction } from '../core/context.js';
import type { McpServer } from '../llm/tools/mcp.js';
import { INTENT_ACTIONS, type GuardRules, type Intents } from './types.js';

const text = (max: number): z.ZodString =>
  z
    .string({ message: 'a text' })
    .trim()
    .min(1, { message: 'a text that is not empty' })
    .max(max, { message: `a text of at most ${max} characters` });

const bounded = <T>(item: z.ZodType<T>, most: number): z.ZodArray<z.ZodType<T>> =>
  z.array(item, { message: 'a list' }).max(most, { message: `at most ${most}` });

const lower = text(80).transform((word) => word.toLowerCase());
const words = bounded(lower, 500).default([]);

const id = z
  .string({ message: 'an id' })
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, { message: 'lower-case letters, digits, hyphens and underscores' });

/** Slots and fields stand in texts as `{name}`, which knows no hyphen. */
const variable = z
  .string({ message: 'a name' })
  .regex(/^[a-z][A-Za-z0-9_]{0,39}$/, { message: 'a name of letters, digits and underscores' });

/** One text, or several that take turns. */
const spoken = z
  .union([text(400), z.array(text(400)).min(1).max(20)], {
    message: 'a text, or a list of texts that take turns',
  })
  .transform((value): readonly string[] => (typeof value === 'string' ? [value] : value));

/** `lexicon.yaml`. */
export const lexiconSchema = z.strictObject({
  personWords: words,
  appointmentWords: words,
  alerts: z.strictObject({ emergency: words, self_harm: words, violence: words }).prefault({}),
  pronunciations: bounded(z.strictObject({ word: text(60), say: text(120) }), 500).default([]),
  situations: z.record(text(60), bounded(lower, 100)).default({}),
  answerTypes: z.record(text(60), bounded(lower, 300)).default({}),
});

const action = z.custom<IntentAction>(
  (value) =>
    typeof value === 'string' &&
    ((INTENT_ACTIONS as readonly string[]).includes(value) || /^form:[a-z0-9_-]+$/.test(value)),
  { message: `${INTENT_ACTIONS.join(', ')} or form:<id>` },
);

/** `intents.yaml`. */
export const intentsSchema: z.ZodType<Intents> = z
  .strictObject({
    intents: z
      .array(
        z.strictObject({
          id: z.string({ message: 'an id' }).regex(/^[A-Z][A-Z0-9_]{1,59}$/, {
            message: 'capitals, digits and underscores, such as PRICE_LIST',
          }),
          does: action,
          examples: bounded(text(200), 1000).min(1, { message: 'at least one example' }),
          not: bounded(text(200), 1000).default([]),
        }),
        { message: 'a list of intents' },
      )
      .min(1, { message: 'at least one intent' })
      .max(200, { message: 'at most 200 intents' })
      .refine((list) => new Set(list.map((intent) => intent.id)).size === list.length, {
        message: 'ids that differ',
      }),
    out_of_scope: bounded(text(200), 2000).default([]),
  })
  .transform(({ intents, out_of_scope }) => ({ intents, outOfScope: out_of_scope }));

const choice = z.strictObject({ id: variable, name: text(80), aliases: words });

const slot = z.strictObject({
  id: variable,
  type: z.enum(SLOT_TYPES, { message: SLOT_TYPES.join(', ') }),
  name: text(60).optional(),
  aliases: words.optional(),
  ask: spoken,
  retry: spoken,
  keys: spoken.optional(),
  choices: z
    .array(choice)
    .min(2, { message: 'at least two choices' })
    .max(9, { message: 'at most nine choices, one a key' })
    .optional(),
  notAfter: bounded(lower, 20).optional(),
  min: z.number({ message: 'a number' }).optional(),
  max: z.number({ message: 'a number' }).optional(),
  range: z.enum(['past', 'future'], { message: 'past or future' }).optional(),
  when: z.record(variable, z.string({ message: 'a value as text' })).optional(),
  optional: z.literal(true, { message: 'true, or no key' }).optional(),
  secret: z.literal(true, { message: 'true, or no key' }).optional(),
});

const FIELD_TYPES = ['text', 'amount', 'number', 'date', 'time', 'digits'] as const;
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, { message: 'a currency such as USD' })
  .optional();
const plainField = z.strictObject({
  type: z.enum(FIELD_TYPES, { message: FIELD_TYPES.join(', ') }),
  currency,
});
const listField = z.strictObject({
  type: z.literal('list'),
  each: text(400),
  fields: z.record(variable, plainField).default({}),
  most: z.number().int().min(1).max(9, { message: '1 to 9' }).optional(),
  none: text(400),
});
const field = z.union([plainField, listField], {
  message: `type ${FIELD_TYPES.join(', ')}; or type list with each, fields and none`,
}) as z.ZodType<FieldSpec>;

/** `tasks/<id>.yaml`. */
export const formSchema = z.strictObject({
  id,
  version: z.number({ message: 'a whole number from 1' }).int().min(1, { message: 'a whole number from 1' }),
  name: text(80),
  slots: z
    .array(slot, { message: 'a list of slots' })
    .max(20, { message: 'at most 20 slots' })
    .refine((list) => new Set(list.map((one) => one.id)).size === list.length, {
      message: 'ids that differ',
    }),
  begin: spoken.optional(),
  confirm: spoken.optional(),
  tool: id.optional(),
  answer: z.record(variable, field).optional(),
  done: spoken.default([]),
  failed: z.record(z.string(), spoken).default({}),
  again: z.record(z.string(), z.array(variable).min(1, { message: 'at least one slot' })).optional(),
  tries: z.number().int().min(1).max(10, { message: '1 to 10' }).optional(),
  requires: id.optional(),
  keeps: z.array(variable).max(20).optional(),
  identifies: z.strictObject({ name: variable.optional(), number: variable.optional() }).optional(),
}) as unknown as z.ZodType<FormSpec>;

const envName = z.string({ message: 'name of an environment variable' }).regex(/^[A-Z][A-Z0-9_]*$/, {
  message: 'name of an environment variable: capitals, digits and underscores',
});

const mcpServer = z
  .strictObject({
    name: id,
    url: z.url({ message: 'an address', protocol: /^https?$/ }).optional(),
    command: text(200).optional(),
    args: bounded(text(500), 50).optional(),
    reads: bounded(text(100), 100).optional(),
  })
  .refine(({ url, command }) => (url === undefined) !== (command === undefined), {
    message: 'either url or command',
  });

/** `tools.yaml`. */
export const toolsSchema = z.strictObject({
  tools: z
    .array(
      z.strictObject({
        name: id,
        effect: z.enum(['read', 'disclose', 'change', 'charge'], {
          message: 'read, disclose, change or charge',
        }),
        method: z.enum(['GET', 'POST'], { message: 'GET or POST' }),
        baseUrlEnv: envName,
        tokenEnv: envName.optional(),
        path: z.string({ message: 'a path' }).regex(/^\/[A-Za-z0-9_\-./{}]*$/, {
          message: 'a path that begins with / and has {slot} for values',
        }),
        timeoutMs: z
          .number({ message: 'milliseconds from 100 to 10000' })
          .int()
          .min(100, { message: 'milliseconds from 100 to 10000' })
          .max(10_000, { message: 'milliseconds from 100 to 10000' }),
        args: z.array(variable).max(20, { message: 'at most 20 slots' }).default([]),
      }),
      { message: 'a list of tools' },
    )
    .max(100, { message: 'at most 100 tools' })
    .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, {
      message: 'names that differ',
    })
    .default([]),
  mcp: z
    .array(mcpServer, { message: 'a list of MCP servers' })
    .max(10, { message: 'at most 10 servers' })
    .default([]),
}) as unknown as z.ZodType<{ readonly tools: readonly ToolSpec[]; readonly mcp: readonly McpServer[] }>;

const digits = z
  .strictObject({
    min: z.number().int().min(1, { message: 'a whole number from 1' }),
    max: z.number().int().max(40, { message: 'a whole number up to 40' }),
    luhn: z.boolean().default(false),
  })
  .refine(({ min, max }) => min <= max, { message: 'min not above max' });

const unique = (list: readonly { readonly id: string }[]): boolean =>
  new Set(list.map((one) => one.id)).size === list.length;

/** `guard.yaml`. */
export const guardSchema: z.ZodType<GuardRules> = z
  .strictObject({
    refuses: z
      .array(
        z.strictObject({
          id,
          words: bounded(lower, 200).min(1, { message: 'at least one word' }),
          digits: digits.optional(),
          say: spoken,
        }),
      )
      .max(50)
      .refine(unique, { message: 'ids that differ' })
      .default([]),
    topics: z
      .array(
        z.strictObject({
          id,
          words: bounded(lower, 200).min(1, { message: 'at least one word' }),
          say: spoken,
        }),
      )
      .max(100)
      .refine(unique, { message: 'ids that differ' })
      .default([]),
    neverSays: words,
  })
  .transform(({ refuses, ...rest }) => ({
    ...rest,
    refuses: refuses.map(({ digits: shape, ...refusal }) => ({
      ...refusal,
      ...(shape === undefined ? {} : { digits: shape }),
    })),
  }));
