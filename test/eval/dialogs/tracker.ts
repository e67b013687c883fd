import { join } from 'node:path';
import { consentFrom } from '../../../src/dialog/core/consent.js';
import { interpret } from '../../../src/dialog/core/nlu/interpret.js';
import type { Lexicon } from '../../../src/dialog/core/nlu/lexicon.js';
import { addDays, weekdayOf } from '../../../src/dialog/core/nlu/time/local-date.js';
import type { AskedValues, Interpretation, OpenQuestion } from '../../../src/dialog/core/nlu/types.js';
import { instantOf } from '../../../src/dialog/core/schedule/calendar.js';
import type { Wish } from '../../../src/dialog/core/schedule/wish.js';
import { takeMoment } from '../../../src/dialog/core/tasks/appointments/moment/take.js';
import { NOTHING_WANTED, type Wanted } from '../../../src/dialog/core/tasks/appointments/moment/state.js';
import type { TaskContext } from '../../../src/dialog/core/tasks/task.js';
import { loadLocale } from '../../../src/dialog/locale.js';
import { callId } from '../../../src/kernel/ids.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import type { Office } from '../conversation/office.js';
import type { CorpusAct, CorpusTurn, Goal } from './corpus.js';

/** When the dialogs of the corpus take place. */
const TODAY = '2019-03-01';
const NOW_MIN = 600;

/** The services that the corpus knows, by the words of its schema. */
function corpusLexicon(): Lexicon {
  return {
    locale: loadLocale(join(projectRoot(), 'locales', 'en-US')),
    services: [
      { id: 'Psychologist', name: 'psychologist', aliases: [] },
      { id: 'Family Counselor', name: 'family counselor', aliases: [] },
      { id: 'Psychiatrist', name: 'psychiatrist', aliases: [] },
    ],
    staff: [],
    personWords: [],
    appointmentWords: ['appointment'],
    alerts: {},
    pronunciations: [],
  };
}

/** What a turn was taken for. */
export interface TrackedTurn {
  readonly goal: Goal;
  /** The caller is taken to have agreed to what was read back or offered. */
  readonly agreed: boolean;
}

/** Follows what callers of the corpus want, turn by turn, with the dialog's own reading and its own search for a time. */
export class Tracker {
  #wanted: Wanted = NOTHING_WANTED;
  #service: string | undefined;
  readonly #ctx: TaskContext;
  readonly #lexicon = corpusLexicon();

  constructor({ context }: Pick<Office, 'context'>) {
    this.#ctx = {
      ...context,
      lexicon: this.#lexicon,
      callId: callId('corpus'),
      wallMs: instantOf({ date: TODAY, minute: NOW_MIN }, context.business.timezone).wallMs,
      heardToEnd: true,
      frame: 1,
      known: {},
    };
  }

  /** A new caller. */
  begin(): void {
    this.#wanted = NOTHING_WANTED;
    this.#service = undefined;
  }

  take({ system, text }: CorpusTurn): TrackedTurn {
    const asked = askedIn(system);
    const question = questionOf(system, asked);
    const said = interpret({ text, confidence: 1 }, question, this.#lexicon);
    const verdict =
      question.expects === 'yes_no'
        ? consentFrom(said, { questionId: question.id, values: asked, heardToEnd: true })
        : undefined;
    this.#hear(said, asked);
    return { goal: this.#goal(), agreed: verdict?.kind === 'agreed' };
  }

  #hear(said: Interpretation, asked: AskedValues): void {
    const base = {
      ...(asked.date === undefined ? {} : { date: asked.date }),
      ...(asked.minute === undefined ? {} : { minute: asked.minute }),
    };
    const taken = takeMoment(this.#wanted, said, this.#ctx, base);
    if (taken !== undefined && taken.type !== 'unclear') this.#wanted = taken.wanted;
    else if (said.polarity === 'affirm') this.#adopt(asked);
    const service = said.mentions.findLast((mention) => mention.type === 'service' && !mention.excluded);
    if (service?.type === 'service') this.#service = service.id;
  }

  #adopt({ date, minute }: AskedValues): void {
    const { wish } = this.#wanted;
    this.#wanted = {
      ...this.#wanted,
      wish: {
        ...wish,
        ...(date === undefined ? {} : { dates: [date] }),
        ...(minute === undefined ? {} : { times: [[minute]] }),
      },
    };
  }

  #goal(): Goal {
    const { wish } = this.#wanted;
    const date = dateOf(wish);
    const minute = wish.times[0]?.[0];
    return {
      ...(date === undefined ? {} : { date }),
      ...(minute === undefined ? {} : { time: clock(minute) }),
      ...(this.#service === undefined ? {} : { service: this.#service }),
    };
  }
}

/** The day, or the next one of a weekday that was named without a date. */
function dateOf({ dates, weekdays }: Wish): string | undefined {
  const [date] = dates;
  const [weekday] = weekdays;
  if (date !== undefined || weekday === undefined) return date;
  return addDays(TODAY, (weekday - weekdayOf(TODAY) + 7) % 7);
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Values that the sentence before reads back or offers. */
function askedIn(system: readonly CorpusAct[]): AskedValues {
  const value = (slot: string): string | undefined =>
    system.find(([name, of]) => (name === 'CONFIRM' || name === 'OFFER') && of === slot)?.[3][0];
  const [date, time] = [value('appointment_date'), value('appointment_time')];
  return {
    ...(date === undefined ? {} : { date }),
    ...(time === undefined ? {} : { minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) }),
  };
}

/** What the sentence before asks, as the dialog would have it. */
function questionOf(system: readonly CorpusAct[], asked: AskedValues): OpenQuestion {
  const has = (act: string, slot?: string): boolean =>
    system.some(([name, of]) => name === act && (slot === undefined || of === slot));
  const time = {
    ...{ today: TODAY, nowMin: NOW_MIN },
    ...(asked.date === undefined ? {} : { anchor: asked.date }),
    ...(asked.minute === undefined ? {} : { anchorMin: asked.minute }),
  };
  if (has('CONFIRM')) return { id: 'book.confirm', expects: 'yes_no', time, asked };
  if (has('OFFER', 'appointment_time') || has('OFFER', 'appointment_date')) {
    return { id: 'book.offer', expects: 'yes_no', readBack: false, time, asked };
  }
  if (has('REQUEST', 'appointment_date')) return { id: 'book.day', expects: 'date', time };
  if (has('REQUEST', 'appointment_time')) return { id: 'book.time', expects: 'time', time };
  if (has('REQUEST', 'type')) return { id: 'book.service', expects: 'service', time };
  return { id: 'open', expects: 'matter', time };
}
