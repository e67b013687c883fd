import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, type TalkOptions } from '../../../support/talk.js';
import { FakeKnowledge } from '../../../../src/dialog/testing/fake-knowledge.js';
import { VirtualTime } from '../../../support/virtual-time.js';
import { FakeStore } from '../../../../src/store/testing/fake-store.js';

const context = await shippedContext();
const withPerson = {
  ...context,
  business: { ...context.business, person: { name: 'a colleague', sipUri: 'sip:desk@example.org' } },
};

const knowledge = new FakeKnowledge({
  scheduler: new VirtualTime(0),
  answers: { parking: 'There is a car park behind the house.', bus: 'Bus four stops at the door.' },
  intents: {
    parking: 'RAG_QUERY',
    bus: 'RAG_QUERY',
    unknown: 'RAG_QUERY',
    'an appointment': 'APPOINTMENT_SCHEDULING',
  },
});

async function talk(options: Partial<TalkOptions> = {}): Promise<Talk> {
  const made = new Talk({ context, knowledge, ...options });
  await made.start();
  return made;
}

async function upToReadBack(options: Partial<TalkOptions> = {}): Promise<Talk> {
  const made = await talk(options);
  for (const text of ['I would like an appointment', 'friday', 'ten', 'transfer credits', 'Ada Lovelace']) {
    await made.say(text);
  }
  return made;
}

describe('hanging up needs a goodbye or a plain no', () => {
  test.each(['yes', 'thanks', 'later', 'awesome', 'okay', 'hi', 'well', 'great'])(
    '"%s" at the open question',
    async (text) => {
      const one = await talk();
      await one.say(text);
      expect(one.hungUp).toBeUndefined();
    },
  );

  test.each(['no', 'no thank you', "no that's all", 'nope'])('"%s" to "anything else?"', async (text) => {
    const one = await talk();
    await one.say('where is the parking');
    expect(await one.say(text)).toMatch(/goodbye/i);
    expect(one.hungUp).toBe('agent_goodbye');
  });

  test.each(['thanks', 'no wait', 'no but where is the bus', 'great', 'yes'])(
    '"%s" to "anything else?" goes on',
    async (text) => {
      const one = await talk();
      await one.say('where is the parking');
      await one.say(text);
      expect(one.hungUp).toBeUndefined();
    },
  );
});

describe('a question in the middle', () => {
  test('is answered, and the open question is put again', async () => {
    const one = await upToReadBack();
    const answer = await one.say('and where is the parking');
    expect(answer).toMatch(/car park/);
    expect(one.question).toBe('book');
    await one.say('yes');
    expect(await one.booked()).toHaveLength(1);
  });

  test('beside an agreement is answered after the booking', async () => {
    const one = await upToReadBack();
    const answer = await one.say('yes, and where is the parking?');
    expect(await one.booked()).toHaveLength(1);
    expect(answer).toMatch(/booked.*car park/is);
  });

  test('two in one breath are both answered, and "anything else" is asked once', async () => {
    const one = await talk();
    const answer = await one.say('where is the parking? and which bus do I take?');
    expect(answer).toMatch(/car park.*Bus four/is);
    expect(answer.match(/else/gi)).toHaveLength(1);
  });
});

describe('opening hours come from the facts of the office', () => {
  test.each([
    ['are you open on december twenty fourth', /closed.*Christmas Eve/],
    ['are you open tomorrow', /tomorrow.*9 AM to 5 PM/],
    ['are you open right now', /open then/],
    ['when do you close on fridays', /Friday from 9 AM to 5 PM/],
    ['are you open on saturday', /closed/],
    ['what is the date today', /December 2nd/],
  ])('%s', async (question, answer) => {
    const one = await talk();
    expect(await one.say(question)).toMatch(answer);
  });

  test('a question about something else that opens is for the documents', async () => {
    const one = await talk();
    await one.say('when does the unknown pool open');
    expect(one.of('query_knowledge')).toHaveLength(1);
  });
});

