import { dialogPort } from '../../../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../../../src/dialog/testing/fake-knowledge.js';
import { turnId } from '../../../../src/kernel/ids.js';
import { wallMs } from '../../../../src/kernel/time.js';
import type { Callback } from '../../../../src/store/types.js';
import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, WEDNESDAY, type TalkOptions } from '../../../support/talk.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const context = await shippedContext();
const withPerson = {
  ...context,
  business: { ...context.business, person: { name: 'an advisor', sipUri: 'sip:desk@example.org' } },
};
const callBack = Object.entries(context.intents).find(([, does]) => does === 'callback')?.[0] ?? '';
const knowledge = new FakeKnowledge({
  scheduler: new VirtualTime(0),
  answers: {},
  intents: { 'ring me': callBack, appointment: 'APPOINTMENT_SCHEDULING', book: 'APPOINTMENT_SCHEDULING' },
});

async function after(said: readonly string[], options: Partial<TalkOptions> = {}): Promise<Talk> {
  const talk = new Talk({ context, knowledge, ...options });
  await talk.start();
  for (const text of said) await talk.say(text);
  return talk;
}

const rows = async (talk: Talk): Promise<readonly Callback[]> => (await talk.store.callbacks.list()).items;

const LINE = '+12025550142';
const WITHHELD = { callerNumber: null };

describe('the number', () => {
  test.each<[string, readonly string[], Partial<TalkOptions>]>([
    ['at the offer, instead of a no', ['ring me', 'no, on 503 555 0177', 'yes'], {}],
    ['at the offer, after a yes', ['ring me', 'sure, but on 503 555 0177', 'yes'], {}],
    [
      'after a refused line',
      ['ring me', "okay, only this is my neighbor's phone", '503 555 0177', 'yes'],
      {},
    ],
    ['in parts', ['ring me', 'yes', '503', '555', '0177', 'correct'], WITHHELD],
    ['with a time behind it', ['ring me', 'yes', '503 555 0177, but not before ten', 'yes'], WITHHELD],
    ['corrected at the read-back', ['ring me', 'yes', '503 555 0178', 'no, 503 555 0177', 'yes'], WITHHELD],
    ['after one with a digit too many', ['ring me', 'yes', '503 555 01771', '503 555 0177', 'yes'], WITHHELD],
    ['after the promise', ['ring me', 'yes', 'could they ring 503 555 0177 instead', 'yes'], {}],
    [
      'after the promise, when asked',
      ['ring me', 'yes', 'I want a different number', '503 555 0177', 'yes'],
      {},
    ],
  ])('%s is read back and stored, once', async (_name, said, options) => {
    const talk = await after(said, options);
    expect(await rows(talk)).toMatchObject([{ status: 'open', pii: { number: '5035550177' } }]);
    expect(talk.replies.join(' ')).toContain('5 0 3 5 5 5 0 1 7 7');
  });

  test.each(['50355501771', '555 0177'])('"%s" is no number: nothing is stored', async (number) => {
    const talk = await after(['ring me', 'yes', number, 'yes'], WITHHELD);
    expect(await rows(talk)).toEqual([]);
  });

  test('with its country is taken as it is', async () => {
    const talk = await after(
      ['ring me', 'yes', 'plus four nine three zero one two three four five six', 'yes'],
      WITHHELD,
    );
    expect(await rows(talk)).toMatchObject([{ pii: { number: '+4930123456' } }]);
  });

  test.each(['which number are they going to use', 'do you have my number'])(
    'is told: "%s", before the promise and after it',
    async (question) => {
      const talk = await after(['ring me', question]);
      expect(talk.last).toContain('2 0 2 5 5 5 0 1 4 2');
      await talk.say('yes');
      expect(await talk.say(question)).toContain('2 0 2 5 5 5 0 1 4 2');
    },
  );

  test('that is known is told with the promise', async () => {
    const talk = await after(['ring me', 'yes']);
    expect(talk.last).toContain('2 0 2 5 5 5 0 1 4 2');
    expect(await rows(talk)).toMatchObject([{ pii: { number: LINE } }]);
  });
});

describe('what is said beside it', () => {
  test.each<[string, string, object]>([
    ['a reason', "yes, it's about the lab fee", { message: "it's about the lab fee" }],
    ['a wish', 'yes please, around noon', { when: 'around noon' }],
    ['a wish alone', 'tomorrow after four', { when: 'tomorrow after four' }],
    ['words to pass on', 'yes, and tell her the form is wrong', { message: 'tell her the form is wrong' }],
  ])('%s is read back, kept and promised', async (_name, answer, pii) => {
    const talk = await after(['ring me', answer]);
    expect(await rows(talk)).toEqual([]);
    for (const words of Object.values(pii) as string[]) expect(talk.last.toLowerCase()).toContain(words);
    await talk.say('yes');
    expect(await rows(talk)).toMatchObject([{ kind: 'callback', pii: { number: LINE, ...pii } }]);
  });

  test('when it is asked for, the time of the promise is told', async () => {
    const talk = await after(['ring me', 'okay and when']);
    expect(talk.last).toContain(context.business.callback.within);
    await talk.say('yes');
    expect(await rows(talk)).toHaveLength(1);
  });
});

