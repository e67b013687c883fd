import { z } from 'zod';
import { ROLES, type Role } from './core/nlu/time/roles.js';

const word = z.string().min(1).max(60);
const words = z.array(word).max(300);
const minute = z.number().int().min(0).max(1440);
const spanOfDay = z.tuple([minute, minute]);
const numbers = z.record(word, z.number().int().min(0).max(1000));

/** Shape of `calendar.yaml`: words of days, times and numbers. */
export const calendarSchema = z.strictObject({
  months: z.array(words.min(1)).length(12),
  weekdays: z.array(words.min(1)).length(7),
  ambiguous: words,
  numbers: z.strictObject({
    units: numbers,
    teens: numbers,
    tens: numbers,
    ordinals: numbers,
    homophones: numbers,
  }),
  spellings: z.record(word, word),
  splits: z.record(word, words.min(1).max(4)),
  fuzzy: words,
  notRepaired: words,
  about: word,
  aboutStems: words,
  measures: words,
  dayOffsets: z.record(word, z.number().int().min(-7).max(7)),
  misheardWeekdays: z.record(word, z.number().int().min(1).max(7)),
  weekdayGroups: z.array(z.strictObject({ words, weekdays: z.array(z.number().int().min(1).max(7)).min(1) })),
  partsOfDay: z
    .array(
      z.strictObject({
        words,
        half: z.enum(['am', 'pm', 'night']),
        span: spanOfDay,
        early: spanOfDay,
        middle: spanOfDay,
        late: spanOfDay,
      }),
    )
    .min(1),
  timesOfDay: z.array(z.strictObject({ words, fromMin: minute, toMin: minute })),
  namedDays: z.array(
    z
      .strictObject({
        words,
        month: z.number().int().min(1).max(12).optional(),
        day: z.number().int().min(1).max(31).optional(),
        weekday: z.number().int().min(1).max(7).optional(),
        nth: z.number().int().min(-5).max(5).optional(),
        easter: z.number().int().min(-100).max(100).optional(),
        orthodox: z.number().int().min(-100).max(100).optional(),
        calendar: z.enum(['islamic', 'hebrew']).optional(),
        calendarMonth: word.optional(),
        plusDays: z.number().int().min(-31).max(31).optional(),
      })
      .refine(
        ({ easter, orthodox, month, calendar, calendarMonth, day }) =>
          calendar === undefined
            ? easter !== undefined || orthodox !== undefined || month !== undefined
            : calendarMonth !== undefined && day !== undefined,
        { message: 'a day needs month, easter or orthodox; one of another calendar calendarMonth and day' },
      ),
  ),
  seasons: z.array(
    z.strictObject({
      words,
      fromMonth: z.number().int().min(1).max(12),
      toMonth: z.number().int().min(1).max(12),
    }),
  ),
  units: z.array(
    z.strictObject({
      words,
      minutes: z.number().positive().optional(),
      days: z.number().int().min(1).optional(),
      months: z.number().int().min(1).optional(),
    }),
  ),
  roles: z.strictObject(Object.fromEntries(ROLES.map((role) => [role, words])) as Record<Role, typeof words>),
});
