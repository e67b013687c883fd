import type { ModelContext } from '../../src/dialog/core/model/types.js';
import type { ProviderScript } from '../../src/dialog/testing/scripted-provider.js';
import { modelContext } from '../support/model-context.js';
import { ReplayCall } from './harness.js';

const HOURS = 'We are open from nine to five on weekdays.';

async function call(
  mode: ModelContext['mode'],
  ...scripts: readonly [ProviderScript, ...ProviderScript[]]
): Promise<ReplayCall> {
  const context = await modelContext({ mode });
  const script = (_request: unknown, index: number): ProviderScript =>
    scripts[Math.min(index, scripts.length - 1)] ?? scripts[0];
  return ReplayCall.dial({ model: { context, script }, answers: { library: HOURS, hours: HOURS } });
}

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;

const QUESTIONS = [
  'Is the library open today please?',
  'What about the library?',
  'Tell me about the library hours?',
  'When does the library close?',
] as const;

test('a model of 300 ms to its first word answers within 900 ms of the last one', async () => {
  const one = await call('assist', { text: 'It is open from nine to five, on weekdays. Is that of help?' });
  for (const question of QUESTIONS) {
    await one.ask(question);
    expect(one.heard.join(' ')).toContain('open from nine to five');
  }
  expect(one.provider?.requests.length).toBe(QUESTIONS.length);
  expect(p95(one.gaps)).toBeLessThanOrEqual(900);
});

test('a model that stalls before its first word is answered for within 1,500 ms', async () => {
  const one = await call('assist', { firstMs: 60_000 });
  for (const question of QUESTIONS) expect(await one.ask(question)).toContain(HOURS);
  expect(p95(one.gaps)).toBeLessThanOrEqual(1500);
});

test('a model that stalls in the middle is heard as far as it came, and the call goes on', async () => {
  const one = await call('assist', {
    text: 'It is open from nine to five. You can come whenever',
    stallAfter: 9,
  });
  const said = await one.ask('When does the library close?');
  expect(said).toContain('open from nine to five');
  expect(said).toMatch(/anything else|Is there/i);
  expect(await one.ask('What are the hours of the library?')).toMatch(/nine to five/);
});

test('who speaks over the answer stops the model within 50 ms, and is remembered to have heard what they heard', async () => {
  const long =
    'It is open from nine to five, and there is much more that I could tell you about it, so please listen on and on. ';
  const one = await call('agent', { text: long.repeat(3), gapMs: 150 }, { text: 'As you like.' });
  await one.speak('When does the library close?');
  await one.time.advance(3500);
  expect(one.provider?.abortedAt).toEqual([]);
  const spokenAt = one.time.now();
  await one.speak('wait what about the library then please');
  await one.time.advance(5000);
  const cutAt = one.events.find(({ event, at }) => event.type === 'flush' && at >= spokenAt)?.at ?? 0;
  const [abortedAt = Number.NaN] = one.provider?.abortedAt ?? [];
  expect(abortedAt - cutAt).toBeLessThanOrEqual(50);
  const cut = one.of('agent_finished').find(({ complete }) => !complete)?.pii.heard ?? '';
  expect(cut).not.toBe('');
  const told = JSON.stringify(one.provider?.requests.at(-1)?.messages);
  expect(told).toContain(cut);
  expect(told).not.toContain('on and on. It is open');
});

test('what a model claims to have done is never heard, and nothing is booked by it', async () => {
  const one = await call('agent', { text: "You're all set, I have booked you for Friday at nine." });
  const said = await one.ask('Could you do something about the library?');
  expect(said).not.toMatch(/all set|booked/i);
  expect((await one.store.appointments.list({ limit: 10, offset: 0 })).total).toBe(0);
});
