import { formSchema } from '../../../src/dialog/pack/schemas.js';
import type { FormSpec, SlotSpec, ToolSpec } from '../../../src/dialog/core/tasks/form/spec.js';
import { formTask } from '../../../src/dialog/core/tasks/form/form-task.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { FormTalk, type FormTalkOptions } from './form-talk.js';

const slot = (id: string, more: Partial<SlotSpec>): SlotSpec => ({
  id,
  type: 'text',
  ask: [`${id}?`],
  retry: [`${id} again?`],
  ...more,
});

const form = (slots: readonly SlotSpec[], more: Partial<FormSpec> = {}): FormSpec => ({
  id: 'f',
  version: 1,
  name: 'a form',
  slots,
  done: ['Done.'],
  failed: {},
  ...more,
});

const open = (spec: FormSpec, options: Partial<FormTalkOptions> = {}, said?: string): FormTalk =>
  new FormTalk({ forms: { [spec.id]: spec }, ...options }).begin(spec.id, said);

/** Values of the form that has ended. */
const valuesOf = (talk: FormTalk): unknown => {
  const [end] = talk.ends;
  return end?.type === 'done' ? (end.result as { pii: { values: unknown } }).pii.values : end;
};

const size = slot('size', {
  type: 'choice',
  choices: [
    { id: 'small', name: 'small', aliases: ['the little one'] },
    { id: 'large', name: 'large', aliases: ['big', 'big one'] },
  ],
});

const account = slot('a', {
  type: 'choice',
  choices: [
    { id: 'checking', name: 'checking account', aliases: ['checking'] },
    { id: 'lost', name: 'lost', aliases: ['i lost it'] },
  ],
});

describe('one answer fills a slot', () => {
  // Elsewhere these words ask for a moment, or to say it again.
  test.each([
    ['checking', 'checking'],
    ['um checking please', 'checking'],
    ["it's the checking account", 'checking'],
    ['i lost it', 'lost'],
  ])('an answer that the question lists is that answer: %s', (words, value) => {
    const talk = open(form([account]));
    talk.say(words);
    expect(valuesOf(talk)).toEqual({ a: value });
  });

  test.each(['let me check', 'give me a moment'])('other words of the same kind are not: %s', (words) => {
    const talk = open(form([account]));
    talk.say(words);
    expect(talk.isOpen && talk.state.pii.values).toEqual({});
  });

  test.each<[string, Partial<SlotSpec>, string, string]>([
    ['a day', { type: 'date', range: 'future' }, 'next friday', '2026-12-04'],
    [
      'a birth date in words',
      { type: 'date', range: 'past' },
      'march fifth nineteen eighty four',
      '1984-03-05',
    ],
    ['a birth date in figures', { type: 'date', range: 'past' }, '3/5/1984', '1984-03-05'],
    [
      'a birth date of this century',
      { type: 'date', range: 'past' },
      'the second of april two thousand five',
      '2005-04-02',
    ],
    ['a birth date with a short year', { type: 'date', range: 'past' }, 'july 4th 76', '1976-07-04'],
    ['a time', { type: 'time' }, 'half past two', '14:30'],
    ['a number', { type: 'number', min: 1, max: 10 }, 'we are four', '4'],
    ['digits', { type: 'digits', min: 6, max: 6 }, 'four one one, nine nine two', '411992'],
    ['digits with doubles', { type: 'digits', min: 4, max: 4 }, 'double four one two', '4412'],
    ['an amount', { type: 'amount' }, 'two hundred and fifty dollars', '250.00'],
    ['an amount of a bare number', { type: 'amount' }, 'forty', '40.00'],
    ['a name', { type: 'name' }, "it's Ida Keller", 'Ida Keller'],
    ['yes', { type: 'yes_no' }, 'yes I do', 'yes'],
    ['no', { type: 'yes_no' }, "no I don't", 'no'],
    ['words', { type: 'text' }, 'the sink in the kitchen leaks', 'the sink in the kitchen leaks'],
    ['a choice by its word', { ...size, id: 'a' }, 'the big one please', 'large'],
    ['a choice by its place', { ...size, id: 'a' }, 'the second one', 'large'],
  ])('%s', (_name, spec, words, value) => {
    const talk = open(form([slot('a', spec)]));
    expect(talk.say(words)).toBe(true);
    expect(valuesOf(talk)).toEqual({ a: value });
  });

  test.each<[string, Partial<SlotSpec>, string, string]>([
    ['a birth date', { type: 'date', range: 'past' }, '03051984', '1984-03-05'],
    ['a time', { type: 'time' }, '1430', '14:30'],
    ['a number', { type: 'number' }, '42#', '42'],
    ['digits of a fixed length', { type: 'digits', min: 4, max: 4 }, '4412', '4412'],
    ['digits ended by the pound key', { type: 'digits', min: 4, max: 8 }, '44120#', '44120'],
    ['digits typed anew after the star key', { type: 'digits', min: 4, max: 4 }, '99*4412', '4412'],
    ['a phone number', { type: 'phone' }, '2025550142', '2025550142'],
    ['an amount with cents', { type: 'amount' }, '12*50#', '12.50'],
    ['a choice', { ...size, id: 'a' }, '2', 'large'],
    ['yes', { type: 'yes_no' }, '1', 'yes'],
  ])('%s by keys', (_name, spec, keys, value) => {
    const talk = open(form([slot('a', spec)]));
    expect(talk.press(keys)).toBe(true);
    expect(valuesOf(talk)).toEqual({ a: value });
  });

  test.each<[string, Partial<SlotSpec>, string]>([
    ['an answer to a text', { type: 'text' }, 'what do you need that for'],
    ['a number', { type: 'number' }, 'where do I find that?'],
    ['a yes or no', { type: 'yes_no' }, 'what does that mean?'],
  ])('a question is no %s: the conversation answers it', (_name, spec, words) => {
    const talk = open(form([slot('a', spec)]));
    expect(talk.say(words)).toBe(false);
    expect(talk.isOpen).toBe(true);
  });

  test.each(['maybe', 'I guess so', 'yes if it is cheap', 'let me check first'])(
    'a doubt is no answer to yes or no: %s',
    (words) => {
      const talk = open(form([slot('a', { type: 'yes_no' })]));
      talk.say(words);
      expect(talk.isOpen).toBe(true);
    },
  );
});

