import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consentFrom, type Verdict } from '../../../src/dialog/core/consent.js';
import { interpret } from '../../../src/dialog/core/nlu/interpret.js';
import type { Lexicon } from '../../../src/dialog/core/nlu/lexicon.js';
import type { OpenQuestion } from '../../../src/dialog/core/nlu/types.js';
import { loadLocale } from '../../../src/dialog/locale.js';
import { projectRoot } from '../../../src/threads/project-root.js';

/** When the cases take place: a Wednesday, at 10:15. */
export const TIME = { today: '2026-12-02', nowMin: 615 };

/** The read-back that the cases answer: transfer credits, Friday, December 4th, at 10 AM, for Ada Lovelace. */
export const READ_BACK: OpenQuestion = {
  id: 'book.confirm',
  expects: 'yes_no',
  time: { ...TIME, anchor: '2026-12-04', anchorMin: 600 },
  asked: { date: '2026-12-04', minute: 600, name: 'Ada Lovelace', serviceId: 'transfer' },
  fields: { date: ['day', 'date'], time: ['time', 'hour'], name: ['name'], service: ['topic', 'reason'] },
};

/** Words of an office as the cases know it. */
export function caseLexicon(): Lexicon {
  return {
    locale: loadLocale(join(projectRoot(), 'locales', 'en-US')),
    services: [
      { id: 'transfer', name: 'transfer credits', aliases: ['transfer credit', 'credits'] },
      { id: 'housing', name: 'housing', aliases: ['dorm'] },
    ],
    staff: [{ id: 'kim', name: 'Dr. Kim', aliases: ['kim'] }],
    personWords: ['advisor', 'adviser', 'counselor'],
    appointmentWords: ['advising appointment', 'session'],
    alerts: {},
    pronunciations: [],
  };
}

/** What an answer to a question comes to when it was heard without doubt. */
export function verdictOn(text: string, question: OpenQuestion, lexicon: Lexicon): Verdict {
  const said = interpret({ text, confidence: 1 }, question, lexicon);
  return consentFrom(said, {
    questionId: question.id,
    ...(question.asked === undefined ? {} : { values: question.asked }),
    heardToEnd: true,
  });
}

/** Sentences of a file beside this one: `agreements`, `refusals` and the same with `-held`. */
export async function sentences(name: string): Promise<readonly string[]> {
  return linesOf(join(projectRoot(), 'test', 'eval', 'consent', `${name}.txt`));
}

/** Lines of a file that hold something. */
export async function linesOf(file: string): Promise<readonly string[]> {
  return (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
}
