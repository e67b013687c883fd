import type { Pace } from '../../../../../kernel/vocab.js';
import type { Locale } from '../../../nlu/locale.js';
import type { AskedValues, OpenQuestion } from '../../../nlu/types.js';
import { line, type Line } from '../../../render.js';
import { OFFICE, today } from '../../../schedule/calendar.js';
import { speakerOf } from '../../../schedule/spoken.js';
import type { TaskContext } from '../../task.js';
import {
  aroundMoment,
  askLines,
  isMomentAsk,
  momentShape,
  retryLines,
  type MomentAsk,
  type QuestionShape,
} from '../moment/index.js';
import type { BookAsk, BookState, Field } from './state.js';

/** Services that are offered by key. */
const MAX_SERVICE_KEYS = 5;

const phrases = (ctx: TaskContext, key: string): readonly string[] => ctx.lexicon.locale.phrases[key] ?? [];

type Fields = NonNullable<OpenQuestion['fields']>;

const fieldCache = new WeakMap<Locale, Fields>();

/** The words by which callers name the parts of an appointment; the same object every time. */
export function fieldWords(ctx: TaskContext): Fields {
  const { locale } = ctx.lexicon;
  const known = fieldCache.get(locale);
  if (known !== undefined) return known;
  const fields: Fields = {
    day: phrases(ctx, 'part_day'),
    time: phrases(ctx, 'part_time'),
    service: phrases(ctx, 'part_service'),
    name: phrases(ctx, 'part_name'),
  };
  fieldCache.set(locale, fields);
  return fields;
}

/** What was read back. */
export function askedValues(state: BookState): AskedValues {
  const { slot, pii, wanted, purpose } = state;
  return {
    ...(slot === undefined ? {} : { date: slot.date, minute: slot.minute }),
    ...(slot === undefined || slot.resource === OFFICE ? {} : { staffId: slot.resource }),
    ...(pii.name === undefined ? {} : { name: pii.name }),
    ...(wanted.serviceId === undefined ? {} : { serviceId: wanted.serviceId }),
    ...(purpose === undefined ? {} : { text: purpose }),
  };
}

/** One question: how it is heard and put. Those of the search for a time are {@link momentShape}'s. */
interface Question {
  readonly expects: OpenQuestion['expects'];
  readonly pace: Pace;
  readonly decision?: true;
  ask(state: BookState, ctx: TaskContext): readonly Line[];
  retry(state: BookState, ctx: TaskContext): readonly Line[];
  /** In place of the second retry; the first unless told. */
  byKeys?(state: BookState, ctx: TaskContext): readonly Line[];
  keys?(state: BookState, ctx: TaskContext): readonly string[];
}

type OwnAsk = Exclude<BookAsk['ask'], MomentAsk['ask']>;

const serviceNames = (ctx: TaskContext): readonly string[] =>
  ctx.business.services.slice(0, MAX_SERVICE_KEYS).map(({ name }) => name);

const whenOf = (state: BookState, ctx: TaskContext): string => {
  const { slot } = state;
  const spoken = speakerOf(ctx.lexicon.locale);
  if (slot === undefined) return '';
  const moment = spoken.moment(slot, today(ctx));
  const staff = ctx.business.staff.find(({ id }) => id === slot.resource);
  return staff === undefined ? moment : spoken.with(moment, staff.name);
};

/** What a part is read back as. */
function valueOf(field: Field, state: BookState, ctx: TaskContext): string {
  switch (field) {
    case 'moment':
    case 'staff': {
      return whenOf(state, ctx);
    }
    case 'service': {
      return state.purpose ?? '';
    }
    case 'name': {
      return speakerOf(ctx.lexicon.locale).forName(state.pii.name ?? '');
    }
    default: {
      return field;
    }
  }
}

/** The read-back: all of it the first time, then what has changed since, then only the question. */
export function readBack(state: BookState, ctx: TaskContext): Line {
  const { unheard } = state;
  if (unheard.length === 0) return line('appointment.confirm.short');
  if (unheard.length < 3) {
    const values = [...new Set(unheard.map((field) => valueOf(field, state, ctx)))].join(', ');
    return line('appointment.confirm.changed', { values });
  }
  return line('appointment.confirm.ask', {
    what: state.purpose ?? '',
    when: whenOf(state, ctx),
    name: state.pii.name ?? '',
  });
}

