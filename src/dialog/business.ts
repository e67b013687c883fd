import { readFile } from 'node:fs/promises';
import { DateTime, IANAZone } from 'luxon';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LeibnizError } from '../kernel/errors.js';
import type { Business, OpeningSpan, Weekday } from './core/business.js';

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const SPAN = /^(\d{2}):(\d{2})-(\d{2}):(\d{2})$/;

const minutes = (hours: string | undefined, rest: string | undefined): number =>
  Number(hours) * 60 + Number(rest);

const span = z
  .string()
  .transform((text): OpeningSpan => {
    const match = SPAN.exec(text);
    if (match === null) return { openMin: 0, closeMin: 0 };
    return { openMin: minutes(match[1], match[2]), closeMin: minutes(match[3], match[4]) };
  })
  .refine(({ openMin, closeMin }) => openMin < closeMin && closeMin <= 24 * 60 && openMin >= 0, {
    message: 'a span such as "09:00-17:00" that begins before it ends, at most until 24:00',
  });

const spans = z
  .array(span)
  .max(6, { message: 'at most 6 spans a day' })
  .refine((list) => list.every((item, k) => k === 0 || item.openMin >= (list[k - 1]?.closeMin ?? 0)), {
    message: 'spans in order that do not overlap',
  });

const spoken = z
  .string()
  .trim()
  .min(1, { message: 'words to be spoken' })
  .max(120, { message: 'at most 120 characters' });

/** "MM-DD" is read in a leap year, so that February 29th can be a yearly holiday. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? DateTime.fromISO(text, { zone: 'utc' }).isValid
    : /^\d{2}-\d{2}$/.test(text) && DateTime.fromISO(`2024-${text}`, { zone: 'utc' }).isValid;

const whole = (min: number, max: number): z.ZodNumber =>
  z
    .number({ message: `a whole number from ${min} to ${max}` })
    .int({ message: `a whole number from ${min} to ${max}` })
    .min(min, { message: `a whole number from ${min} to ${max}` })
    .max(max, { message: `a whole number from ${min} to ${max}` });

const service = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, { message: 'lower-case letters, digits and hyphens' }),
  name: spoken,
  aliases: z.array(spoken).max(50, { message: 'at most 50 aliases' }).default([]),
  durationMinutes: whole(5, 480),
});

const businessSchema = z.strictObject({
  name: spoken,
  timezone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), { message: 'an IANA zone such as "America/New_York"' }),
  openingHours: z
    .strictObject({
      monday: spans,
      tuesday: spans,
      wednesday: spans,
      thursday: spans,
      friday: spans,
      saturday: spans,
      sunday: spans,
    })
    .refine((hours) => DAYS.some((day) => hours[day].length > 0), { message: 'at least one open day' }),
  holidays: z
    .array(
      z.strictObject({
        date: z.string().refine(isDay, { message: 'a day as "YYYY-MM-DD" or, every year, "MM-DD"' }),
        name: spoken,
      }),
    )
    .max(500, { message: 'at most 500 holidays' })
    .default([]),
  services: z
    .array(service)
    .max(50, { message: 'at most 50 services' })
    .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, { message: 'ids that differ' }),
  defaultDurationMinutes: whole(5, 480),
  slotMinutes: whole(5, 240),
  minimumNoticeMinutes: whole(0, 60 * 24 * 30),
  horizonDays: whole(1, 365),
  person: z
    .strictObject({
      name: spoken,
      sipUri: z.string().regex(/^(?:|(?:sips?|tel):[^\s<>"]+)$/, {
        message: 'a sip:, sips: or tel: address, or "" for nobody',
      }),
    })
    .optional(),
  callback: z.strictObject({ offered: z.boolean({ message: 'true or false' }), within: spoken }),
});

/**
 * Checks the facts of the office.
 *
 * @param value - the parsed file
 * @param source - file name for the error
 * @param overrides - `timezone` takes the place of the file's
 * @throws LeibnizError CONFIG_INVALID that names file, key, value and what is allowed
 */
export function parseBusiness(
  value: unknown,
  source = 'business.yaml',
  overrides: { readonly timezone?: string } = {},
): Business {
  const merged =
    overrides.timezone !== undefined && typeof value === 'object' && value !== null
      ? { ...value, timezone: overrides.timezone }
      : value;
  const parsed = businessSchema.safeParse(merged);
  if (!parsed.success) throw describeIssue(parsed.error.issues[0], merged, source);
  return toBusiness(parsed.data);
}

/**
 * Reads and checks the facts of the office.
 *
 * @param file - path of the YAML file
 * @throws LeibnizError CONFIG_INVALID when the file cannot be read, is no YAML, or holds a wrong value
 */
export async function loadBusiness(
  file: string,
  overrides: { readonly timezone?: string } = {},
): Promise<Business> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new LeibnizError('CONFIG_INVALID', `${file} cannot be read: put the facts of the office there.`, {
      field: file,
      cause,
    });
  }
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new LeibnizError('CONFIG_INVALID', `${file} is no valid YAML: ${reason}`, { field: file, cause });
  }
  return parseBusiness(value, file, overrides);
}

function describeIssue(issue: z.core.$ZodIssue | undefined, value: unknown, source: string): LeibnizError {
  const path = [...(issue?.path ?? [])];
  if (issue?.code === 'unrecognized_keys') {
    const key = [...path, issue.keys[0] ?? ''].join('.');
    return new LeibnizError(
      'CONFIG_INVALID',
      `${source}: ${key} is no known key; remove it or correct its spelling.`,
      {
        field: key,
      },
    );
  }
  const key = path.join('.');
  const given = path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
  const shown = given === undefined ? 'is missing' : `is ${JSON.stringify(given).slice(0, 80)}`;
  return new LeibnizError(
    'CONFIG_INVALID',
    `${source}: ${key === '' ? 'the file' : key} ${shown}; allowed: ${issue?.message ?? 'see the file'}.`,
    {
      field: key,
    },
  );
}

function toBusiness(facts: z.infer<typeof businessSchema>): Business {
  const { person, openingHours } = facts;
  const hours: Record<Weekday, readonly OpeningSpan[]> = {
    1: openingHours.monday,
    2: openingHours.tuesday,
    3: openingHours.wednesday,
    4: openingHours.thursday,
    5: openingHours.friday,
    6: openingHours.saturday,
    7: openingHours.sunday,
  };
  return {
    name: facts.name,
    timezone: facts.timezone,
    hours,
    holidays: facts.holidays,
    services: facts.services.map(({ durationMinutes, ...rest }) => ({
      ...rest,
      durationMin: durationMinutes,
    })),
    defaultDurationMin: facts.defaultDurationMinutes,
    slotMin: facts.slotMinutes,
    minNoticeMin: facts.minimumNoticeMinutes,
    horizonDays: facts.horizonDays,
    ...(person === undefined || person.sipUri === '' ? {} : { person }),
    callback: facts.callback,
  };
}
