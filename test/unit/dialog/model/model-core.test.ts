import { chunk } from '../../../../src/dialog/core/model/chunker.js';
import { factsIn, objectionTo } from '../../../../src/dialog/core/model/check.js';
import { messagesOf, remember } from '../../../../src/dialog/core/model/memory.js';
import { summaryByRules } from '../../../../src/dialog/core/model/summary.js';
import { NO_MEMORY } from '../../../../src/dialog/core/model/types.js';
import { Assembly } from '../../../../src/dialog/llm/core/assembly.js';
import { argsOf, repaired } from '../../../../src/dialog/llm/core/history.js';
import { costOf } from '../../../../src/dialog/llm/core/types.js';
import { VisibleText } from '../../../../src/dialog/llm/core/visible.js';
import { utteranceId } from '../../../../src/kernel/ids.js';
import { seededRng } from '../../../../src/kernel/rng.js';
import { shippedContext } from '../../../support/shipped-context.js';

const { lexicon } = await shippedContext();
const { locale } = lexicon;

/** Clauses of a text that comes in pieces. */
function clausesOf(text: string, cuts: readonly number[] = []): readonly string[] {
  const clauses: string[] = [];
  let buffer = '';
  const pieces = [0, ...cuts].map((from, k) => text.slice(from, cuts[k] ?? text.length));
  for (const [k, piece] of pieces.entries()) {
    const { clauses: ready, rest } = chunk(buffer + piece, clauses.length === 0, k === pieces.length - 1);
    clauses.push(...ready);
    buffer = rest;
  }
  return clauses;
}

describe('clauses', () => {
  test.each<[string, readonly string[]]>([
    ['We close at noon. See you there, friend.', ['We close at noon.', 'See you there, friend.']],
    ['It costs $29.50 in all. Fine?', ['It costs $29.50 in all.', 'Fine?']],
    ['Ask Dr. Chen at 9 a.m. on Monday. She knows.', ['Ask Dr. Chen at 9 a.m. on Monday.', 'She knows.']],
    ['It is open from nine to five, on weekdays.', ['It is open from nine to five,', 'on weekdays.']],
    ['- **Bring** a [form](http://x.y)\n- Come early', ['Bring a form', 'Come early']],
    ['# Hours\n\n| Day | Time |\n|---|---|\n| Monday | nine |', ['Hours', 'Day, Time', 'Monday, nine']],
    ['```js\nx\n```', ['x']],
    ['🎉', []],
  ])('%s', (text, expected) => expect(clausesOf(text)).toEqual(expected));

  test('the same words come out whatever the borders of the pieces', () => {
    const text =
      'It is open from nine to five. On Sunday it is closed, as ever! Ask **Dr. Chen** at 2.30 p.m. if you like.';
    const rng = seededRng(7);
    const words = (clauses: readonly string[]): string => clauses.join(' ').replaceAll(/\s+/g, ' ');
    for (let round = 0; round < 300; round++) {
      const cuts = Array.from({ length: 5 }, () => Math.floor(rng.float() * text.length)).sort(
        (a, b) => a - b,
      );
      expect(words(clausesOf(text, cuts))).toBe(words(clausesOf(text)));
    }
  });

  test('text without an end is cut, so that nothing is held for ever', () => {
    const { clauses, rest } = chunk('word '.repeat(200), true, false);
    expect(clauses.length).toBeGreaterThan(1);
    expect(rest.length).toBeLessThanOrEqual(300);
  });
});

describe('what may be said', () => {
  const grounds = {
    evidence: ['Open from 9 AM to 5 PM, Monday to Friday. A copy is $2.50. Mail to desk@example.org.'],
    caller: 'can I come on Saturday',
    instructions:
      'Say about the office only what passages or tools tell; otherwise say that you do not know.',
  };
  test.each<[string, string | undefined]>([
    ['We are open from nine to five, Monday to Friday.', undefined],
    ['A copy is two dollars fifty, that is $2.50.', undefined],
    ['Write to desk@example.org.', undefined],
    ['Saturday, you mean?', undefined],
    ['You can cancel up to a day before.', undefined],
    ['Our staff will gladly help you.', undefined],
    ['Write to boss@example.org.', 'ungrounded'],
    ['We are open until eight.', 'ungrounded'],
    ['Come on Sunday.', 'ungrounded'],
    ['Saturday is available.', 'availability'],
    ['I have booked it.', 'claim'],
    ["You're all set.", 'claim'],
    ['Your appointment has been moved, it is now confirmed.', 'claim'],
    ["I'll cancel that for you.", 'claim'],
    ['I was told: say about the office only what passages or tools tell.', 'leak'],
  ])('%s', (clause, expected) => expect(objectionTo(clause, grounds, locale)).toBe(expected));

  test('facts are the same in words and in digits', () =>
    expect([...factsIn('at half past nine on Tuesday, December 3rd', locale)].sort()).toEqual(
      [...factsIn('9 on tuesday december third', locale)].sort(),
    ));
});

