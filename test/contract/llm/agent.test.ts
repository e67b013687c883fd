import type { ModelContext } from '../../../src/dialog/core/model/types.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import type { ToolPort } from '../../../src/session/ports.js';
import { modelContext } from '../../support/model-context.js';
import type { Script } from '../../support/providers/llm/stand-in.js';
import { shippedContext } from '../../support/shipped-context.js';
import { Talk } from '../../support/talk.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { SuiteModel } from './model-suite.js';

const office = await shippedContext();
const HOURS = 'The library is open from nine to five on weekdays.';
const suite = new SuiteModel();

const json = (value: object): Script => ({ words: [JSON.stringify(value)] });

async function talk(
  scripts: readonly Script[],
  more: Partial<ModelContext> = {},
  tools?: ToolPort,
  pack = office,
): Promise<Talk> {
  suite.server.scripts = [...scripts];
  const time = new VirtualTime();
  const budget = { firstMs: 2000, idleMs: 400, totalMs: 4000 };
  const one = new Talk({
    time,
    context: { ...pack, model: await modelContext({ budget, ...more }) },
    knowledge: new FakeKnowledge({
      scheduler: time,
      answers: { library: HOURS },
      intents: { library: 'RAG_QUERY', 'an appointment please': 'APPOINTMENT_SCHEDULING' },
    }),
    model: suite.model,
    ...(tools === undefined ? {} : { tools }),
  });
  await one.start();
  return one;
}

const booked = async (one: Talk): Promise<number> =>
  (await one.store.appointments.list({ limit: 10, offset: 0 })).total;

const changes = (one: Talk): readonly string[] =>
  one.effects.flatMap(({ type }) =>
    ['book', 'move', 'cancel', 'transfer', 'request_callback'].includes(type) ? [type] : [],
  );

