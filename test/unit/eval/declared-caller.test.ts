import type { CallerInput, CallerOutput } from '../../../src/cli/caller/caller-machine.js';
import { monoMs } from '../../../src/kernel/time.js';
import { DeclaredCaller, type CallerStep } from '../../eval/calls/declared-caller.js';
import { questionReader } from '../../eval/calls/question.js';
import { dateAloud, timeAloud } from '../../eval/calls/wishes.js';

const prompt = (id: string, ...variants: string[]) => ({
  id,
  version: 1,
  locale: 'en-US',
  vars: [],
  variants,
});

const read = questionReader({
  greeting: prompt('greeting', 'Hello. How can I help you?'),
  ask: prompt('appointment.confirm.ask', 'I will book {what}, {when}, for {name}. Is that right?'),
  name: prompt('appointment.name.ask', 'And your name, please?'),
  done: prompt('booking.booked', 'You are booked for {when}.'),
  open: prompt('open.retry', 'Sorry, I did not understand that. Shall we begin again?'),
});

const wishes = { date: 'Friday, December 4th', time: '10 AM', name: 'Ada Lovelace', service: 'a checkup' };
const PLAN: readonly CallerStep[] = [
  {
    act: { say: 'a checkup on Friday at ten, Ada Lovelace' },
    expect: { contains: ['10 AM'], absent: [], asks: 'confirm' },
    reply: 'I will book a checkup, Friday, December 4th at 10 AM, for Ada Lovelace. Is that right?',
    wishes,
  },
  {
    act: { say: 'yes please' },
    expect: { contains: ['booked'], absent: [] },
    reply: 'You are booked for Friday, December 4th at 10 AM.',
    wishes,
  },
];

/** Lets the agent say one text after the other and collects what the caller says or does. */
function talk(replies: readonly string[]): {
  readonly mind: DeclaredCaller;
  readonly acts: readonly string[];
} {
  const mind = new DeclaredCaller(PLAN, read, { agentEnds: false }, 60_000);
  const acts: string[] = [];
  let now = 0;
  const feed = (input: CallerInput): void => {
    mind.handle(monoMs(now), input);
    for (let out: CallerOutput | undefined = mind.poll(); out !== undefined; out = mind.poll()) {
      acts.push(out.type === 'say' ? out.text : out.type === 'dtmf' ? out.digits : out.type);
    }
  };
  feed({ type: 'connected' });
  for (const text of replies) {
    for (const input of [
      { type: 'agent_started' },
      { type: 'agent_stopped' },
      { type: 'agent_said', text },
    ] as const) {
      feed(input);
    }
    now += 2_000;
    feed({ type: 'tick' });
    feed({ type: 'own_audio_done' });
  }
  now += 1_000;
  feed({ type: 'tick' });
  return { mind, acts };
}

const readBack = (name: string, time = '10 AM'): string =>
  `I will book a checkup, Friday, December 4th at ${time}, for ${name}. Is that right?`;

describe('the caller of a declared conversation', () => {
  test('goes on when a step has had its reply, and hangs up at the end', () => {
    const { acts, mind } = talk([
      'Hello. How can I help you?',
      readBack('Ada Lovelace'),
      'You are booked for Friday.',
    ]);
    expect(acts).toEqual(['a checkup on Friday at ten, Ada [250] Lovelace', 'yes please', 'hangup']);
    expect([mind.extra, mind.stepsTaken]).toEqual([0, 2]);
  });

  test('never agrees to a read-back of something else: it is corrected, value by value', () => {
    const { acts } = talk([
      'Hello. How can I help you?',
      readBack('Ada Lovelace', '11 AM'),
      readBack('Eva Lovely'),
      readBack('Ada Lovelace'),
    ]);
    expect(acts.slice(1)).toEqual([
      "No, at ten o'clock in the morning.",
      'No, my name is Ada [250] Lovelace.',
      'yes please',
    ]);
  });

  test('says again what was not understood, and answers what is asked for', () => {
    const { acts } = talk([
      'Hello. How can I help you?',
      'Sorry, I did not understand that. Shall we begin again?',
      'And your name, please?',
    ]);
    expect(acts.slice(1)).toEqual([
      'a checkup on Friday at ten, Ada [250] Lovelace',
      'My name is Ada [250] Lovelace.',
    ]);
  });
});

test('days and times are said as a voice pronounces them for certain', () => {
  expect(dateAloud('Friday, December 4th')).toBe('Friday, December fourth');
  expect(['10 AM', '2:30 PM'].map(timeAloud)).toEqual([
    "ten o'clock in the morning",
    'half past two in the afternoon',
  ]);
});