describe('values that cannot be are told and asked again', () => {
  test.each<[string, Partial<SlotSpec>, string, RegExp]>([
    [
      'too many digits',
      { type: 'digits', min: 4, max: 4 },
      'one two three four five six',
      /at most 4 digits/,
    ],
    ['too much', { type: 'amount', max: 2500 }, 'nine thousand dollars', /at most 2,500 dollars/],
    ['too little', { type: 'number', min: 2 }, 'one', /at least 2/],
    ['a birth date to come', { type: 'date', range: 'past' }, 'march 5 2031', /has not come yet/],
    ['no such day', { type: 'date' }, 'february thirtieth', /no such day/],
  ])('%s', (_name, spec, words, told) => {
    const talk = open(form([slot('a', spec)]));
    talk.say(words);
    expect(talk.last).toMatch(told);
    expect(talk.missed).toBe(1);
    expect(talk.isOpen).toBe(true);
  });

  test('keys, too', () => {
    const talk = open(form([slot('a', { type: 'digits', min: 4, max: 8 })]));
    talk.press('12#');
    expect(talk.last).toMatch(/at least 4 digits/);
    talk.press('123456#');
    expect(valuesOf(talk)).toEqual({ a: '123456' });
  });
});

describe('a value comes in pieces', () => {
  test('digits go on where they stopped', () => {
    const talk = open(form([slot('a', { type: 'digits', min: 8, max: 8 })]));
    talk.say('four eight one two');
    expect(talk.last).toBe('Go on.');
    talk.say('three three seven nine');
    expect(valuesOf(talk)).toEqual({ a: '48123379' });
  });

  test.each([
    ['said', (talk: FormTalk) => talk.say('nineteen eighty four')],
    ['typed', (talk: FormTalk) => talk.press('1984')],
  ])('a birth date without its year gets it: %s', (_name, answer) => {
    const talk = open(form([slot('a', { type: 'date', range: 'past' })]));
    talk.say('march fifth');
    expect(talk.last).toBe('And the year?');
    answer(talk);
    expect(valuesOf(talk)).toEqual({ a: '1984-03-05' });
  });
});

