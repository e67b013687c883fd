import { DateTime } from 'luxon';
import { z } from 'zod';
import { wallMs, type WallMs } from '../../kernel/time.js';

/** Longest text that an entry point takes, characters. */
export const MAX_TEXT_CHARS = 1000;

/** Free text of a person. */
export const freeText = z.string().trim().min(1).max(MAX_TEXT_CHARS);

/** An id that a client chose or was given. */
export const idText = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9._:@-]+$/, 'use letters, digits and . _ : @ - only');

/** Path parameter of single resources. */
export const idParams = z.object({ id: idText });

/** The error body of every failure. */
export const errorSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
    retry_after_ms: z.number().optional(),
  }),
});

/** Query parameters of lists. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(50).describe('Rows on the page'),
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0).describe('Rows to skip'),
};

/** Instants in query parameters. */
export const instantParam = z
  .union([z.iso.datetime({ offset: true }), z.iso.date(), z.string().regex(/^\d{1,15}$/)])
  .describe('A local date (its midnight), ISO 8601 with a zone, or milliseconds since the Unix epoch');

/** The instant of a query parameter; a date alone is its midnight in the office. */
export function instant(text: string, timezone: string): WallMs {
  if (/^\d{1,15}$/.test(text)) return wallMs(Number(text));
  return wallMs(DateTime.fromISO(text, { zone: timezone }).toMillis());
}

/** ISO 8601, UTC. */
export const iso = (at: WallMs): string => new Date(at).toISOString();
export const isoOrNull = (at: WallMs | undefined): string | null => (at === undefined ? null : iso(at));

/** A list answer. */
export const listOf = <T extends z.ZodType>(
  item: T,
): z.ZodObject<{ items: z.ZodArray<T>; total: z.ZodNumber }> =>
  z.object({ items: z.array(item), total: z.number() });

/** Answers that every route may give. */
export const failures = {
  400: errorSchema.describe('The request is not valid; `field` names what is wrong'),
  401: errorSchema.describe('The bearer token is missing or wrong'),
  404: errorSchema.describe('There is no such thing'),
  429: errorSchema.describe('Too many requests; wait `retry_after_ms`'),
  503: errorSchema.describe('A part of the program that is needed is not available'),
  504: errorSchema.describe('The program did not answer in time'),
};