describe('after the promise', () => {
  test.each(["actually, don't ring me", 'forget about the call', 'no need to phone me after all'])(
    '"%s" takes it off the list',
    async (words) => {
      const talk = await after(['ring me', 'yes', words]);
      expect(talk.last).toMatch(/off the list/);
      expect(await rows(talk)).toMatchObject([{ status: 'completed', outcome: 'withdrawn' }]);
    },
  );

  test.each<[string, object]>([
    ['oh, and it is about the bus pass', { message: 'it is about the bus pass' }],
    ['but not before eleven', { when: 'not before eleven' }],
    ['tell them the door was shut', { message: 'tell them the door was shut' }],
  ])('"%s" is added to it', async (words, pii) => {
    const talk = await after(['ring me', 'yes', words, 'yes']);
    const [one, ...more] = await rows(talk);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ kind: 'callback', status: 'open', pii: { number: LINE } });
    expect(JSON.stringify(one?.pii)).toContain(Object.values(pii)[0]);
  });

  test('a second wish for it changes nothing', async () => {
    const talk = await after(['ring me', 'yes', 'please ring me']);
    expect(talk.last).toMatch(/noted/);
    expect(await rows(talk)).toHaveLength(1);
  });

  test('a change that is refused leaves it as it was', async () => {
    const talk = await after(['ring me', 'yes', 'use another number', 'no, never mind']);
    expect(await rows(talk)).toMatchObject([{ status: 'open', pii: { number: LINE } }]);
  });

  test('no change is claimed that the store did not make', async () => {
    const talk = await after(['ring me', 'yes']);
    talk.store.down = true;
    expect(await talk.say("please don't ring me")).toMatch(/could not change/);
    talk.store.down = false;
    expect(await rows(talk)).toMatchObject([{ status: 'open' }]);
  });
});

describe('a message', () => {
  test.each<[string, readonly string[], string]>([
    ['in one breath', ['please tell Professor Ito that the lab key is with me'], 'the lab key is with me'],
    ['announced', ['could I leave a message', 'the lab key is with me'], 'the lab key is with me'],
    ['let them know', ['let the office know the lab key is with me'], 'the lab key is with me'],
  ])('%s: its words are read back and kept', async (_name, said, words) => {
    const talk = await after(said);
    expect(talk.last).toContain(words);
    expect(await rows(talk)).toEqual([]);
    await talk.say('yes');
    expect(await rows(talk)).toMatchObject([{ kind: 'message', pii: { number: LINE } }]);
    expect((await rows(talk))[0]?.pii.message).toContain(words);
  });

  test('is asked for again where it was wrong', async () => {
    const talk = await after(['can I leave a message', 'the key is gone', 'no', 'the key is back', 'yes']);
    expect(await rows(talk)).toMatchObject([{ pii: { message: 'the key is back' } }]);
  });

  test('goes without a number from who gives none', async () => {
    const talk = await after(
      ['can I leave a message', 'the key is back', "no, I'd rather not", 'yes'],
      WITHHELD,
    );
    const [one] = await rows(talk);
    expect(one?.pii).toEqual({ message: 'the key is back' });
  });

  test.each(['I want to tell my advisor about my job', 'did you say that I need a form'])(
    '"%s" is none',
    async (words) => {
      expect((await after([words])).last).not.toMatch(/pass/);
    },
  );
});

describe('a refusal', () => {
  test('with another wish is both', async () => {
    const talk = await after(['ring me', "no thanks, I'd rather book something"]);
    expect(talk.question).toBe('book');
    expect(await rows(talk)).toEqual([]);
  });

  test.each([context, withPerson])('with the wish for a person does not offer it again', async (office) => {
    const talk = await after(['ring me', 'I do not want to be called, I want a person now'], {
      context: office,
    });
    expect(talk.last).not.toMatch(/call you back/);
    expect(await rows(talk)).toEqual([]);
  });
});

test('what the agent does not know is passed on with the call-back', async () => {
  const talk = await after(['who runs the observatory?', 'yes']);
  expect(await rows(talk)).toMatchObject([{ pii: { message: 'who runs the observatory' } }]);
});

test('an alarm from a withheld number is stored before the number is asked for, and gets it then', async () => {
  const talk = await after(['there is smoke in the stairwell'], WITHHELD);
  expect(await rows(talk)).toMatchObject([{ kind: 'emergency', pii: {} }]);
  await talk.say('503 555 0177');
  await talk.say('yes');
  expect(await rows(talk)).toMatchObject([{ kind: 'emergency', pii: { number: '5035550177' } }]);
});

test('a reason with a negation in it is no refusal', async () => {
  const talk = await after(['ring me', 'because my form has not come back', 'yes']);
  expect(await rows(talk)).toMatchObject([{ pii: { message: 'because my form has not come back' } }]);
});

test('a key agrees to nothing before the question was heard', () => {
  const ctx = { ...context, wallMs: wallMs(WEDNESDAY) };
  let { state } = new Talk({ context, knowledge });
  const press = (digit: '0' | '1'): readonly { readonly type: string }[] => {
    const step = dialogPort.step(state, { type: 'dtmf', digit, turnId: turnId('k') }, ctx);
    state = step.state;
    return step.effects;
  };
  state = dialogPort.step(state, { type: 'start' }, ctx).state;
  press('0');
  expect(state.stack.at(-1)?.task).toBe('callback');
  expect(press('1').map(({ type }) => type)).not.toContain('request_callback');
  expect(press('1').map(({ type }) => type)).not.toContain('request_callback');
});