describe('several slots in one sentence', () => {
  const slots = [
    slot('who', { type: 'name' }),
    slot('born', { type: 'date', range: 'past' }),
    size,
    slot('note', { type: 'text' }),
  ];

  test('are all taken where types leave no doubt', () => {
    const talk = open(form(slots));
    talk.say('my name is Ida Keller, born March 5th 1984');
    expect(talk.state.pii.values).toEqual({ who: 'Ida Keller', born: '1984-03-05' });
    expect(talk.last).toBe('Size?');
  });

  test('the request itself tells some', () => {
    const talk = open(form(slots), {}, 'I need the big one for Ida Keller');
    expect(talk.state.pii.values).toMatchObject({ size: 'large' });
  });

  test('two slots of one type are asked one by one', () => {
    const talk = open(form([slot('from', { type: 'date' }), slot('to', { type: 'date' })]));
    talk.say('december first');
    expect(talk.last).toBe('To?');
    talk.say('december fifth');
    expect(valuesOf(talk)).toEqual({ from: '2026-12-01', to: '2026-12-05' });
  });

  test('what comes after yes goes to the slot that yes opens', () => {
    const talk = open(form([slot('want', { type: 'yes_no' }), { ...size, when: { want: 'yes' } }]));
    talk.say('yes, the big one');
    expect(valuesOf(talk)).toEqual({ want: 'yes', size: 'large' });
  });
});

describe('a correction', () => {
  const slots = [
    slot('born', { type: 'date', range: 'past', name: 'birth date' }),
    slot('note', { type: 'text' }),
  ];

  test.each([
    ["no, it's 1985", '1985-03-05'],
    ['no, march sixth', '1984-03-06'],
    ['sorry, no, the birth date is March 7th 1983', '1983-03-07'],
  ])('of what was said before is taken at the next question: %s', (words, value) => {
    const talk = open(form(slots));
    talk.say('march fifth 1984');
    talk.say(words);
    expect(talk.state.pii.values).toEqual({ born: value });
    expect(talk.last).toMatch(/Note\?$/);
  });

  test("without a value it reopens the last question: that's wrong", () => {
    const talk = open(form(slots));
    talk.say('march fifth 1984');
    talk.say("that's wrong");
    expect(talk.last).toBe('Born?');
    expect(talk.state.pii.values).toEqual({});
  });

  test('starting over forgets everything', () => {
    const talk = open(form(slots));
    talk.say('march fifth 1984');
    talk.say('start over');
    expect(talk.last).toBe('All right, from the beginning. Born?');
    expect(talk.state.pii.values).toEqual({});
  });

  test('a slot whose condition no longer holds loses its value', () => {
    const talk = open(
      form([slot('want', { type: 'yes_no' }), { ...size, when: { want: 'yes' } }], {
        confirm: ['{want} {size}?'],
      }),
    );
    talk.say('yes');
    talk.say('the big one');
    talk.say('no');
    talk.press('1');
    expect(talk.last).toBe('Want?');
    talk.say('no');
    expect(talk.state.pii.values).toEqual({ want: 'no' });
  });
});

describe('a slot that may be left out', () => {
  const slots = [slot('mail', { type: 'email', optional: true }), slot('note', { type: 'text' })];
  test.each(['skip', "I don't have one", 'no', "I'd rather not say", 'skip that please'])('%s', (words) => {
    const talk = open(form(slots));
    talk.say(words);
    expect(talk.last).toBe('Note?');
    talk.say('nothing broke');
    expect(valuesOf(talk)).toEqual({ note: 'nothing broke' });
  });

  test('one that may not is asked again', () => {
    const talk = open(form([slot('n', { type: 'digits' })]));
    talk.say('skip');
    expect(talk.isOpen).toBe(true);
    expect(talk.missed).toBe(1);
  });
});

