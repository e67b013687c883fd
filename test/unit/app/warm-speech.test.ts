import { fixedSentences, warmGreeting, warmPrompts } from '../../../src/app/warm-speech.js';
import type { SessionPorts } from '../../../src/session/ports.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import { shippedContext } from '../../support/shipped-context.js';
import { VirtualTime } from '../../support/virtual-time.js';

async function office(): Promise<SessionPorts['context']> {
  const shipped = await shippedContext();
  return { ...shipped, persona: { ...shipped.persona, voice: 'tone' } };
}

test('the greeting is spoken as a call asks for it: voice, both rates and words', async () => {
  const time = new VirtualTime();
  const tts = new FakeTts(time);
  const done = warmGreeting(tts, await office());
  await time.advance(1000);
  await done;
  expect(tts.requests).toMatchObject([
    { voice: 'tone', sampleRateHz: 8000 },
    { voice: 'tone', sampleRateHz: 16_000 },
  ]);
  expect(tts.requests[0]?.text).toMatch(/^Hello, this is /);
});

test('fixed sentences: each once, none with a variable', async () => {
  const { prompts } = await office();
  const prompt = { id: 'x', version: 1, locale: 'en-US', vars: ['name'] };
  expect(
    fixedSentences({
      a: { ...prompt, variants: ['One moment. {name}, please wait.', 'One moment.'] },
      b: { ...prompt, variants: ['Goodbye.'] },
    }),
  ).toEqual(['One moment.', 'Goodbye.']);
  expect(fixedSentences(prompts).length).toBeGreaterThan(50);
});

test('one sentence at a time, on past a failure, and no more once the engine closes', async () => {
  const time = new VirtualTime();
  const facts = await office();
  const [, second] = fixedSentences(facts.prompts);
  const tts = new FakeTts(time, {
    delayMs: 100,
    failWith: (text) => (text === second ? 'failed' : undefined),
  });
  const done = warmPrompts(tts, facts);
  await time.advance(50);
  expect(tts.requests).toHaveLength(1);
  await time.advance(300);
  const asked = tts.requests.length;
  expect(asked).toBeGreaterThan(2);
  await tts.close();
  await done;
  expect(tts.requests).toHaveLength(asked);
});
