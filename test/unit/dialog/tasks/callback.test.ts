import { dialogPort } from '../../../../src/app/dialog-wiring.js';
import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import { FakeKnowledge } from '../../../../src/dialog/testing/fake-knowledge.js';
import { turnId } from '../../../../src/kernel/ids.js';
import { wallMs } from '../../../../src/kernel/time.js';
import { caseLexicon, TIME } from '../../../eval/consent/answers.js';
import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, WEDNESDAY, type TalkOptions } from '../../../support/talk.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const context = await shippedContext();
const knowledge = new FakeKnowledge({
  scheduler: new VirtualTime(0),
  intents: { 'ring me': 'CALLBACK_REQUEST', 'an appointment': 'APPOINTMENT_SCHEDULING' },
});

async function offered(options: Partial<TalkOptions> = {}): Promise<Talk> {
  const talk = new Talk({ context, knowledge, ...options });
  await talk.start();
  await talk.say('please ring me');
  return talk;
}

const stored = async (talk: Talk): Promise<unknown> => (await talk.store.callbacks.list()).items;

describe('a call-back goes to the number that the caller wants', () => {
  test.each(['no, on 202 555 0177 please', 'not on this phone', 'this is a borrowed phone, do not use it'])(
    'before the promise: "%s"',
    async (text) => {
      const talk = await offered();
      await talk.say(text);
      await talk.say('202 555 0177');
      await talk.say('yes');
      expect(await stored(talk)).toMatchObject([{ pii: { number: '2025550177' } }]);
    },
  );

  test('after the promise the new one takes the place of the old one', async () => {
    const talk = await offered();
    await talk.say('yes');
    await talk.say('oh, a different number would be better');
    await talk.say('202 555 0177');
    await talk.say('yes');
    expect(await stored(talk)).toMatchObject([
      { status: 'open', pii: { number: '2025550177' } },
      { status: 'completed', outcome: 'withdrawn' },
    ]);
  });

  test('"never call me" afterwards takes it back', async () => {
    const talk = await offered();
    await talk.say('yes');
    expect(await talk.say('no need to call, please')).toMatch(/Shall I/);
    await talk.say('yes');
    expect(await stored(talk)).toMatchObject([{ outcome: 'withdrawn' }]);
  });

  test('an hour behind the number is no part of it', async () => {
    const talk = await offered({ callerNumber: null });
    await talk.say('yes');
    await talk.say('202 555 0177, but not before six');
    await talk.say('yes');
    expect(await stored(talk)).toMatchObject([
      { pii: { number: '2025550177', message: expect.stringContaining('before six') as string } },
    ]);
  });
});

test.each([
  'yes, it concerns my dormitory',
  'yes, but only in the evening',
  'Thursday morning',
  'because my form has not come back',
])('what is told at the offer is passed on: "%s"', async (text) => {
  const talk = await offered();
  expect(await talk.say(text)).toMatch(/right one to reach you/);
  await talk.say('yes');
  expect(await stored(talk)).toMatchObject([{ status: 'open', pii: { message: text } }]);
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

test.each([
  ['Laura Johnson', 'biased', 'Laura Jonsen', true],
  ['Laura Johnson', 'biased', 'laura johnson', undefined],
  ['Laura Johnson', 'free', 'Laura Jonsen', undefined],
] as const)('"%s" (%s) for "%s": put there by expectation is %s', (text, source, free, replaced) => {
  const evidence = {
    hypotheses: [
      { text, acoustic: -0.2, source },
      { text: free, acoustic: -0.1, source: source === 'free' ? ('biased' as const) : ('free' as const) },
    ],
    deficit: 0,
  };
  const question = { id: 'book.name', expects: 'name', time: TIME } as const;
  const { mentions } = interpret({ text, confidence: 0.9, evidence }, question, caseLexicon());
  const [name] = mentions;
  expect(name?.replaced).toBe(replaced);
});