describe('a doubtful value is read back', () => {
  const digits = form([slot('n', { type: 'digits', min: 4, max: 4 })]);

  test('and taken on yes', () => {
    const talk = open(digits);
    talk.say('four four one two', 0.5);
    expect(talk.last).toBe('I heard 4 4 1 2. Is that right?');
    talk.say('yes');
    expect(valuesOf(talk)).toEqual({ n: '4412' });
  });

  test('another value in the answer takes its place', () => {
    const talk = open(digits);
    talk.say('four four one two', 0.5);
    talk.say('no, four four one three');
    expect(valuesOf(talk)).toEqual({ n: '4413' });
  });

  test('a no asks for keys', () => {
    const talk = open(digits);
    talk.say('four four one two', 0.5);
    talk.say('no');
    expect(talk.last).toMatch(/type it on your phone/);
    talk.press('4413');
    expect(valuesOf(talk)).toEqual({ n: '4413' });
  });

  test('an address of mail is read back however sure it is', () => {
    const talk = open(form([slot('mail', { type: 'email' })]));
    talk.say('john dot smith at gmail dot com');
    expect(talk.last).toMatch(/John dot smith at gmail dot com/i);
    talk.say('yes that is right');
    expect(valuesOf(talk)).toEqual({ mail: 'john.smith@gmail.com' });
  });

  test('the number of the call is offered for a phone number', () => {
    const talk = open(form([slot('phone', { type: 'phone' })]), { callerNumber: '+12025550142' });
    expect(talk.last).toMatch(/2 0 2, 5 5 5, 0 1 4 2/);
    talk.say('no');
    expect(talk.last).toBe('Phone?');
    talk.say('202 555 0199');
    talk.say('yes');
    expect(valuesOf(talk)).toEqual({ phone: '2025550199' });
  });
});

describe('consent and tools', () => {
  const tool = (effect: ToolSpec['effect']): Readonly<Record<string, ToolSpec>> => ({
    t: {
      name: 't',
      effect,
      method: 'POST',
      baseUrlEnv: 'X_URL',
      path: '/t',
      timeoutMs: 1000,
      args: ['n', 'pin', 'session'],
    },
  });
  const n = slot('n', { type: 'digits', min: 4, max: 4, name: 'number' });
  const change = form([n], { tool: 't', confirm: ['Send {n}?'], failed: { no: ['It says no.'] } });

  test.each(['yes', 'yes please', 'go ahead', "that's right", 'send it', 'yes, send it'])(
    '%s agrees',
    (words) => {
      const talk = open(change, { tools: tool('change') });
      talk.say('4412');
      talk.say(words);
      expect(talk.requests).toEqual([
        {
          type: 'change',
          name: 't',
          consent: { to: 'form.f.confirm', by: 'words' },
          args: { pii: { n: '4412' }, secret: {}, idempotencyKey: 'c1:1:0' },
        },
      ]);
    },
  );

  test.each([
    'no',
    'I guess so',
    'yes, but not today',
    'not yet',
    'yes, if it is free',
    'let me think',
    'wait a second',
    'the number is wrong',
    'yes four four one three',
    "don't send it",
    'please stop it',
    'what happens then?',
    'maybe later',
    'yes no',
  ])('%s does not', (words) => {
    const talk = open(change, { tools: tool('change') });
    talk.say('4412');
    talk.say(words);
    expect(talk.requests).toEqual([]);
  });

  test('a corrected value is read back anew before it is sent', () => {
    const talk = open(change, { tools: tool('charge') });
    talk.say('4412');
    talk.say('no, four four one three');
    expect(talk.last).toBe('Send 4 4 1 3?');
    talk.press('1');
    expect(talk.requests).toMatchObject([
      { type: 'charge', consent: { by: 'key' }, args: { pii: { n: '4413' } } },
    ]);
  });

  test('no asks what to change, and the part alone is enough', () => {
    const talk = open(change, { tools: tool('change') });
    talk.say('4412');
    talk.say('no');
    expect(talk.last).toBe('What should I change?');
    talk.say('the number');
    expect(talk.last).toBe('N?');
  });

  test('a tool that only reads needs no consent', () => {
    const talk = open(form([n], { tool: 't', failed: {} }), { tools: tool('read') });
    talk.say('4412');
    expect(talk.requests).toMatchObject([{ type: 'tool_call', args: { pii: { n: '4412' } } }]);
  });

  test.each(['disclose', 'change', 'charge'] as const)(
    'without a read-back or an identity nothing is asked of a tool that can %s',
    (effect) => {
      const talk = open(form([n], { tool: 't' }), { tools: tool(effect) });
      talk.say('4412');
      expect(talk.requests).toEqual([]);
      expect(talk.ends).toMatchObject([{ type: 'replace', task: 'handoff' }]);
    },
  );

  describe('with an identity', () => {
    const identity = { by: 'form' as const, appointmentIds: [], pii: {} };
    const known = { identity, forms: { who: { pii: { values: { session: 's1' } } } } };
    const who = form([], { id: 'who' });

    test('private data may be told, and nothing changed', () => {
      const forms = { f: form([n], { tool: 't', requires: 'who' }), who };
      const told = new FormTalk({ forms, tools: tool('disclose'), known }).begin('f');
      told.say('4412');
      expect(told.requests).toMatchObject([
        { type: 'disclose', consent: { by: 'identity' }, args: { pii: { n: '4412', session: 's1' } } },
      ]);
      const changed = new FormTalk({ forms, tools: tool('change'), known }).begin('f');
      changed.say('4412');
      expect(changed.requests).toEqual([]);
    });

    test('of another kind it is not enough', () => {
      const forms = { f: form([n], { tool: 't', requires: 'who' }), who };
      const other = { ...known, identity: { ...identity, by: 'phone' as const } };
      const talk = new FormTalk({ forms, tools: tool('disclose'), known: other }).begin('f');
      talk.say('4412');
      expect(talk.requests).toEqual([]);
    });
  });

  test.each<[string, 'unavailable' | 'timeout' | 'refused', RegExp]>([
    ['change', 'timeout', /cannot tell whether that went through/],
    ['change', 'unavailable', /cannot reach our system/],
    ['read', 'timeout', /cannot reach our system/],
  ])('a tool that can %s and fails with %s is told, and a person is offered', (effect, why, told) => {
    const spec = effect === 'read' ? form([n], { tool: 't' }) : change;
    const talk = open(spec, { tools: tool(effect as ToolSpec['effect']) });
    talk.say('4412');
    if (effect !== 'read') talk.say('yes');
    talk.tool({ type: 'failed', why });
    expect(talk.last).toMatch(told);
    expect(talk.ends).toMatchObject([{ type: 'replace', task: 'handoff' }]);
  });

  test('a tool that says no is told in the words of the form', () => {
    const talk = open(change, { tools: tool('change') });
    talk.say('4412');
    talk.say('yes');
    talk.tool({ error: 'no' });
    expect(talk.last).toBe('It says no.');
    expect(talk.ends).toEqual([{ type: 'cancelled' }]);
  });

  test.each<unknown>([null, 7, 'text', [], undefined])(
    'an answer that is none (%s) is a failure',
    (value) => {
      const talk = open(form([n], { tool: 't' }), { tools: tool('read') });
      talk.say('4412');
      talk.tool({ type: 'tool', value });
      expect(talk.ends).toMatchObject([{ type: 'replace', task: 'handoff' }]);
    },
  );
});

