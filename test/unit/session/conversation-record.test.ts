import { utteranceId } from '../../../src/kernel/ids.js';
import { ConversationRecord } from '../../../src/session/conversation-record.js';
import type { SessionEvent } from '../../../src/session/ports.js';

const says = (id: string, text: string): SessionEvent => ({
  type: 'agent_text',
  utteranceId: utteranceId(id),
  sources: [],
  pii: { text },
});
const finishes = (id: string, heard: string, complete = true): SessionEvent => ({
  type: 'agent_finished',
  utteranceId: utteranceId(id),
  complete,
  pii: { heard },
});
const hears = (text: string): SessionEvent => ({
  type: 'heard_words',
  final: true,
  confidence: 0.9,
  pii: { text },
});

/** What the history shows after each event. */
function shown(...events: SessionEvent[]): string[] {
  const record = new ConversationRecord('c1', 0);
  return events.map((event, index) => {
    record.follow(event, 1000 * (index + 1));
    return record.turns.map(({ user, agent }) => `${user}>${agent}`).join(' | ');
  });
}

test('agent_text, agent_finished: what is being said is there at once, and once', () => {
  expect(shown(says('u1', 'Hello.'), finishes('u1', 'Hello.'))).toEqual(['>Hello.', '>Hello.']);
});

test('heard_words, agent_text twice, agent_finished twice: one answer in two pieces', () => {
  expect(
    shown(
      hears('When?'),
      says('u1', 'One moment.'),
      says('u2', 'At nine.'),
      finishes('u1', 'One moment.'),
      finishes('u2', 'At nine.'),
    ),
  ).toEqual([
    'When?>',
    'When?>One moment.',
    'When?>One moment. At nine.',
    'When?>One moment. At nine.',
    'When?>One moment. At nine.',
  ]);
});

test('agent_text, agent_finished in part: only what was heard stays', () => {
  expect(shown(hears('Why?'), says('u1', 'Because it is so.'), finishes('u1', 'Because', false))[2]).toBe(
    'Why?>Because',
  );
});

test('agent_text, heard_words, agent_finished: words belong to the exchange in which they were begun', () => {
  const steps = shown(
    says('u1', 'Hello there.'),
    hears('Hi'),
    says('u2', 'Yes?'),
    finishes('u1', 'Hello there.'),
  );
  expect(steps.at(-1)).toBe('>Hello there. | Hi>Yes?');
});

test('what is saved holds what has been heard, and is read again', () => {
  const record = new ConversationRecord('c1', 5);
  record.follow(hears('When?'), 1000);
  record.follow(says('u1', 'At nine.'), 1000);
  const saved = record.toJson();
  expect(ConversationRecord.revive('c1', saved)?.turns).toEqual([
    { user: 'When?', agent: '', timestamp: 1, confidence: 0.9 },
  ]);
  expect(ConversationRecord.revive('c1', { turns: 'none' })).toBeUndefined();
});

test('the history keeps the latest 200 exchanges', () => {
  const record = new ConversationRecord('c1', 0);
  for (let i = 0; i < 250; i++) record.follow(hears(`w${i}`), i);
  expect(record.turns.map(({ user }) => user)).toHaveLength(200);
  expect(record.turns[0]?.user).toBe('w50');
});
