import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src/threads/project-root.js';
import { openOffice, questionOf, type Office } from '../../eval/conversation/office.js';
import { PACK_FOLDERS } from '../../eval/scenarios/declared.js';
import type { Talk } from '../../support/talk.js';

/** Words of the kinds that callers were once misunderstood in, said otherwise: question, words, what is right. */
const rows = readFileSync(join(projectRoot(), 'test/eval/cases/other-words.tsv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((row) => row.split('\t') as [question: string, caller: string, right: string]);

const OF_PACK = {
  university: { purpose: 'transfer credits', name: 'Ada Lovelace' },
  clinic: { purpose: 'a checkup', name: 'Samuel Ortega' },
  bank: { purpose: 'opening an account', name: 'Nina Keller' },
};

describe.each(Object.entries(PACK_FOLDERS))('said in other words: %s', (pack, folder) => {
  let office: Office;
  beforeAll(async () => {
    office = await openOffice(folder);
  }, 120_000);
  afterAll(() => office.close());

  /** Answers everything up to a question. */
  async function upTo(question: string): Promise<Talk> {
    const talk = office.talk();
    await talk.start();
    const answers: Readonly<Record<string, string>> = {
      ...{ open: 'i would like to make an appointment', date: 'friday', time: 'ten' },
      ...{ offer: 'the first one', confirm: 'no', change: 'nothing' },
      ...OF_PACK[pack as keyof typeof OF_PACK],
    };
    for (let turn = 0; turn < 12 && questionOf(talk) !== question; turn++) {
      await talk.say(answers[questionOf(talk)] ?? 'yes');
    }
    expect(questionOf(talk)).toBe(question);
    return talk;
  }

  test.each(rows)('%s: "%s" (%s)', async (question, caller, right) => {
    const talk = await upTo(question);
    const reply = await talk.say(caller);
    const booked = (await talk.booked()).length;
    const isAlert = talk.of('say').some(({ promptId }) => promptId.startsWith('alert.'));
    if (right !== 'booked') expect(booked).toBe(0);
    expect(talk.hungUp).toBeUndefined();
    if (right === 'booked') expect(booked).toBe(1);
    else if (right === 'alert' || right === 'no_alert') expect(isAlert).toBe(right === 'alert');
    else if (right === 'no_name') expect(questionOf(talk)).not.toBe('confirm');
    else if (right === 'stays') expect(talk.state.stack).toEqual([]);
    else if (right === 'person') expect(talk.question).toMatch(/handoff|callback/);
    else if (right.startsWith('says ')) expect(reply).toContain(right.slice('says '.length));
    else if (right.startsWith('task ')) expect(talk.state.stack[0]?.task).toBe(right.slice('task '.length));
    else expect(right).toBe('nothing_done');
  });
});