const QUESTIONS: Readonly<Record<OwnAsk, Question>> = {
  service: {
    expects: 'service',
    pace: 'phrase',
    ask: () => [line('appointment.service.ask')],
    retry: (_state, ctx) => [line('appointment.service.retry', { example: exampleServices(ctx) })],
    byKeys: (_state, ctx) => [
      line('appointment.service.keypad', { keys: speakerOf(ctx.lexicon.locale).keys(serviceNames(ctx)) }),
    ],
    keys: (_state, ctx) => serviceNames(ctx),
  },
  name: {
    expects: 'name',
    pace: 'name',
    ask: () => [line('appointment.name.ask')],
    retry: () => [line('appointment.name.retry')],
    byKeys: (_state, ctx) => [
      line(ctx.callerNumber === undefined ? 'appointment.name.keypad' : 'appointment.name.keypad_number'),
    ],
  },
  spell: {
    expects: 'name',
    pace: 'digits',
    ask: () => [line('appointment.name.spell')],
    retry: () => [line('appointment.name.spell')],
    byKeys: (_state, ctx) => [
      line(ctx.callerNumber === undefined ? 'appointment.name.keypad' : 'appointment.name.keypad_number'),
    ],
  },
  confirm: {
    expects: 'yes_no',
    pace: 'consent',
    decision: true,
    ask: (state, ctx) => [readBack(state, ctx)],
    retry: (state, ctx) =>
      state.unheard.length > 0
        ? [readBack(state, ctx)]
        : [line('appointment.confirm.retry', { when: whenOf(state, ctx) })],
    byKeys: (state, ctx) => [line('appointment.confirm.keypad', { when: whenOf(state, ctx) })],
    keys: () => [],
  },
  change: {
    expects: 'correction',
    pace: 'phrase',
    ask: () => [line('appointment.change.ask')],
    retry: () => [line('appointment.change.retry')],
    byKeys: () => [line('appointment.change.keypad')],
  },
  drop: {
    expects: 'yes_no',
    pace: 'consent',
    decision: true,
    ask: () => [line('appointment.drop.ask')],
    retry: () => [line('appointment.drop.retry')],
    byKeys: () => [line('appointment.drop.keypad')],
  },
  form: { expects: 'words', pace: 'phrase', ask: () => [], retry: () => [] },
  waitlist: { expects: 'words', pace: 'phrase', ask: () => [], retry: () => [] },
  commit: { expects: 'words', pace: 'phrase', ask: () => [], retry: () => [] },
};

const exampleServices = (ctx: TaskContext): string =>
  speakerOf(ctx.lexicon.locale).list(ctx.business.services.slice(0, 2).map(({ name }) => name));

/** The question of a booking as it is read and waited for. */
export function shapeOf(state: BookState, ctx: TaskContext): QuestionShape & { readonly decision: boolean } {
  const { open } = state;
  if (isMomentAsk(open)) {
    const shape = momentShape(open, ctx);
    return { ...shape, question: { ...shape.question, fields: fieldWords(ctx) }, decision: false };
  }
  const own = QUESTIONS[open.ask];
  const isConfirm = open.ask === 'confirm';
  const around = aroundMoment(state.slot, ctx);
  return {
    question: {
      expects: own.expects,
      time: around,
      fields: fieldWords(ctx),
      ...(isConfirm ? { asked: askedValues(state) } : {}),
      // "Book it" is no yes to "shall I leave it?"
      ...(open.ask === 'drop' ? { action: 'drop' } : {}),
    },
    pace: own.pace,
    decision: own.decision ?? false,
    keys: own.keys?.(state, ctx) ?? [],
  };
}

/** The open question as it is first put. */
export function askBook(state: BookState, ctx: TaskContext): readonly Line[] {
  const { open } = state;
  return isMomentAsk(open) ? askLines(open, ctx) : QUESTIONS[open.ask].ask(state, ctx);
}

/** The open question in other words, or by keys. Keys of the search for a time are looked up elsewhere. */
export function retryBook(state: BookState, way: 'words' | 'keys', ctx: TaskContext): readonly Line[] {
  const { open } = state;
  if (isMomentAsk(open)) return retryLines(open, ctx);
  const own = QUESTIONS[open.ask];
  return way === 'keys' && own.byKeys !== undefined ? own.byKeys(state, ctx) : own.retry(state, ctx);
}
