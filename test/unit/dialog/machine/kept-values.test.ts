import { FakeKnowledge } from '../../../../src/dialog/testing/fake-knowledge.js';
import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, type TalkOptions } from '../../../support/talk.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const context = await shippedContext();
const clinic = await shippedContext('packs/clinic');

const callBack = Object.entries(context.intents).find(([, does]) => does === 'callback')?.[0] ?? '';
const knowledge = new FakeKnowledge({
  scheduler: new VirtualTime(0),
  answers: { 'how long': 'Half an hour.', 'what does': 'It is free.', 'who is': 'A colleague of ours.' },
  intents: {
    ...{ 'how long': 'RAG_QUERY', 'what does': 'RAG_QUERY', 'who is': 'RAG_QUERY' },
    ...{ 'ring me': callBack, visit: 'APPOINTMENT_SCHEDULING', appointment: 'APPOINTMENT_SCHEDULING' },
  },
});

async function after(said: readonly string[], options: Partial<TalkOptions> = {}): Promise<Talk> {
  const talk = new Talk({ context, knowledge, ...options });
  await talk.start();
  for (const text of said) await talk.say(text);
  return talk;
}

const asked = ({ state }: Talk): string | undefined =>
  (state.stack.at(-1)?.state as { readonly open?: { readonly ask: string } } | undefined)?.open?.ask;

describe('what is said at another question is kept', () => {
  test.each<[string, string]>([
    ['Wednesday at nine, regarding my visa', '2026-12-09 09:00 visa'],
    ['I want to talk about my visa on Wednesday at nine', '2026-12-09 09:00 visa'],
    ["it's about my visa, Wednesday at nine if possible", '2026-12-09 09:00 visa'],
    ['I have to hand in a thesis by Wednesday', '2026-12-04 10:00 hand in a thesis by Wednesday'],
  ])('at the reason: "%s"', async (text, expected) => {
    const talk = await after(['an appointment please', 'Friday', 'ten', text, 'Ada Lovelace', 'yes']);
    const [one] = await talk.booked();
    expect(`${one?.date} ${one?.time} ${one?.purpose}`).toBe(expected);
  });

  test.each<[string, string]>([
    ['ring me at 646 555 0188', '6465550188'],
    ['could you ring me', '+12025550142'],
  ])('the number to call back: "%s"', async (text, number) => {
    const talk = await after([text, 'yes']);
    expect((await talk.store.callbacks.list()).items).toMatchObject([{ pii: { number } }]);
  });

  test('the number of a call-back that is named with the yes is read back first', async () => {
    const talk = await after(['could you ring me', 'sure, at 646 555 0188 please']);
    expect((await talk.store.callbacks.list()).total).toBe(0);
    expect(talk.last).toContain('6 4 6');
  });

  test('a person who is asked for and declined leaves the day as it was', async () => {
    const talk = await after(['an appointment please', 'Friday at ten', 'let me talk to a human', 'no']);
    expect([talk.question, asked(talk)]).toEqual(['book', 'service']);
  });
});

describe('a question about a thing that it names changes nothing', () => {
  test.each(['how long does a filling take', 'what does a crown cost', 'who is Doctor Okafor'])(
    'at the name and at the read-back: "%s"',
    async (question) => {
      const talk = await after(['I need a visit', 'a checkup', 'Monday at ten', question], {
        context: clinic,
      });
      expect(asked(talk)).toBe('name');
      await talk.say('Samuel Ortega');
      await talk.say(question);
      expect(asked(talk)).toBe('confirm');
      await talk.say('yes');
      expect(await talk.booked()).toMatchObject([{ serviceId: 'checkup', resource: 'chen' }]);
    },
  );

  test('"Is Friday any good?" asks for the day', async () => {
    const talk = await after(['an appointment please', 'is Friday any good']);
    expect(asked(talk)).toBe('time');
  });

  test('a question for a free time is an answer', async () => {
    const talk = await after(['I need a visit', 'a checkup', 'does Doctor Chen have anything on Monday'], {
      context: clinic,
    });
    expect(asked(talk)).toBe('time');
  });
});
