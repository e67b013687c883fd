import { requestId } from '../../../src/kernel/ids.js';
import type { SttStreamRequest, TtsChunk, TtsStream } from '../../../src/speech/ports.js';
import { openSttStream } from '../../../src/speech/stt/segmented.js';
import { FakeStt } from '../../../src/speech/testing/fake-stt.js';
import { FakeTts, type FakeTtsOptions } from '../../../src/speech/testing/fake-tts.js';
import { openTtsStream } from '../../../src/speech/tts/text-stream.js';
import { VirtualTime } from '../../support/virtual-time.js';

describe('audio in: segments of a stream', () => {
  const time = new VirtualTime();
  const ask = (fromSample: number, toSample: number): SttStreamRequest => ({
    requestId: requestId('a'),
    fromSample,
    toSample,
    kind: 'final',
  });
  const counted = (from: number, length: number): Int16Array =>
    Int16Array.from({ length }, (_, i) => from + i);

  /** What an engine is given for a stretch of what was pushed. */
  async function cut(
    pushed: readonly (readonly [number, number])[],
    from: number,
    to: number,
    historyMs?: number,
  ): Promise<number[]> {
    const engine = new FakeStt(time);
    const stream = openSttStream(engine, {
      sampleRateHz: 8000,
      ...(historyMs === undefined ? {} : { historyMs }),
    });
    for (const [start, length] of pushed) stream.push(counted(start, length), start);
    const pending = stream.final(ask(from, to));
    await time.advance(1);
    await pending;
    return [...(engine.requests[0]?.pcm ?? [])];
  }

  test.each([
    [
      'a stretch in the middle',
      [
        [0, 160],
        [160, 160],
      ],
      158,
      162,
      [158, 159, 160, 161],
    ],
    ['a stream that begins late', [[1000, 160]], 1002, 1004, [1002, 1003]],
    [
      'a gap is silence',
      [
        [0, 4],
        [8, 4],
      ],
      2,
      10,
      [2, 3, 0, 0, 0, 0, 8, 9],
    ],
    [
      'samples that were given already are skipped',
      [
        [0, 8],
        [4, 8],
      ],
      6,
      11,
      [6, 7, 8, 9, 10],
    ],
    ['what is not there yet is left out', [[0, 8]], 6, 20, [6, 7]],
  ] as const)('%s', async (_, pushed, from, to, heard) => {
    expect(await cut(pushed, from, to)).toEqual(heard);
  });

  test('history is bounded, a gap longer than it too', async () => {
    expect(
      await cut(
        [
          [0, 100],
          [100, 100],
        ],
        0,
        200,
        10,
      ),
    ).toHaveLength(80);
    expect(
      (
        await cut(
          [
            [0, 80],
            [100_000, 4],
          ],
          99_990,
          100_004,
          10,
        )
      ).slice(-4),
    ).toEqual([...counted(100_000, 4)]);
  });

  test('closed: open and later requests are aborted', async () => {
    const stream = openSttStream(new FakeStt(time, () => ({ text: 'late', delayMs: 1000 })), {
      sampleRateHz: 8000,
    });
    stream.push(counted(0, 160), 0);
    const open = stream.final(ask(0, 160));
    stream.close();
    const aborted = { ok: false, error: { code: 'aborted' } };
    expect([await open, await stream.final(ask(0, 160))]).toMatchObject([aborted, aborted]);
  });
});

describe('text out: sentences of a stream', () => {
  function speaking(options: FakeTtsOptions = {}, signal?: AbortSignal) {
    const time = new VirtualTime();
    const engine = new FakeTts(time, options);
    const chunks: TtsChunk[] = [];
    const stream = openTtsStream(engine, {
      requestId: requestId('t'),
      sampleRateHz: 8000,
      onChunk: (chunk) => chunks.push(chunk),
      ...(signal === undefined ? {} : { signal }),
    });
    return { time, engine, stream, chunks, texts: () => engine.requests.map(({ text }) => text) };
  }
  const append = (stream: TtsStream, ...parts: readonly string[]): void => {
    for (const part of parts) stream.append(part);
  };

  test('a sentence is spoken when the next one has begun, the rest at the end', async () => {
    const { time, stream, texts } = speaking();
    append(stream, 'The office is op', 'en. It cl');
    await time.advance(10);
    expect(texts()).toEqual(['The office is open.']);
    append(stream, 'oses at five.');
    stream.end();
    await time.advance(10);
    expect(texts()).toEqual(['The office is open.', 'It closes at five.']);
    expect(await stream.done).toMatchObject({ ok: true });
  });

  test('chunks follow each other without gaps, marks count through the whole text, the last one says so', async () => {
    const { time, stream, chunks } = speaking();
    const text = 'One two. Three four. Five.';
    append(stream, ...(text.match(/.{1,3}/gs) ?? []));
    stream.end();
    await time.advance(10);
    let startMs = 0;
    for (const chunk of chunks) {
      expect(chunk.startMs).toBeCloseTo(startMs, 6);
      startMs += chunk.pcm.length / 8;
    }
    const marks = chunks.flatMap((chunk) => chunk.marks);
    expect(marks.map((mark) => text.slice(mark.charStart, mark.charEnd))).toEqual(text.split(' '));
    expect(marks.map((mark) => mark.startMs)).toEqual(
      marks.map((mark) => mark.startMs).toSorted((a, b) => a - b),
    );
    expect(chunks.map(({ last }) => last)).toEqual([false, false, true]);
    expect(await stream.done).toMatchObject({ ok: true, value: { durationMs: startMs } });
  });

  test('the end comes after everything was spoken: an empty last chunk', async () => {
    const { time, stream, chunks } = speaking();
    append(stream, 'One. Two. ');
    await time.advance(10);
    stream.end();
    await time.advance(10);
    expect(chunks.at(-1)).toMatchObject({ last: true });
    expect(chunks.filter(({ last }) => last)).toHaveLength(1);
  });

  test('nothing at all is an empty last chunk', async () => {
    const { stream, chunks } = speaking();
    stream.end();
    expect(await stream.done).toMatchObject({ ok: true, value: { durationMs: 0 } });
    expect(chunks).toMatchObject([{ last: true, marks: [] }]);
  });

  test('cancelled: no chunk comes afterwards, and what was said later is ignored', async () => {
    const { time, engine, stream, chunks } = speaking({ delayMs: 100 });
    append(stream, 'One. Two. Three');
    await time.advance(50);
    stream.cancel();
    append(stream, ' and four. Five.');
    stream.end();
    await time.advance(1000);
    expect(chunks).toEqual([]);
    expect(engine.requests).toHaveLength(1);
    expect(await stream.done).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  test('a signal cancels too', async () => {
    const abort = new AbortController();
    const { stream } = speaking({ delayMs: 100 }, abort.signal);
    append(stream, 'One. Two');
    abort.abort();
    expect(await stream.done).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  test('a sentence that fails ends it', async () => {
    const { time, stream, chunks } = speaking({
      failWith: (text) => (text === 'Two.' ? 'failed' : undefined),
    });
    append(stream, 'One. Two. Three.');
    stream.end();
    await time.advance(10);
    expect(await stream.done).toMatchObject({ ok: false, error: { code: 'failed' } });
    expect(chunks).toHaveLength(1);
  });

  test('text that comes faster than it is spoken is bounded', async () => {
    const { engine, stream } = speaking({ delayMs: 100 });
    const { maxTextChars } = engine.capabilities;
    append(stream, 'a'.repeat(maxTextChars), 'b');
    expect(await stream.done).toMatchObject({ ok: false, error: { code: 'overloaded' } });
  });
});
