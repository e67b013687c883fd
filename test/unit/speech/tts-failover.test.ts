import { requestId } from '../../../src/kernel/ids.js';
import type { Result } from '../../../src/kernel/result.js';
import type { TtsChunk, TtsError, TtsRequest, TtsSpeech } from '../../../src/speech/ports.js';
import { WordByWordTts, type WordByWordOptions } from '../../../src/speech/testing/word-by-word-tts.js';
import { TtsFailover, type TtsFailoverOptions } from '../../../src/speech/tts/failover.js';
import type { AttemptReport } from '../../../src/speech/tts/spliced-speech.js';
import { VirtualTime } from '../../support/virtual-time.js';

const TEXT = 'We close at noon today, and nobody answers before Monday.';
const WORDS = TEXT.split(' ');

/** What a caller hears who plays audio as it comes. */
class Listener {
  readonly chunks: TtsChunk[] = [];
  gapMs = 0;
  #playedTo: number | undefined;

  constructor(private readonly time: VirtualTime) {}

  hear = (chunk: TtsChunk): void => {
    this.chunks.push(chunk);
    const now = this.time.now();
    if (this.#playedTo !== undefined) this.gapMs = Math.max(this.gapMs, now - this.#playedTo);
    this.#playedTo = Math.max(this.#playedTo ?? now, now) + chunk.pcm.length / 8;
  };

  /** Words by the marks, and the lengths of words by the audio. */
  heard(): { words: string[]; lengths: number[] } {
    const pcm = this.chunks.flatMap((chunk) => [...chunk.pcm]);
    const lengths: number[] = [];
    for (let i = 0; i + 2400 <= pcm.length; i += 2400) lengths.push((pcm[i] ?? 0) - 1000);
    return { words: this.chunks.flatMap((chunk) => chunk.marks.map(({ text }) => text)), lengths };
  }
}

const WHOLE = { words: WORDS, lengths: WORDS.map((word) => word.length) };

function setUp(all: readonly Omit<WordByWordOptions, 'name'>[], more: TtsFailoverOptions = {}) {
  const time = new VirtualTime();
  const engines = all.map((options, place) => new WordByWordTts(time, { name: `e${place}`, ...options }));
  const reports: AttemptReport[] = [];
  const tts = new TtsFailover(engines as unknown as [WordByWordTts], {
    scheduler: time,
    onAttempt: (report) => reports.push(report),
    ...more,
  });
  const listener = new Listener(time);
  const say = async (request: Partial<TtsRequest> = {}): Promise<Result<TtsSpeech, TtsError>> => {
    const done = tts.synthesize({
      requestId: requestId('s'),
      text: TEXT,
      sampleRateHz: 8000,
      onChunk: listener.hear,
      ...request,
    });
    await time.advance(20_000);
    return done;
  };
  return { time, engines, tts, listener, say, reports };
}

test.each([1, 2, 3, 5, 8, 11])(
  'breaks off after %i pieces: every word once, in order, no gap over 500 ms',
  async (failAfter) => {
    const { engines, listener, say } = setUp([{ failAfter }, {}]);
    const result = await say();
    expect(result).toMatchObject({ ok: true, value: { engine: 'e1', cacheHit: false } });
    expect(listener.heard()).toEqual(WHOLE);
    expect(listener.gapMs).toBeLessThanOrEqual(500);
    expect(engines[1]?.texts).toHaveLength(1);
    expect(listener.chunks.map(({ last }) => last)).toEqual(
      listener.chunks.map((_, i) => i === listener.chunks.length - 1),
    );
  },
);

test.each([1, 2, 3, 6, 10])(
  'stalls after %i pieces: the next goes on before the caller has waited 500 ms',
  async (stallAfter) => {
    const { engines, listener, say, tts } = setUp([{ stallAfter, everyMs: 150 }, { firstMs: 150 }]);
    expect(await say()).toMatchObject({ ok: true, value: { engine: 'e1' } });
    expect(listener.heard()).toEqual(WHOLE);
    expect(listener.gapMs).toBeLessThanOrEqual(500);
    expect(engines[0]?.abandoned).toBe(1);
    await say();
    await say();
    expect(tts.phases()).toEqual(['open', 'closed']);
  },
);

test('stalls and comes back before the next engine is heard: it goes on itself, and the other is given up', async () => {
  const { engines, listener, say, tts } = setUp([{ stallAfter: 3, resumeMs: 700 }, { firstMs: 2000 }]);
  expect(await say()).toMatchObject({ ok: true, value: { engine: 'e0' } });
  expect(listener.heard()).toEqual(WHOLE);
  expect(engines[1]?.abandoned).toBe(1);
  expect(tts.phases()).toEqual(['closed', 'closed']);
});

test('three engines, two of which break off in the middle', async () => {
  const { engines, listener, say } = setUp([{ failAfter: 4 }, { failAfter: 3 }, {}]);
  expect(await say()).toMatchObject({ ok: true, value: { engine: 'e2' } });
  expect(listener.heard()).toEqual(WHOLE);
  expect(engines.map(({ texts }) => texts[0]?.split(' ')[0])).toEqual(['We', 'at', 'today,']);
});

test('the last one breaks off too: an error after what was heard, and nothing twice', async () => {
  const { listener, say } = setUp([{ failAfter: 4 }, { failAfter: 3 }]);
  expect(await say()).toMatchObject({ ok: false, error: { code: 'failed' } });
  expect(WORDS.slice(0, listener.heard().words.length)).toEqual(listener.heard().words);
});

test('no first audio: the next engine is asked at the time that the first usually needs twice', async () => {
  const { listener, say, reports } = setUp([{ firstMs: 5000, firstAudioMs: 200 }, {}]);
  expect(await say()).toMatchObject({ ok: true, value: { engine: 'e1' } });
  expect(listener.heard()).toEqual(WHOLE);
  expect(reports.map(({ engine, outcome }) => `${engine} ${outcome}`)).toEqual(['e0 stalled', 'e1 spoken']);
});

test('a wrong key is not tried again; too many requests are', async () => {
  const key = setUp([{ failAfter: 0, failure: 'auth' }, {}]);
  await key.say();
  await key.say();
  expect(key.engines[0]?.texts).toHaveLength(1);
  const rate = setUp([{ failAfter: 0, failure: 'rate_limit' }, {}]);
  for (let i = 0; i < 5; i++) await rate.say();
  expect(rate.engines[0]?.texts).toHaveLength(5);
});

test('a caller who has enough: everything is given up, no engine is blamed', async () => {
  const { time, engines, tts, listener } = setUp([{}, {}]);
  const abort = new AbortController();
  const done = tts.synthesize({
    requestId: requestId('s'),
    text: TEXT,
    sampleRateHz: 8000,
    signal: abort.signal,
    onChunk: listener.hear,
  });
  await time.advance(450);
  abort.abort();
  const heard = listener.chunks.length;
  await time.advance(5000);
  expect(await done).toMatchObject({ ok: false, error: { code: 'aborted' } });
  expect(listener.chunks).toHaveLength(heard);
  expect(engines[0]?.abandoned).toBe(1);
  expect(tts.phases()).toEqual(['closed', 'closed']);
});

test('slow engines are never asked in a call, first of all when nobody waits', async () => {
  const all: Omit<WordByWordOptions, 'name'>[] = [
    { latency: 'batch', firstAudioMs: 180_000 },
    { latency: 'slow', firstAudioMs: 5000 },
    {},
  ];
  expect(await setUp(all).say()).toMatchObject({ ok: true, value: { engine: 'e2' } });
  expect(await setUp(all).say({ rendering: true })).toMatchObject({ ok: true, value: { engine: 'e0' } });
});

test('auto leaves out whoever would miss the budget with this text', async () => {
  const all: Omit<WordByWordOptions, 'name'>[] = [{ latency: 'fast', firstAudioMs: 900 }, {}];
  expect(await setUp(all, { auto: true, budgetMs: 1050 }).say({ text: 'Yes.' })).toMatchObject({
    value: { engine: 'e0' },
  });
  expect(await setUp(all, { auto: true, budgetMs: 1050 }).say()).toMatchObject({ value: { engine: 'e1' } });
});

test('text that is still being written is spoken across a fail-over', async () => {
  const { time, tts, listener } = setUp([{ failAfter: 3 }, {}]);
  const stream = tts.openStream({ requestId: requestId('s'), sampleRateHz: 8000, onChunk: listener.hear });
  stream.append('We close at noon today. And nobody ');
  await time.advance(500);
  stream.append('answers before Monday.');
  stream.end();
  await time.advance(20_000);
  expect(await stream.done).toMatchObject({ ok: true });
  expect(listener.heard().words.join(' ')).toBe('We close at noon today. And nobody answers before Monday.');
  expect(listener.chunks.filter(({ last }) => last)).toHaveLength(1);
});

test('engines that are alike take turns', async () => {
  const { engines, say } = setUp([{}, {}, {}], { alike: 2 });
  for (let i = 0; i < 4; i++) await say();
  expect(engines.map(({ texts }) => texts.length)).toEqual([2, 2, 0]);
});

test('an engine that does not tell its voices is asked for any; one that does is not', async () => {
  const { engines, tts, say } = setUp([{ failAfter: 0 }, {}]);
  const asked: (string | undefined)[] = [];
  for (const engine of engines) {
    const speak = engine.synthesize.bind(engine);
    Object.assign(engine, {
      synthesize: (request: TtsRequest) => {
        asked.push(request.voice);
        return speak(request);
      },
    });
  }
  expect(await say({ voice: 'nova' })).toMatchObject({ ok: false, error: { code: 'invalid' } });
  Object.assign(engines[0] ?? {}, { voices: () => [] });
  expect(await say({ voice: 'nova' })).toMatchObject({ ok: true });
  expect(asked).toEqual(['nova', undefined]);
  expect(tts.voices().map(({ id }) => id)).toEqual(['e1-voice']);
});
