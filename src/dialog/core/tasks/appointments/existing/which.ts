import type { KnownAppointment } from '../../../effects.js';
import type { Interpretation, Mention } from '../../../nlu/types.js';
import { weekdayOf } from '../../../nlu/time/local-date.js';
import type { TimeValue } from '../../../nlu/time/types.js';
import { clockMinute, speakerOf } from '../../../schedule/spoken.js';
import { today } from '../../../schedule/calendar.js';
import type { TaskContext } from '../../task.js';
import { placeIn } from '../moment/index.js';

/** "A check-up on Friday, December 4th at 10 AM". */
export function spokenAppointment(appointment: KnownAppointment, ctx: TaskContext): string {
  const spoken = speakerOf(ctx.lexicon.locale);
  return spoken.about(appointment.purpose, spokenWhen(appointment, ctx));
}

/** "Friday, December 4th at 10 AM with Doctor Chen". */
export function spokenWhen(appointment: KnownAppointment, ctx: TaskContext): string {
  const spoken = speakerOf(ctx.lexicon.locale);
  const moment = spoken.moment(momentOf(appointment), today(ctx));
  const staff = ctx.business.staff.find(({ id }) => id === appointment.resource);
  return staff === undefined ? moment : spoken.with(moment, staff.name);
}

/** When an appointment begins. */
export const momentOf = ({
  date,
  time,
}: KnownAppointment): { readonly date: string; readonly minute: number } => ({
  date,
  minute: clockMinute(time),
});

/** The appointments that the mentions of a turn fit: all of them when it names none. */
export function fitting(
  appointments: readonly KnownAppointment[],
  mentions: readonly Mention[],
): readonly KnownAppointment[] {
  const left = appointments.filter((one) => mentions.every((mention) => fits(one, mention)));
  return left.length === 0 ? appointments : left;
}

/** The appointment that an answer chooses among several; `undefined` when it does not choose one. */
export function chosen(
  appointments: readonly KnownAppointment[],
  said: Interpretation,
): KnownAppointment | undefined {
  const place = placeIn(said, appointments.length);
  if (place !== undefined) return appointments[place];
  const left = fitting(appointments, said.mentions);
  return left.length === 1 ? left[0] : undefined;
}

function fits(one: KnownAppointment, mention: Mention): boolean {
  switch (mention.type) {
    case 'time': {
      return fitsTime(one, mention.value) !== mention.excluded;
    }
    case 'service': {
      return one.serviceId === undefined || (one.serviceId === mention.id) !== mention.excluded;
    }
    case 'staff': {
      return (one.resource === mention.id) !== mention.excluded;
    }
    default: {
      return true;
    }
  }
}

/** True when a day or time that was said is the appointment's. */
export function fitsTime(one: KnownAppointment, value: TimeValue): boolean {
  const { date, minute } = momentOf(one);
  switch (value.kind) {
    case 'date': {
      return value.date === date || (value.weekdayOnly === true && weekdayOf(value.date) === weekdayOf(date));
    }
    case 'days': {
      return date >= value.from && date <= value.to;
    }
    case 'weekdays': {
      return value.weekdays.includes(weekdayOf(date));
    }
    case 'time': {
      return value.minutes.includes(minute);
    }
    case 'window': {
      return minute >= value.fromMin && minute < value.toMin;
    }
    case 'no_such_day':
    case 'from_now':
    case 'shift':
    case 'duration':
    case 'extreme': {
      return true;
    }
    default: {
      return value;
    }
  }
}