describe('a person', () => {
  test('who is asked for takes the call without another question', async () => {
    const one = await talk({ context: withPerson });
    await one.say('let me talk to a person please');
    expect(one.of('transfer')).toMatchObject([
      { target: 'sip:desk@example.org', consent: { by: 'request' } },
    ]);
    expect(one.hungUp).toBe('transferred');
  });

  test('who is only offered needs consent', async () => {
    const one = await talk({ context: withPerson });
    await one.say('tell me the unknown thing');
    expect(one.last).toMatch(/connect you/);
    await one.say('I would rather not');
    expect(one.of('transfer')).toHaveLength(0);
    expect(one.hungUp).toBeUndefined();
  });

  test('who does not answer is replaced by a call-back, which is committed before it is promised', async () => {
    const one = await talk({ context: withPerson, transfer: 'failed' });
    expect(await one.say('an operator please')).toMatch(/call you back/);
    expect(await one.say('yes please')).toMatch(/call/);
    const { items } = await one.store.callbacks.list();
    expect(items).toMatchObject([{ kind: 'callback', status: 'open', pii: { number: '+12025550142' } }]);
  });

  test('no call-back is promised while the store is down', async () => {
    const store = new FakeStore({ scheduler: new VirtualTime(Date.UTC(2026, 11, 2, 15)) });
    const one = await talk({ store });
    await one.say('an operator please');
    store.down = true;
    expect(await one.say('yes')).toMatch(/could not/);
    store.down = false;
    expect((await store.callbacks.list()).total).toBe(0);
  });

  test('a number that was read out is read back first', async () => {
    const one = await talk({ callerNumber: null });
    await one.say('an operator please');
    await one.say('yes');
    expect(await one.say('two oh two five five five oh one four two')).toMatch(/2 0 2 5 5 5 0 1 4 2/);
    expect((await one.store.callbacks.list()).total).toBe(0);
    await one.say("yes that's right");
    expect((await one.store.callbacks.list()).items).toMatchObject([{ pii: { number: '2025550142' } }]);
  });
});

describe('danger', () => {
  test.each([
    'there is smoke in the hallway',
    'I want to kill myself',
    'my friend has collapsed and is not breathing',
  ])('"%s" in a booking reaches a person at once and ends the booking', async (text) => {
    const one = await upToReadBack({ context: withPerson });
    await one.say(text);
    expect(one.of('transfer')).toHaveLength(1);
    expect(await one.booked()).toHaveLength(0);
  });

  test('without anybody to connect to, the office is alerted', async () => {
    const one = await talk();
    await one.say('help there is a fire');
    expect((await one.store.callbacks.list()).items).toMatchObject([{ kind: 'emergency' }]);
  });
});

describe('what is not understood', () => {
  test('is asked for in other words, then by keys, then by a person', async () => {
    const one = await upToReadBack({ context: withPerson });
    const first = await one.say('hmm blah');
    const second = await one.say('blargh');
    expect(first).not.toBe(second);
    expect(second).toMatch(/press 1/i);
    await one.say('gnarl');
    expect(one.question).toBe('handoff');
    expect(await one.booked()).toHaveLength(0);
  });

  test('silence asks again in two ways and says goodbye', async () => {
    const one = await talk();
    const replies = [await one.silence(1), await one.silence(2), await one.silence(3)];
    expect(new Set(replies).size).toBe(3);
    expect(one.hungUp).toBe('silence');
  });

  test('a request to repeat is granted three times and then counts as not understood', async () => {
    const one = await upToReadBack();
    const readBack = one.last;
    for (let k = 0; k < 3; k++) expect(await one.say('say that again')).toBe(readBack);
    expect(await one.say('say that again')).not.toBe(readBack);
  });
});

describe('how it is said', () => {
  test('slower and louder stay for the rest of the call', async () => {
    const one = await talk();
    await one.say('could you speak slower please');
    await one.say('louder please');
    await one.say('where is the parking');
    expect(one.of('say').at(-1)?.style).toMatchObject({ speed: 0.85, gainDb: 3 });
  });
});

test('a saved state of another version begins anew at the open question', async () => {
  const { reviveDialog } = await import('../../../../src/dialog/core/machine/revive.js');
  const one = await upToReadBack();
  const revived = reviveDialog({ ...one.state, version: 1 }, { callId: one.state.callId });
  expect(revived.stack).toEqual([]);
  expect(reviveDialog(one.state, { callId: one.state.callId })).toEqual(one.state);
  const [frame] = one.state.stack;
  const older = { ...one.state, stack: [{ ...frame, version: 99 }] };
  expect(reviveDialog(older, { callId: one.state.callId })).toMatchObject({
    stack: [],
    known: one.state.known,
  });
  const foreign = { ...one.state, stack: [{ ...frame, task: 'juggle' }] };
  expect(reviveDialog(foreign, { callId: one.state.callId }).stack).toEqual([]);
  expect(reviveDialog('nonsense', { callId: one.state.callId }).stack).toEqual([]);
});
