import { requestId } from '../../../src/kernel/ids.js';
import { downsample, StreamDownsampler } from '../../../src/speech/core/resample.js';
import type { SttPartial } from '../../../src/speech/ports.js';
import { openSttStream } from '../../../src/speech/stt/segmented.js';
import { FakeStt, type FakeAnswer } from '../../../src/speech/testing/fake-stt.js';
import { VirtualTime } from '../../support/virtual-time.js';

/** An engine of whole utterances that may be asked for partial words, with so many jobs waiting. */
function rig(answer: () => FakeAnswer, queued = { value: 0 }) {
  const time = new VirtualTime();
  const fake = new FakeStt(time, answer);
  const engine = Object.assign(fake, {
    capabilities: { ...fake.capabilities, partials: true },
    stats: () => ({ ...FakeStt.prototype.stats.call(fake), workers: 2, busy: 0, queued: queued.value }),
  });
  const partials: SttPartial[] = [];
  const stream = openSttStream(engine, { sampleRateHz: 8000, onPartial: (p) => partials.push(p) }, time);
  let end = 0;
  const talk = async (ms: number): Promise<void> => {
    for (let done = 0; done < ms; done += 20) {
      stream.push(new Int16Array(160).fill(1000), end);
      end += 160;
      await time.advance(20);
    }
  };
  return { time, engine, stream, partials, talk, queued };
}

test('an utterance that goes on is looked at again while nobody waits, no more than a third of the time', async () => {
  const { engine, stream, partials, talk } = rig(() => ({ text: 'hello', delayMs: 300 }));
  await talk(200);
  stream.hint?.({ type: 'speech_start', sample: 800 });
  await talk(4000);
  expect(partials.length).toBeGreaterThan(2);
  expect(partials[0]).toMatchObject({ text: 'hello' });
  expect(engine.requests.length).toBeLessThanOrEqual(5);
  expect(engine.requests.every(({ kind }) => kind === 'speculative')).toBe(true);
});

test('no looks while others wait, before speech, and in long utterances', async () => {
  const { engine, stream, talk, queued } = rig(() => ({ text: 'hello' }));
  await talk(1000);
  queued.value = 1;
  stream.hint?.({ type: 'speech_start', sample: 8000 });
  await talk(2000);
  expect(engine.requests).toHaveLength(0);
  queued.value = 0;
  await talk(12_000);
  const looks = engine.requests.length;
  await talk(3000);
  expect(engine.requests).toHaveLength(looks);
});

test('the caller pauses: a look is given up, so that the words do not wait for it', async () => {
  const { engine, stream, partials, talk } = rig(() => ({ text: 'hello', delayMs: 900 }));
  stream.hint?.({ type: 'speech_start', sample: 0 });
  await talk(700);
  expect(engine.requests).toHaveLength(1);
  stream.hint?.({ type: 'speech_end', sample: 5600 });
  expect(engine.requests[0]?.signal?.aborted).toBe(true);
  const final = stream.final({ requestId: requestId('f'), fromSample: 0, toSample: 5600, kind: 'final' });
  await talk(1000);
  expect(await final).toMatchObject({ ok: true, value: { text: 'hello' } });
  expect(partials).toEqual([]);
});

test('audio in pieces is brought down to 8 kHz as audio in one piece is', () => {
  const pcm = Int16Array.from(
    { length: 16_000 },
    (_, i) => 9000 * Math.sin((2 * Math.PI * 700 * i) / 16_000),
  );
  const whole = downsample(pcm);
  const pieces = new StreamDownsampler();
  const out: number[] = [];
  for (let at = 0, size = 1; at < pcm.length; at += size, size = (size * 7 + 3) % 900 || 1) {
    out.push(...pieces.push(pcm.subarray(at, at + size)));
  }
  expect(out.length).toBeGreaterThan(whole.length - 200);
  expect(out).toEqual([...whole.subarray(0, out.length)]);
});
