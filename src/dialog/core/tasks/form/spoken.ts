import { objectOf } from '../../../../kernel/json.js';
import type { Locale } from '../../nlu/locale.js';
import { dateParts, daysBetween, toLocal, type LocalDate } from '../../nlu/time/local-date.js';
import type { TaskContext } from '../task.js';
import type { FieldSpec, FormSpec, SlotSpec } from './spec.js';
import type { FormState } from './state.js';

/** What speaking depends on. */
export interface SpeakContext {
  readonly locale: Locale;
  readonly today: LocalDate;
}

/** How things are said in a call. */
export const speakContext = (ctx: TaskContext): SpeakContext => ({
  locale: ctx.lexicon.locale,
  today: toLocal(ctx.wallMs, ctx.business.timezone).date,
});

/** Items of a list that are spoken unless the form tells otherwise: more cannot be kept in mind. */
const MAX_ITEMS = 3;
/** Longest text that is taken from a tool's answer. */
const MAX_TEXT = 200;

/** How a slot's value is said. */
export function spokenValue(slot: SlotSpec, value: string, speak: SpeakContext): string {
  const { locale } = speak;
  switch (slot.type) {
    case 'date':
      return spokenDay(value, speak);
    case 'time':
      return spokenClock(value);
    case 'digits':
      return spokenDigits(value);
    case 'phone':
      return spokenPhone(value);
    case 'amount':
      return spokenAmount(Number(value), 'USD', locale);
    case 'email':
      return spokenEmail(value, locale);
    case 'choice':
      return slot.choices?.find(({ id }) => id === value)?.name ?? value;
    case 'yes_no':
      return locale.phrases[`form_${value}`]?.[0] ?? value;
    case 'number':
    case 'name':
    case 'address':
    case 'text':
      return value;
  }
}

/** Values of the slots as they are spoken; secrets are not. */
export function spokenSlots(
  form: FormSpec,
  state: FormState,
  speak: SpeakContext,
): Readonly<Record<string, string>> {
  return Object.fromEntries<string>(
    form.slots
      .filter((slot) => slot.secret !== true)
      .flatMap((slot): (readonly [string, string])[] => {
        const value = state.pii.values[slot.id];
        const own = [slot.id, value === undefined ? '' : spokenValue(slot, value, speak)] as const;
        const other = slot.choices?.length === 2 ? slot.choices.find(({ id }) => id !== value) : undefined;
        return value === undefined || other === undefined ? [own] : [own, [`${slot.id}_other`, other.name]];
      }),
  );
}

/**
 * Values of a tool's answer as they are spoken. Whatever the answer holds gives a text: numbers that are none and days
 * that do not exist are said as they stand.
 */
export function spokenFields(
  value: unknown,
  fields: FormSpec['answer'],
  speak: SpeakContext,
): Readonly<Record<string, string>> {
  const record = objectOf(value) ?? {};
  const names = new Set([...Object.keys(record), ...Object.keys(fields ?? {})]);
  return Object.fromEntries(
    [...names].map((name) => [name, spokenField(record[name], fields?.[name] ?? { type: 'text' }, speak)]),
  );
}

function spokenField(value: unknown, field: FieldSpec, speak: SpeakContext): string {
  const { locale } = speak;
  if (field.type === 'list') return spokenItems(Array.isArray(value) ? value : [], field, speak);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, MAX_TEXT) : '';
  switch (field.type) {
    case 'amount':
      return Number.isFinite(Number(text)) && text !== ''
        ? spokenAmount(Number(text), field.currency ?? 'USD', locale)
        : text;
    case 'number':
      return Number.isFinite(Number(text)) && text !== '' ? Number(text).toLocaleString(locale.id) : text;
    case 'date':
      return /^\d{4}-\d{2}-\d{2}/.test(text) ? spokenDay(text.slice(0, 10), speak) : text;
    case 'time':
      return /^\d{2}:\d{2}/.test(text) ? spokenClock(text) : text;
    case 'digits':
      return spokenDigits(text);
    case 'text':
      return text;
  }
}

function spokenItems(items: readonly unknown[], field: FieldSpec, speak: SpeakContext): string {
  if (items.length === 0) return field.none ?? '';
  return items
    .slice(0, field.most ?? MAX_ITEMS)
    .map((item) => fillIn(field.each ?? '', spokenFields(item, field.fields, speak)))
    .join('; ');
}

const fillIn = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => values[name] ?? '');

/** "1,234 dollars and 50 cents"; the words of the currency are the locale's. */
export function spokenAmount(value: number, currency: string, locale: Locale): string {
  const [one = currency, many = currency, cent = '', cents = '', minus = '-', and = ''] =
    locale.phrases[`currency_${currency.toLowerCase()}`] ?? [];
  const total = Math.round(Math.abs(value) * 100);
  const whole = Math.floor(total / 100);
  const rest = total % 100;
  const sign = value < 0 && total > 0 ? `${minus} ` : '';
  const units = `${whole.toLocaleString(locale.id)} ${whole === 1 ? one : many}`;
  const small = `${rest} ${rest === 1 ? cent : cents}`;
  if (rest === 0) return `${sign}${units}`;
  return whole === 0 ? `${sign}${small}` : `${sign}${units} ${and} ${small}`;
}

/** Days within which a year needs no mention. */
const NEAR_DAYS = 300;

/** "March 5, 1984"; "December 1" when it is near. */
export function spokenDay(date: LocalDate, { locale, today }: SpeakContext): string {
  const { year, month, day } = dateParts(date);
  const name = monthName(locale, month);
  if (name === '') return date;
  const isNear = Math.abs(daysBetween(today, date)) < NEAR_DAYS;
  return isNear ? `${name} ${day}` : `${name} ${day}, ${year}`;
}

function monthName(locale: Locale, month: number): string {
  const word = locale.calendar.months[month - 1]?.[0] ?? '';
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** "2:30 PM". */
function spokenClock(time: string): string {
  const minute = Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
  const hour = Math.floor(minute / 60) % 12 === 0 ? 12 : Math.floor(minute / 60) % 12;
  const rest = minute % 60 === 0 ? '' : `:${time.slice(3, 5)}`;
  return `${hour}${rest} ${minute % 1440 < 720 ? 'AM' : 'PM'}`;
}

/** Digit by digit, in groups of three or four, so that each is heard. */
export function spokenDigits(digits: string): string {
  const size = digits.length % 4 === 0 || digits.length % 3 === 1 ? 4 : 3;
  const groups = digits.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
  return groups.map((group) => [...group].join(' ')).join(', ');
}

function spokenPhone(digits: string): string {
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  if (national.length !== 10) return spokenDigits(national);
  return [national.slice(0, 3), national.slice(3, 6), national.slice(6)]
    .map((group) => [...group].join(' '))
    .join(', ');
}

function spokenEmail(address: string, locale: Locale): string {
  const word = (list: string, sign: string): string => locale.phrases[list]?.[0] ?? sign;
  return address.replace(/@/g, ` ${word('form_at', '@')} `).replace(/\./g, ` ${word('form_dot', '.')} `);
}
