import { readFile } from 'node:fs/promises';
import { DateTime, IANAZone } from 'luxon';
import { z } from 'zod';
import { LeibnizError } from '../kernel/errors.js';
import type { Business, OpeningSpan, StaffMember, Weekday } from './core/business.js';
import { checkYaml, describeIssue, isProblem, problemError, readYaml } from './yaml-file.js';

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

const id = z.string().regex(/^[a-z0-9-]{1,40}$/, { message: 'lower-case letters, digits and hyphens' });
const aliases = z.array(spoken).max(50, { message: 'at most 50 aliases' }).default([]);

const date = z
  .string({ message: 'a day as "YYYY-MM-DD"' })
  .refine((text) => text.length === 10 && isDay(text), { message: 'a day as "YYYY-MM-DD"' });

/** A stretch of days, both ends included. */
const stretch = { from: date, to: date };
const inOrder = {
  check: ({ from, to }: { readonly from: string; readonly to: string }): boolean => from <= to,
  message: 'a stretch whose first day is not after its last',
};

const service = z.strictObject({
  id,
  name: spoken,
  aliases,
  durationMinutes: whole(5, 480),
  bufferMinutes: whole(0, 240).optional(),
  capacity: whole(1, 1000).optional(),
  staff: z.array(id).min(1, { message: 'at least one id of staff, or no key' }).max(100).optional(),
  minimumNoticeMinutes: whole(0, 60 * 24 * 30).optional(),
  horizonDays: whole(1, 365).optional(),
  form: id.optional(),
});

/** Own hours of a person: a day that is left out is a day off. */
const ownHours = z.strictObject({
  monday: spans.default([]),
  tuesday: spans.default([]),
  wednesday: spans.default([]),
  thursday: spans.default([]),
  friday: spans.default([]),
  saturday: spans.default([]),
  sunday: spans.default([]),
});

const staffMember = z.strictObject({
  id,
  name: spoken,
  aliases,
  openingHours: ownHours.optional(),
  absences: z
    .array(z.strictObject(stretch).refine(inOrder.check, { message: inOrder.message }))
    .max(500, { message: 'at most 500 absences' })
    .default([]),
});

const differ = (list: readonly { readonly id: string }[]): boolean =>
  new Set(list.map((one) => one.id)).size === list.length;

const fileSchema = z.strictObject({
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
    .refine(differ, { message: 'ids that differ' }),
  staff: z
    .array(staffMember)
    .max(100, { message: 'at most 100 people' })
    .refine(differ, { message: 'ids that differ' })
    .default([]),
  blackouts: z
    .array(z.strictObject({ ...stretch, name: spoken }).refine(inOrder.check, { message: inOrder.message }))
    .max(200, { message: 'at most 200 blackouts' })
    .default([]),
  capacity: whole(1, 1000).default(1),
  identification: z
    .array(
      z.enum(['reference', 'birth_date', 'phone', 'time'], {
        message: 'reference, birth_date, phone or time',
      }),
    )
    .min(1, { message: 'at least one of reference, birth_date, phone, time' })
    .default(['phone', 'reference']),
  waitingList: z.boolean({ message: 'true or false' }).default(true),
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
  rating: z.boolean({ message: 'true or false' }).default(false),
});

type Facts = z.infer<typeof fileSchema>;

/** `business.yaml`, as facts of the office. */
export const businessSchema = fileSchema
  .superRefine((facts, ctx) => {
    const known = facts.staff.map((person) => person.id);
    facts.services.forEach(({ staff = [] }, k) => {
      staff.forEach((person, n) => {
        if (known.includes(person)) return;
        const message =
          known.length === 0 ? 'an id of staff; there is none yet' : `one of ${known.join(', ')}`;
        ctx.addIssue({ code: 'custom', path: ['services', k, 'staff', n], message });
      });
    });
  })
  .transform(toBusiness);

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
  const merged = withTimezone(value, overrides);
  const parsed = businessSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const [first] = issue === undefined ? [] : describeIssue(issue, merged);
  throw new LeibnizError('CONFIG_INVALID', `${source}: ${first?.message ?? 'it is wrong.'}`, {
    field: first?.path.join('.') ?? '',
  });
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
  const yaml = readYaml(text, file);
  if (isProblem(yaml)) throw problemError(yaml);
  const checked = checkYaml({ ...yaml, value: withTimezone(yaml.value, overrides) }, businessSchema);
  if ('value' in checked) return checked.value;
  const [first] = checked.problems;
  if (first === undefined) throw new LeibnizError('INTERNAL', 'a wrong file gives a problem');
  throw problemError(first);
}

/** The file's facts with another time zone, where one is told. */
export const withTimezone = (value: unknown, { timezone }: { readonly timezone?: string }): unknown =>
  timezone !== undefined && typeof value === 'object' && value !== null ? { ...value, timezone } : value;

const weekHours = (
  hours: Readonly<Record<(typeof DAYS)[number], readonly OpeningSpan[]>>,
): Readonly<Record<Weekday, readonly OpeningSpan[]>> => ({
  1: hours.monday,
  2: hours.tuesday,
  3: hours.wednesday,
  4: hours.thursday,
  5: hours.friday,
  6: hours.saturday,
  7: hours.sunday,
});

function toStaff({ openingHours, ...rest }: Facts['staff'][number]): StaffMember {
  return { ...rest, ...(openingHours === undefined ? {} : { hours: weekHours(openingHours) }) };
}

function toService(facts: Facts['services'][number]): Business['services'][number] {
  const {
    durationMinutes,
    bufferMinutes,
    minimumNoticeMinutes,
    capacity,
    staff,
    horizonDays,
    form,
    ...rest
  } = facts;
  return {
    ...rest,
    durationMin: durationMinutes,
    ...(bufferMinutes === undefined ? {} : { bufferMin: bufferMinutes }),
    ...(minimumNoticeMinutes === undefined ? {} : { minNoticeMin: minimumNoticeMinutes }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(staff === undefined ? {} : { staff }),
    ...(horizonDays === undefined ? {} : { horizonDays }),
    ...(form === undefined ? {} : { form }),
  };
}

function toBusiness(facts: Facts): Business {
  const { person } = facts;
  return {
    name: facts.name,
    timezone: facts.timezone,
    hours: weekHours(facts.openingHours),
    holidays: facts.holidays,
    services: facts.services.map(toService),
    staff: facts.staff.map(toStaff),
    blackouts: facts.blackouts,
    capacity: facts.capacity,
    identification: facts.identification,
    waitingList: facts.waitingList,
    defaultDurationMin: facts.defaultDurationMinutes,
    slotMin: facts.slotMinutes,
    minNoticeMin: facts.minimumNoticeMinutes,
    horizonDays: facts.horizonDays,
    ...(person === undefined || person.sipUri === '' ? {} : { person }),
    callback: facts.callback,
    rating: facts.rating,
  };
}