describe('a model that lies', () => {
  test.each<[string, Script, RegExp]>([
    [
      'claims to have booked',
      { words: ["I've booked you for Friday at 10. ", 'See you then!'] },
      /booked|see you then/i,
    ],
    ['claims to have cancelled', { words: ['Your appointment has been cancelled.'] }, /cancelled/i],
    [
      'claims it in other words',
      { words: ["You're all set for Friday, it is now confirmed."] },
      /all set|confirmed/i,
    ],
    ['promises it', { words: ["Sure, I'll book that for you right away."] }, /I'll book/i],
    ['tells of an appointment', { words: ['Your appointment is on Friday at 10.'] }, /appointment is on/i],
    ['invents free times', { words: ['Friday at 10 is free.'] }, /is free/i],
    ['invents a price', { words: ['That costs 45 dollars.'] }, /45/],
    [
      'leaks its instructions',
      {
        words: [
          'You are Robin, on the phone. Say about the office only what passages or tools tell; otherwise say that you do not know.',
        ],
      },
      /passages or tools/i,
    ],
    ['says nothing', { words: [] }, /^$/],
    ['sends garbage', { words: ['We '], end: 'garbage' }, /^$/],
    ['is cut before its first word', { words: [], end: 'cut' }, /^$/],
    ['is out of money', { status: 429, body: '{"error":{"code":"insufficient_quota"}}' }, /^$/],
  ])('%s: it is not heard, nothing is changed, and the call goes on', async (_name, script, never) => {
    const one = await talk([script]);
    const said = await one.say('Could you do something about my situation somehow');
    expect(said).not.toBe('');
    expect(said).not.toMatch(never);
    expect(changes(one)).toEqual([]);
    expect(await booked(one)).toBe(0);
    suite.server.scripts = [{ words: ['It is open from nine to five.'] }];
    expect(await one.say('When is the library open?')).toMatch(/nine to five/);
  });

  test('speaks markdown: only words are heard', async () => {
    const one = await talk([
      {
        words: ['**Sure!** Here you are:\n\n', '- [The library](http://x.y) is `quiet`\n', '# And big 📚\n'],
      },
    ]);
    const said = await one.say('Could you tell me a thing or so');
    expect(said).toContain('The library is quiet');
    expect(said).not.toMatch(/[*`#[\]()📚]|http/u);
  });

  test('talks without end: fifty words are heard', async () => {
    const one = await talk([{ words: Array.from({ length: 60 }, () => 'The rooms are quiet and big. ') }]);
    const said = await one.say('Could you tell me a thing or so');
    expect(said.split('Is there anything else')[0]?.split(/\s+/).length).toBeLessThanOrEqual(55);
  });

  test('calls the same tool for ever: it is stopped, and the documents answer', async () => {
    const call = { calls: [{ name: 'look_up', args: '{"question":"the library"}' }] };
    const one = await talk([call]);
    const said = await one.say('When is the library open?');
    expect(suite.server.seen).toHaveLength(4);
    expect(said).toContain(HOURS);
  });

  test('calls tools that are not there, and with wrong arguments: it is told, and may mend it', async () => {
    const one = await talk([
      {
        calls: [
          { name: 'drop_tables', args: '{}' },
          { name: 'look_up', args: '{"query":1}' },
          { name: 'check_availability', args: '{broken' },
        ],
      },
      { words: ['I am not sure about that. What exactly do you need?'] },
    ]);
    const said = await one.say('Could you tell me a thing or so');
    expect(said).toBe('I am not sure about that. What exactly do you need?');
    const told = JSON.stringify(suite.server.seen[1]?.body['messages']);
    expect(told).toMatch(/no such tool/);
    expect(told).toMatch(/Wrong arguments/);
    expect(told).toMatch(/no JSON object/);
  });
});

describe('tools that change something only propose', () => {
  test('a booking is read back, and made by the consent of the caller alone', async () => {
    const one = await talk([
      {
        calls: [
          { name: 'book_appointment', args: '{"service":"course planning","date":"Tuesday","time":"10 AM"}' },
        ],
      },
    ]);
    await one.say('I would love to come round and see somebody');
    expect(one.question).toBe('book');
    expect(changes(one)).toEqual([]);
    expect(one.last).toMatch(/Tuesday/);
    expect(one.last).toMatch(/\?/);
    for (let k = 0; k < 8 && one.question === 'book'; k++) {
      expect(await booked(one)).toBe(0);
      const isName = /name/i.test(one.last);
      const isService = /about|what.*for|topic/i.test(one.last);
      await one.say(isName ? 'Ada Lovelace' : isService ? 'course planning' : 'yes please');
    }
    expect(changes(one)).toEqual(['book']);
    expect(await booked(one)).toBe(1);
    for (const effect of one.effects) {
      if (effect.type === 'book') expect(effect.consent.by).toMatch(/words|key/);
    }
  });

  test('who refuses the read-back has nothing booked', async () => {
    const one = await talk([
      { calls: [{ name: 'book_appointment', args: '{"date":"Tuesday","time":"10 AM"}' }] },
    ]);
    await one.say('I would love to drop by and chat with somebody');
    await one.say('no, never mind, forget it');
    expect(changes(one)).toEqual([]);
  });

  test('a transfer is offered, not made', async () => {
    const one = await talk([{ calls: [{ name: 'transfer', args: '{}' }] }]);
    await one.say('Could you do something about my situation somehow');
    expect(one.question).toMatch(/handoff|callback/);
    expect(changes(one)).toEqual([]);
  });
});

test('free times that were looked up may be told, and others may not', async () => {
  const one = await talk([
    { calls: [{ name: 'check_availability', args: '{"date":"Tuesday"}' }] },
    { words: ['I could offer Tuesday morning. ', 'Would 11:45 at night do, which is free?'] },
  ]);
  const said = await one.say('Could you tell me a thing or so');
  expect(said).toContain('Tuesday');
  expect(said).not.toContain('11:45');
  const results = JSON.stringify(suite.server.seen[1]?.body['messages']);
  expect(results).toMatch(/Free: .*Tuesday/);
});

test('a tool of another place is called, and its answer may be told', async () => {
  const weather = {
    name: 'search_web',
    description: 'Searches',
    parameters: { type: 'object', properties: {} },
  };
  const asked: unknown[] = [];
  const tools: ToolPort = {
    call: (name, args) => {
      asked.push([name, args]);
      return Promise.resolve({ type: 'tool', value: 'Sunny, 21 degrees' });
    },
  };
  const one = await talk(
    [
      { calls: [{ name: 'search_web', args: '{"query":"weather"}' }] },
      { words: ['It is sunny, 21 degrees.'] },
    ],
    { tools: [weather] },
    tools,
  );
  expect(await one.say("What's the weather like out there?")).toContain('sunny, 21 degrees');
  expect(asked).toEqual([['search_web', { query: 'weather' }]]);
});

describe('assist', () => {
  test('an answer is written from passages, and says where they are from', async () => {
    const one = await talk([{ words: ['From nine to five, on weekdays.'] }], { mode: 'assist' });
    expect(await one.say('When is the library open?')).toContain('From nine to five, on weekdays.');
    expect(one.effects).toContainEqual(expect.objectContaining({ type: 'say', sources: ['fake#1'] }));
    expect(suite.server.seen[0]?.body['tools']).toBeUndefined();
  });

  test('a number that no passage holds is not told: the documents answer', async () => {
    const one = await talk([{ words: ['From eight to six, every day.'] }], { mode: 'assist' });
    expect(await one.say('When is the library open?')).toContain(HOURS);
  });

  test('an intent that the classifier does not see is seen', async () => {
    const one = await talk([json({ intent: 'APPOINTMENT_SCHEDULING', sure: true })], { mode: 'assist' });
    await one.say('I need to sit down with one of your people');
    expect(one.question).toBe('book');
  });

  test('an answer in odd words is put in plain ones, and read back before it counts', async () => {
    const one = await talk([json({ value: 'Tuesday at 10 AM' })], { mode: 'assist' });
    await one.say('an appointment please');
    await one.say('course planning');
    const asked = suite.server.seen.length;
    const said = await one.say('the day before the week ends when the bells ring ten');
    expect(suite.server.seen.length).toBe(asked + 1);
    expect(said).toMatch(/Tuesday/);
    expect(changes(one)).toEqual([]);
  });

  test('a model that agrees for the caller is not asked at a consent', async () => {
    const one = await talk([json({ value: 'yes' })], { mode: 'assist' });
    for (const answer of ['an appointment please', 'Tuesday at ten', 'my financial aid', 'Ada Lovelace']) {
      await one.say(answer);
    }
    expect(one.last).toMatch(/right|correct|shall I/i);
    const asked = one.effects.length;
    await one.say('well the thing is rather complicated honestly');
    const purposes = one.effects
      .slice(asked)
      .flatMap((effect) => (effect.type === 'ask_model' ? [effect.purpose] : []));
    expect(purposes).not.toContain('slot');
    expect(changes(one)).toEqual([]);
  });
});

test('secrets and refused words never reach a model', async () => {
  const one = await talk([{ words: ['Fine.'] }], {}, undefined, await shippedContext('packs/bank'));
  await one.say('my card number is 4111 1111 1111 1111');
  await one.say('Could you tell me a thing or so');
  const told = JSON.stringify([suite.server.seen.map(({ body }) => body), one.state.memory]);
  expect(told).toContain('Could you tell me a thing or so');
  expect(told).not.toContain('4111');
});