describe('a secret', () => {
  const tools: Readonly<Record<string, ToolSpec>> = {
    t: {
      name: 't',
      effect: 'read',
      method: 'POST',
      baseUrlEnv: 'X_URL',
      path: '/t',
      timeoutMs: 1000,
      args: ['pin'],
    },
  };
  const pin = slot('pin', { type: 'digits', min: 4, max: 4, secret: true });
  const spec = form([pin], {
    tool: 't',
    failed: { wrong: ['Not right.'] },
    again: { wrong: ['pin'] },
    tries: 2,
    identifies: {},
  });

  test('is listened for as one', () => {
    const talk = open(spec, { tools });
    expect(formTask.listening(talk.state, talk.ctx)).toMatchObject({ secret: true, pace: 'digits' });
  });

  test('is never read back, and stands apart from what is kept', () => {
    const talk = open(spec, { tools });
    talk.say('four seven one one', 0.5);
    expect(talk.said.join(' ')).not.toMatch(/4 7 1 1|4711/);
    expect(talk.requests).toMatchObject([{ args: { pii: {}, secret: { pin: '4711' } } }]);
    talk.tool({ ok: true });
    expect(JSON.stringify(talk.ends)).not.toMatch(/4711/);
    expect(JSON.stringify(talk.known)).not.toMatch(/4711/);
  });

  test('that is wrong is forgotten and asked again, until a person takes over', () => {
    const talk = open(spec, { tools });
    talk.press('0000');
    talk.tool({ error: 'wrong' });
    expect(talk.last).toBe('Not right. Pin?');
    expect(JSON.stringify(talk.state)).not.toMatch(/0000/);
    talk.press('1111');
    talk.tool({ error: 'wrong' });
    expect(talk.ends).toMatchObject([{ type: 'replace', task: 'handoff' }]);
  });
});

