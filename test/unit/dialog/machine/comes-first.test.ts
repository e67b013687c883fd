import { FakeKnowledge } from '../../../../src/dialog/testing/fake-knowledge.js';
import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, type TalkOptions } from '../../../support/talk.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const context = await shippedContext();
const knowledge = new FakeKnowledge({
  scheduler: new VirtualTime(0),
  answers: { worries: 'The counseling center is in Rowan House.' },
  intents: { appointment: 'APPOINTMENT_SCHEDULING', talk: 'APPOINTMENT_SCHEDULING' },
});

async function after(said: readonly string[], options: Partial<TalkOptions> = {}): Promise<Talk> {
  const talk = new Talk({ context, knowledge, ...options });
  await talk.start();
  for (const text of said) await talk.say(text);
  return talk;
}

const TO_TIME = ['an appointment please', 'Friday'];
const TO_NAME = [...TO_TIME, 'ten', 'transfer credits'];

describe('bad news', () => {
  test.each([
    'my aunt died on Tuesday',
    'my son has been very ill',
    'we had a death in the family last week',
  ])('"%s" gets a word of sympathy, and the question stands', async (words) => {
    const talk = await after([...TO_TIME, words]);
    expect(talk.last).toMatch(/sorry to hear.*time/i);
    for (const text of ['ten', 'transfer credits', 'Ada Lovelace', 'yes']) await talk.say(text);
    expect(await talk.booked()).toMatchObject([{ date: '2026-12-04', time: '10:00' }]);
  });

  test('beside a wish goes on with the wish', async () => {
    const talk = await after(['My father passed away, I need an appointment']);
    expect(talk.last).toMatch(/sorry to hear/);
    expect(talk.question).toBe('book');
  });
});

test.each(['I called on Monday and nobody picked up', 'I was sick on Tuesday'])(
  'a day of what has happened is no day of the appointment: "%s"',
  async (words) => {
    const talk = await after([...TO_TIME, words, 'ten', 'transfer credits', 'Ada Lovelace', 'yes']);
    expect(await talk.booked()).toMatchObject([{ date: '2026-12-04' }]);
  },
);

describe('is this recorded', () => {
  const question = 'are my calls with you recorded';
  test('is answered by the facts, whatever is open', async () => {
    expect((await after([question])).last).toMatch(/not being recorded/);
    expect((await after([...TO_NAME, question])).last).toMatch(/not being recorded.*name/i);
    expect((await after([question], { context: { ...context, recorded: true } })).last).toMatch(/^Yes/);
  });
});

describe('a complaint', () => {
  test('is regretted, and kept with the call-back', async () => {
    const talk = await after(['I wish to file a complaint about the shuttle', 'yes']);
    expect(talk.replies[1]).toMatch(/sorry.*call you back/i);
    expect((await talk.store.callbacks.list()).items).toMatchObject([
      {
        reason: 'The caller has a complaint.',
        pii: { message: 'I wish to file a complaint about the shuttle' },
      },
    ]);
  });

  test('of having waited is regretted; in a booking the question stands', async () => {
    expect((await after(['I have been on hold for ages'])).last).toMatch(/sorry.*call you back/i);
    expect((await after([...TO_TIME, 'I was on hold for ages'])).last).toMatch(/sorry.*time/i);
  });
});

describe('a name that is an exclamation', () => {
  test.each(['Jesus Romero', 'Maria Jesus Romero'])('"%s" is a name', async (name) => {
    const talk = await after([...TO_NAME, name, 'yes']);
    expect(await talk.booked()).toMatchObject([{ pii: { userName: name } }]);
  });

  test('"Jesus" alone is no anger where a name is asked for', async () => {
    expect((await after([...TO_NAME, 'Jesus'])).last).not.toMatch(/difficult/);
  });
});

test('help in the middle of something tells what to do in danger, and asks again', async () => {
  expect((await after([...TO_TIME, 'help'])).last).toMatch(/nine one one.*time/i);
});

test('how somebody feels is no topic of an appointment', async () => {
  const talk = await after(['I would like to talk to somebody about my anxiety and my worries']);
  expect(talk.last).toMatch(/nine eight eight.*Rowan House/);
  expect(talk.question).not.toBe('book');
});

test('understanding a read-back is no agreement', async () => {
  const talk = await after([...TO_NAME, 'Ada Lovelace', 'yeah I understand']);
  expect(await talk.booked()).toEqual([]);
  await talk.say('yes');
  expect(await talk.booked()).toHaveLength(1);
});

test.each(['you got my name wrong', 'the name is misspelled, it is Lovelance'])(
  'what is wrong with a booking is passed on as it was said: "%s"',
  async (words) => {
    const talk = await after([...TO_NAME, 'Ada Lovelace', 'yes', words]);
    expect(talk.last).toMatch(/can not change that myself/);
    await talk.say('yes');
    expect((await talk.store.callbacks.list()).items).toMatchObject([
      { kind: 'message', pii: { message: words } },
    ]);
    expect(await talk.booked()).toHaveLength(1);
  },
);
