import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Lexicon, NamedThing } from '../../../../src/dialog/core/nlu/lexicon.js';
import { readEntities } from '../../../../src/dialog/core/nlu/readers/index.js';
import { findTimeMentions } from '../../../../src/dialog/core/nlu/time/mentions.js';
import { tokenize } from '../../../../src/dialog/core/nlu/tokens.js';
import type { Expects, Mention, OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { loadLocale } from '../../../../src/dialog/locale.js';
import { projectRoot } from '../../../../src/threads/project-root.js';

const locale = loadLocale(join(projectRoot(), 'locales/en-US'));
const { services } = parse(readFileSync(join(projectRoot(), 'business.yaml'), 'utf8')) as {
  services: NamedThing[];
};

/** The university's services, with two people. */
export const lexicon: Lexicon = {
  ...{ locale, services, personWords: [], appointmentWords: [], alerts: {}, pronunciations: [] },
  staff: [
    { id: 'chen', name: 'Doctor Chen', aliases: ['dr chen', 'doctor lily chen'] },
    { id: 'lee', name: 'Miss Lee', aliases: ['ms lee', 'anna lee'] },
  ],
};

/** A question of a kind, on Wednesday, 2026-12-02, at 10:15. */
export function question(expects: Expects, more: Partial<OpenQuestion> = {}): OpenQuestion {
  const time = {
    today: '2026-12-02',
    nowMin: 615,
    ...(expects === 'date' ? { expectsDate: true } : {}),
    ...(expects === 'time' ? { expectsTime: true } : {}),
  };
  return { id: `test.${expects}`, expects, time, ...more };
}

/** What is read in an answer. */
export function read(text: string, asked: OpenQuestion): readonly Mention[] {
  const tokens = tokenize(text, locale.calendar);
  return readEntities(tokens, text, asked, lexicon, findTimeMentions(tokens, asked.time, locale.calendar));
}

/** Names of an answer; excluded ones with a "-" before them. */
export const names = (text: string, asked: OpenQuestion = question('name')): readonly string[] =>
  read(text, asked).flatMap((mention) =>
    mention.type === 'name' ? [`${mention.excluded ? '-' : ''}${mention.name}`] : [],
  );
