import { SynthesisDesk } from '../../../src/session/synthesis.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import { WordByWordTts } from '../../../src/speech/testing/word-by-word-tts.js';
import { TtsFailover } from '../../../src/speech/tts/failover.js';
import type { TtsEngine } from '../../../src/speech/ports.js';
import type { BlobFacts, BlobStore, StoredBlob } from '../../../src/store/blobs/types.js';
import { VirtualTime } from '../../support/virtual-time.js';

class MemoryBlobs implements BlobStore {
  readonly kept = new Map<string, StoredBlob>();
  put = async (key: string, bytes: Uint8Array, facts: BlobFacts): Promise<boolean> => {
    this.kept.set(key, { bytes, facts });
    return true;
  };
  facts = async (key: string): Promise<BlobFacts | undefined> => this.kept.get(key)?.facts;
  get = async (key: string): Promise<StoredBlob | undefined> => this.kept.get(key);
  delete = async (key: string): Promise<void> => void this.kept.delete(key);
  signedUrl = async (key: string): Promise<string> => `/signed/${key}`;
}

function setUp(engine: (time: VirtualTime) => TtsEngine) {
  const time = new VirtualTime();
  const blobs = new MemoryBlobs();
  const tts = engine(time);
  const desk = new SynthesisDesk(tts, blobs);
  const run = async <T>(asked: Promise<T>): Promise<T> => {
    await time.advance(60_000);
    return asked;
  };
  return { desk, blobs, run, tts };
}

test('spoken once, then kept: a WAV file of the length it says', async () => {
  const { desk, blobs, run, tts } = setUp((time) => new FakeTts(time));
  const first = await run(desk.synthesize({ text: 'Good morning. How are you?' }));
  expect(first).toMatchObject({ durationMs: 1500, provider: 'fake-tts', cacheHit: false });
  const [[key, { bytes }] = ['', { bytes: new Uint8Array() }]] = blobs.kept;
  expect(first.url).toBe(`/signed/${key}`);
  expect(bytes).toHaveLength(44 + 2 * 24_000);
  expect(await run(desk.synthesize({ text: ' Good morning. How are you? ' }))).toMatchObject({
    id: first.id,
    cacheHit: true,
  });
  expect((tts as FakeTts).requests).toHaveLength(1);
});

test('another voice, speed, style or namespace is another file; the namespace is never the whole key', async () => {
  const { desk, blobs, run } = setUp((time) => new FakeTts(time));
  const text = 'Hello.';
  for (const more of [
    {},
    { voice: 'high' },
    { speed: 1.5 },
    { style: 'happy' as const },
    { namespace: 'a' },
    { namespace: 'b' },
  ]) {
    await run(desk.synthesize({ text, ...more }));
  }
  await run(desk.synthesize({ text: 'Other.', namespace: 'a' }));
  expect(blobs.kept.size).toBe(7);
});

test('two clients at once: spoken once', async () => {
  const { desk, run, tts } = setUp((time) => new FakeTts(time, { delayMs: 100 }));
  const both = Promise.all([desk.synthesize({ text: 'Hello.' }), desk.synthesize({ text: 'Hello.' })]);
  await run(both);
  expect((tts as FakeTts).requests).toHaveLength(1);
});

test('what a stand-in spoke is spoken again by the first choice', async () => {
  let fails = true;
  const { desk, run } = setUp((time) => {
    const first = new FakeTts(time, { failWith: () => (fails ? 'failed' : undefined) });
    return new TtsFailover([first, new WordByWordTts(time, { name: 'spare-1.0' })], { scheduler: time });
  });
  expect(await run(desk.synthesize({ text: 'Hello there.' }))).toMatchObject({
    provider: 'spare',
    cacheHit: false,
  });
  fails = false;
  expect(await run(desk.synthesize({ text: 'Hello there.' }))).toMatchObject({
    provider: 'fake-tts',
    cacheHit: false,
  });
  expect(await run(desk.synthesize({ text: 'Hello there.' }))).toMatchObject({
    provider: 'fake-tts',
    cacheHit: true,
  });
  expect(await run(desk.synthesize({ text: 'Hello there.', provider: 'spare' }))).toMatchObject({
    provider: 'spare',
  });
  expect(await desk.voices()).toEqual({ 'fake-tts': ['tone', 'high'], spare: ['spare-1.0-voice'] });
});

test('an unknown voice is the client’s mistake, a broken engine is ours', async () => {
  const { desk, run } = setUp(
    (time) => new FakeTts(time, { failWith: (text) => (text === 'Bad.' ? 'failed' : undefined) }),
  );
  const told = (asked: Promise<unknown>): Promise<unknown> => run(asked.catch((error: unknown) => error));
  expect(await told(desk.synthesize({ text: 'Hi.', voice: 'nobody' }))).toMatchObject({
    code: 'BAD_REQUEST',
    field: 'voice',
  });
  expect(await told(desk.synthesize({ text: 'Bad.' }))).toMatchObject({ code: 'TTS_FAILED' });
});

test('a long text goes to the engine in parts', async () => {
  const { desk, run, tts } = setUp((time) => new FakeTts(time));
  await run(desk.synthesize({ text: 'This is one more sentence of a very long text. '.repeat(200) }));
  const { requests } = tts as FakeTts;
  expect(requests.length).toBeGreaterThan(5);
  expect(Math.max(...requests.map(({ text }) => text.length))).toBeLessThanOrEqual(1500);
});