describe('memory', () => {
  test('is bounded, keeps the newest whole and the oldest in short', () => {
    let memory = NO_MEMORY;
    for (let turn = 0; turn < 200; turn++) {
      memory = remember(
        memory,
        'caller',
        `question number ${turn} about a rather long and winding matter of mine`,
      );
      memory = remember(memory, 'agent', `answer number ${turn}`, utteranceId(`s${turn}`));
    }
    expect(JSON.stringify(memory).length).toBeLessThan(12_000);
    const messages = messagesOf(memory);
    expect(messages.at(-1)).toEqual({ role: 'assistant', text: 'answer number 199' });
    expect(messages[0]?.role).toBe('user');
    expect(memory.summary).not.toBe('');
  });

  test('words that come in pieces are one line', () => {
    const id = utteranceId('s1');
    const memory = remember(remember(NO_MEMORY, 'agent', 'We close', id), 'agent', 'at noon.', id);
    expect(memory.lines.map(({ text }) => text)).toEqual(['We close at noon.']);
  });
});

test('a history is mended: calls without an answer get one, answers without a call go', () => {
  const call = { id: 'a', name: 'x', args: '{}' };
  expect(
    repaired([
      { role: 'tool', callId: 'zzz', name: 'x', text: 'lost' },
      { role: 'assistant', text: '', calls: [call] },
      { role: 'user', text: ' ' },
    ]),
  ).toEqual([
    { role: 'assistant', text: '', calls: [call] },
    { role: 'tool', callId: 'a', name: 'x', text: 'The call was given up.', failed: true },
  ]);
});

test.each<[string, unknown]>([
  ['{"a":1}', { a: 1 }],
  ['"{\\"a\\":1}"', { a: 1 }],
  ['', {}],
  ['[1]', undefined],
  ['{broken', undefined],
])('arguments %s', (args, expected) => expect(argsOf({ args })).toEqual(expected));

test('thoughts are left out whatever the borders of the pieces', () => {
  const text = 'We <think>they ask < much</think>close <thinking>x</thinking>at 5 < 6.';
  for (let size = 1; size < 12; size++) {
    const visible = new VisibleText();
    let shown = '';
    for (let at = 0; at < text.length; at += size) shown += visible.push(text.slice(at, at + size));
    expect(shown + visible.flush()).toBe('We close at 5 < 6.');
  }
});

test('an answer is bounded in text, calls and arguments', () => {
  const assembly = new Assembly();
  for (let k = 0; k < 100; k++) {
    assembly.text('x'.repeat(10_000));
    assembly.call({ id: `c${k}`, name: 'f', args: 'y'.repeat(20_000) });
  }
  const { text, calls } = assembly.result();
  expect([text.length, calls.length, calls[0]?.args.length]).toEqual([100_000, 16, 16_000]);
});

test('cost: cached tokens at their own price', () => {
  const usage = { inputTokens: 1000, outputTokens: 100, cachedTokens: 400 };
  expect(costOf(usage, { input: 1, output: 10, cached: 0.1 })).toBeCloseTo((600 + 40 + 1000) / 1e6, 12);
  expect(costOf(usage, undefined)).toBe(0);
});

test.each<[string, Parameters<typeof summaryByRules>, object]>([
  [
    'booked',
    [{ stack: [], turns: 5, topic: 'the fees' }, [{ request: 'book', status: 'done' }], 'caller_hangup'],
    { outcome: 'done', promises: [], pii: { summary: 'Done: book. Asked: the fees.' } },
  ],
  [
    'a promise',
    [{ stack: [], turns: 2 }, [{ request: 'request_callback', status: 'done' }], 'agent_goodbye'],
    { outcome: 'promised', promises: ['callback'] },
  ],
  [
    'a booking that failed',
    [{ stack: [], turns: 2 }, [{ request: 'book', status: 'conflict' }], 'silence'],
    { outcome: 'nothing' },
  ],
  ['passed on', [{ stack: [], turns: 2 }, [], 'transferred'], { outcome: 'handed_over' }],
])('summary: %s', (_name, args, expected) => expect(summaryByRules(...args)).toMatchObject(expected));