describe('what the guard refuses', () => {
  const refuses = [
    {
      id: 'card',
      words: ['card number'],
      digits: { min: 13, max: 19, luhn: true },
      say: ['No card numbers.'],
    },
    {
      id: 'ssn',
      words: ['social security number'],
      digits: { min: 9, max: 9, luhn: false },
      say: ['No such numbers.'],
    },
  ];
  const spec = form([slot('note', { type: 'text' })], { refuses });

  test.each([
    ['it is 4111 1111 1111 1111', /^No card numbers\. Note\?$/],
    ['my social security number is 123 45 6789', /^No such numbers\. Note\?$/],
  ])('%s is not taken', (words, told) => {
    const talk = open(spec);
    talk.say(words);
    expect(talk.last).toMatch(told);
    expect(JSON.stringify(talk.state)).not.toMatch(/4111|6789/);
  });

  test('asking about it is allowed, and other numbers are taken', () => {
    const talk = open(spec);
    expect(talk.say('do you need my card number?')).toBe(false);
    talk.say('my bike has the number 123456789');
    expect(valuesOf(talk)).toEqual({ note: 'my bike has the number 123456789' });
  });
});

describe('states', () => {
  const spec = form([slot('n', { type: 'digits', min: 4, max: 4 }), slot('note', { type: 'text' })]);

  test('are JSON, and go on after a restart', () => {
    const talk = open(spec);
    talk.say('4412');
    const saved: unknown = JSON.parse(JSON.stringify(talk.state));
    const state = formTask.migrate?.(saved, formTask.version);
    expect(state).toEqual(talk.state);
    expect(formTask.migrate?.(saved, 99)).toBeUndefined();
    expect(formTask.migrate?.({ at: 'x' }, formTask.version)).toBeUndefined();
  });

  test('of a form that the pack has no more end politely', () => {
    const talk = open(spec);
    talk.say('4412');
    const gone = new FormTalk({ forms: {} });
    const step = formTask.retry(talk.state, 'words', gone.ctx);
    expect(step.next).toEqual({ type: 'cancelled' });
  });

  test('keys are bounded: an entry ends by itself', () => {
    const talk = open(form([slot('n', { type: 'number', max: 10 })]));
    talk.press('1'.repeat(50));
    expect(JSON.stringify(talk.isOpen ? talk.state : '').length).toBeLessThan(400);
  });
});

test('whatever is said or pressed, nothing throws and no tool is called without a yes or a key', () => {
  const spec = formSchema.parse({
    id: 'f',
    version: 1,
    name: 'a form',
    slots: [
      { id: 'born', type: 'date', range: 'past', ask: 'born?', retry: 'born?' },
      { id: 'n', type: 'digits', min: 4, max: 8, ask: 'n?', retry: 'n?' },
      { id: 'ok', type: 'yes_no', optional: true, ask: 'ok?', retry: 'ok?' },
      { id: 'sum', type: 'amount', max: 100, when: { ok: 'yes' }, ask: 'sum?', retry: 'sum?' },
    ],
    confirm: '{born} {n} {sum}?',
    tool: 't',
  });
  const tools: Readonly<Record<string, ToolSpec>> = {
    t: {
      name: 't',
      effect: 'change',
      method: 'POST',
      baseUrlEnv: 'X_URL',
      path: '/t',
      timeoutMs: 1000,
      args: [],
    },
  };
  const pieces = [
    'no',
    'not',
    'but',
    'march 5',
    '1984',
    'four four one two',
    'maybe',
    'skip',
    'wrong',
    'that',
    'is',
    'twenty dollars',
    'ü',
    '???',
    'start over',
    'the n',
    'friday',
  ];
  const source = seededRng(7);
  const random = (): number => source.float();
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let round = 0; round < 120; round++) {
    const talk = open(spec, { tools });
    for (let turn = 0; turn < 12 && talk.isOpen; turn++) {
      if (random() < 0.3) talk.press(pick([...'023456789#*']));
      else talk.say(Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(pieces)).join(' '));
    }
    expect(talk.requests).toEqual([]);
  }
});
