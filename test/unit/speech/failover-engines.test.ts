import { requestId } from '../../../src/kernel/ids.js';
import { SttFailover } from '../../../src/speech/stt/failover.js';
import type { SttRequest, SttStream, TtsChunk } from '../../../src/speech/ports.js';
import { FakeStt, type FakeAnswer } from '../../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import { TtsFailover } from '../../../src/speech/tts/failover.js';
import { VirtualTime } from '../../support/virtual-time.js';

const request = (signal?: AbortSignal): SttRequest => ({
  requestId: requestId('r'),
  pcm: Int16Array.from({ length: 800 }, () => 1000),
  sampleRateHz: 8000,
  kind: 'final',
  ...(signal === undefined ? {} : { signal }),
});

function pair(first: () => FakeAnswer, second: () => FakeAnswer) {
  const time = new VirtualTime();
  const engines = [new FakeStt(time, first), new FakeStt(time, second)] as const;
  const stt = new SttFailover(engines, { scheduler: time, hedgeMs: 1000, failures: 2, openMs: 5000 });
  return { time, engines, stt };
}

test('recogniser: failed, the second answers; after two failures the first is left alone for its time', async () => {
  const { time, engines, stt } = pair(
    () => ({ error: 'failed' }),
    () => ({ text: 'second' }),
  );
  for (let i = 0; i < 3; i++) {
    const pending = stt.transcribe(request());
    await time.advance(1);
    expect(await pending).toMatchObject({ ok: true, value: { text: 'second' } });
  }
  expect(engines[0].requests).toHaveLength(2);
  expect(stt.phases()).toEqual(['open', 'closed']);
  await time.advance(5000);
  const pending = stt.transcribe(request());
  await time.advance(1);
  await pending;
  expect(engines[0].requests).toHaveLength(3);
});

test('recogniser: slow, the second is asked after its time and the first is given up', async () => {
  const { time, engines, stt } = pair(
    () => ({ text: 'late', delayMs: 9000 }),
    () => ({ text: 'second', delayMs: 200 }),
  );
  const pending = stt.transcribe(request());
  await time.advance(1200);
  expect(await pending).toMatchObject({ ok: true, value: { text: 'second' } });
  expect(engines[0].stats().aborted).toBe(1);
  expect(stt.phases()).toEqual(['closed', 'closed']);
});

test('recogniser: both fail, the error of the last one is told', async () => {
  const { time, stt } = pair(
    () => ({ error: 'timeout' }),
    () => ({ error: 'overloaded' }),
  );
  const pending = stt.transcribe(request());
  await time.advance(1);
  expect(await pending).toMatchObject({ ok: false, error: { code: 'overloaded' } });
});

test('recogniser: aborted by the caller, both are given up', async () => {
  const { time, engines, stt } = pair(
    () => ({ text: 'a', delayMs: 9000 }),
    () => ({ text: 'b', delayMs: 9000 }),
  );
  const abort = new AbortController();
  const pending = stt.transcribe(request(abort.signal));
  await time.advance(1500);
  abort.abort();
  expect(await pending).toMatchObject({ ok: false, error: { code: 'aborted' } });
  expect(engines.map((engine) => engine.stats().aborted)).toEqual([1, 1]);
});

test('synthesiser: failed, the second speaks, with its own voice where it lacks the one asked for', async () => {
  const time = new VirtualTime();
  const broken = new FakeTts(time, { failWith: () => 'failed' });
  const other = new FakeTts(time);
  const tts = new TtsFailover([Object.assign(broken, { voices: () => [voice('nova')] }), other], {
    scheduler: time,
  });
  const chunks: TtsChunk[] = [];
  const pending = tts.synthesize({
    requestId: requestId('s'),
    text: 'Hello there.',
    voice: 'nova',
    sampleRateHz: 8000,
    onChunk: (chunk) => chunks.push(chunk),
  });
  await time.advance(10);
  expect(await pending).toMatchObject({ ok: true });
  expect(chunks).toHaveLength(1);
  expect(other.requests[0]?.voice).toBeUndefined();
});

test('synthesiser: slow, both speak and only one is heard', async () => {
  const time = new VirtualTime();
  const tts = new TtsFailover([new FakeTts(time, { delayMs: 3000 }), new FakeTts(time, { delayMs: 100 })], {
    scheduler: time,
    hedgeMs: 500,
  });
  const chunks: TtsChunk[] = [];
  const pending = tts.synthesize({
    requestId: requestId('s'),
    text: 'Hello there.',
    sampleRateHz: 8000,
    onChunk: (chunk) => chunks.push(chunk),
  });
  await time.advance(10_000);
  expect(await pending).toMatchObject({ ok: true });
  expect(chunks).toHaveLength(1);
});

const voice = (id: string) => ({ id, language: 'en', gender: 'female' as const, description: '' });

test('recogniser, stalled: a caller who goes on twice and then stops is answered after one hedge', async () => {
  const time = new VirtualTime();
  const mute = Object.assign(new FakeStt(time), {
    openStream: (): SttStream => ({
      push: () => undefined,
      final: ({ signal }) =>
        new Promise((resolve) =>
          signal?.addEventListener('abort', () =>
            resolve({ ok: false, error: { code: 'aborted', message: '' } }),
          ),
        ),
      promote: () => undefined,
      close: () => undefined,
    }),
  });
  const stt = new SttFailover([mute, new FakeStt(time, () => ({ text: 'second', delayMs: 200 }))], {
    scheduler: time,
  });
  const stream = stt.openStream({ sampleRateHz: 8000 });
  stream.push(new Int16Array(8000).fill(1000), 0);
  for (let turn = 0; turn < 6; turn++) {
    for (let pause = 0; pause < 2; pause++) {
      const abort = new AbortController();
      const given = stream.final({ ...streamed(), signal: abort.signal });
      await time.advance(300);
      abort.abort();
      await given;
    }
    const asked = time.now();
    let answeredAt = 0;
    const last = stream.final(streamed()).then((result) => {
      answeredAt = time.now();
      return result;
    });
    await time.advance(3000);
    expect(await last).toMatchObject({ ok: true, value: { text: 'second' } });
    expect(answeredAt - asked).toBeLessThanOrEqual(turn < 2 ? 1700 : 200);
  }
});

test('recogniser, tried again: slower than the next one and well, it is asked first again', async () => {
  const time = new VirtualTime();
  let works = false;
  const first = new FakeStt(time, () => (works ? { text: 'first', delayMs: 400 } : { error: 'failed' }));
  const second = new FakeStt(time, () => ({ text: 'second', delayMs: 100 }));
  const stt = new SttFailover([first, second], { scheduler: time });
  const ask = async (): Promise<string> => {
    const pending = stt.transcribe(request());
    await time.advance(1000);
    const result = await pending;
    return result.ok ? result.value.text : result.error.code;
  };
  expect([await ask(), await ask()]).toEqual(['second', 'second']);
  expect(stt.phases()[0]).toBe('open');
  works = true;
  await time.advance(5000);
  expect(await ask()).toBe('second');
  expect(stt.phases()[0]).toBe('closed');
  expect(await ask()).toBe('first');
});

const streamed = () => ({ requestId: requestId('s'), fromSample: 0, toSample: 8000, kind: 'final' as const });
