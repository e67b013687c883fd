import type { Talk } from '../../support/talk.js';
import type { Appointment } from '../../../src/store/types.js';
import { bookingCases, type BookingCase } from './cases.js';
import { questionOf, type Office } from './office.js';

/** What became of a booking case. */
export interface BookingVerdict {
  readonly id: string;
  /** The appointment that is expected and no other; none where none is expected. `undefined`: not judged. */
  readonly storedRight?: boolean;
  /** Something is stored that was not agreed. */
  readonly storedWrong: boolean;
  /** Stored as expected, without hanging up or giving up on the caller on the way. */
  readonly handledRight: boolean;
  readonly turns: number;
  readonly transcript: readonly string[];
}

/** Longest call, in turns of the caller. */
const MAX_TURNS = 24;

/** Answers where a case has none: an ordinary caller. */
const DEFAULTS: Readonly<Record<string, string>> = {
  open: 'i would like to make an appointment',
  callback: 'no thanks',
  person: 'no thanks',
  confirm: 'yes',
  offer: 'the first one',
  suggest: 'yes',
  change: 'nothing',
  drop: 'no',
  else: 'no thanks goodbye',
  waitlist: 'no thanks',
};

/** Plays a case against the dialog. */
export async function playBooking(one: BookingCase, office: Office): Promise<BookingVerdict> {
  const talk = office.talk();
  const transcript: string[] = [`agent: ${await talk.start()}`];
  const used: Record<string, number> = {};
  let silences = 0;
  for (let turn = 0; turn < MAX_TURNS && talk.hungUp === undefined; turn++) {
    const question = questionOf(talk);
    const scripted = one.turns[question];
    const at = used[question] ?? 0;
    used[question] = at + 1;
    // Small talk leaves the first question open; the caller then comes to the point.
    const isDone = question === 'open' && at >= (scripted?.length ?? 0);
    if (isDone && (one.expect ?? null) === null) break;
    const said = isDone
      ? DEFAULTS['open']
      : (scripted?.[Math.min(at, scripted.length - 1)] ?? DEFAULTS[question]);
    if (said === undefined || at > 4) break;
    const answered = typeof said === 'string' ? await talk.say(said) : await talk.silence(++silences);
    if (typeof said === 'string') silences = 0;
    transcript.push(
      `[${question}] caller: ${typeof said === 'string' ? said : '(silence)'}`,
      `agent: ${answered}`,
    );
  }
  return verdictOf(one, await talk.booked(), talk, transcript);
}

function verdictOf(
  one: BookingCase,
  stored: readonly Appointment[],
  talk: Talk,
  transcript: readonly string[],
): BookingVerdict {
  const { expect } = one;
  const base = { id: one.id, turns: talk.turns, transcript };
  const isLost = talk.of('transfer').length > 0 || talk.hungUp === 'silence';
  if (expect === undefined) return { ...base, storedWrong: false, handledRight: !isLost };
  if (expect === null) {
    const isRight = stored.length === 0;
    return { ...base, storedRight: isRight, storedWrong: !isRight, handledRight: isRight };
  }
  const isRight = stored.length === 1 && stored[0] !== undefined && fits(stored[0], expect);
  return {
    ...base,
    storedRight: isRight,
    storedWrong: stored.length > 0 && !isRight,
    handledRight: isRight && !isLost,
  };
}

function fits(
  appointment: Appointment,
  expect: Readonly<Record<string, string | readonly string[]>>,
): boolean {
  const values: Readonly<Record<string, string>> = {
    date: appointment.date,
    time: appointment.time,
    purpose: `${appointment.purpose} ${appointment.serviceId ?? ''}`,
    name: appointment.pii.userName,
  };
  return Object.entries(expect).every(([field, wanted]) => {
    const value = values[field] ?? '';
    return [wanted].flat().some((one) => matches(value, one, field));
  });
}

function matches(value: string, wanted: string, field: string): boolean {
  const pattern = /^\/(.*)\/$/.exec(wanted)?.[1];
  if (pattern !== undefined) return new RegExp(pattern, 'i').test(value);
  if (field === 'purpose') return value.toLowerCase().includes(wanted.toLowerCase());
  return value.toLowerCase() === wanted.toLowerCase();
}

/** Plays every booking case and tells of each as it is done. */
export async function playBookings(
  office: Office,
  onDone: (verdict: BookingVerdict) => void,
): Promise<readonly BookingVerdict[]> {
  const verdicts: BookingVerdict[] = [];
  for (const one of await bookingCases()) {
    const verdict = await playBooking(one, office);
    onDone(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}
