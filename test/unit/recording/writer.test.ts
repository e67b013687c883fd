import { parseWav } from '../../../src/kernel/wav.js';
import { recover } from '../../../src/recording/recover.js';
import { MAX_QUEUED_BYTES, RecordingWriter } from '../../../src/recording/writer.js';
import { MemoryStreams } from '../../support/memory-streams.js';

const ABOUT = { id: 'r1', callId: 'c1', startedAtMs: 1_800_000_000_000, offsetMs: 40, consent: 'given' };
const NAME = 'r1.wav';
/** 250 ms of both sides at 8 kHz. */
const piece = (left: number, right: number): Int16Array =>
  Int16Array.from({ length: 2 * 2000 }, (_none, i) => (i % 2 === 0 ? left : right));

function writing(files = new MemoryStreams()): {
  files: MemoryStreams;
  writer: RecordingWriter;
  failures: unknown[];
} {
  const failures: unknown[] = [];
  const writer = new RecordingWriter(ABOUT, 8000, files.create(NAME), (cause) => failures.push(cause));
  return { files, writer, failures };
}

function audio(bytes: Uint8Array | undefined): { rate: number; left: number[]; right: number[]; ms: number } {
  const wav = parseWav(bytes ?? new Uint8Array(0));
  if (!wav.ok) throw new Error(wav.error);
  const [left, right] = wav.value.channels as readonly [Int16Array, Int16Array];
  const every = (side: Int16Array): number[] => [...side.filter((_none, i) => i % 2000 === 0)];
  return { rate: wav.value.sampleRateHz, left: every(left), right: every(right), ms: left.length / 8 };
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe('writing a recording', () => {
  test('is a WAV file with both sides, its length in the head', async () => {
    const { files, writer, failures } = writing();
    writer.push(piece(1000, 2000));
    writer.push(piece(3000, 4000));
    const written = await writer.finish();
    expect(written).toMatchObject({ durationMs: 500, bytes: 512 + 4 * 4000 });
    expect(files.finished.get(NAME)).toHaveLength(512 + 4 * 4000);
    expect(audio(files.finished.get(NAME))).toEqual({
      rate: 8000,
      left: [1000, 3000],
      right: [2000, 4000],
      ms: 500,
    });
    expect([...(written?.peaks.bytes ?? [])].slice(0, 4)).toEqual([0, 3, 0, 7]);
    expect(failures).toEqual([]);
  });

  test('silence goes over what was written, in the file and in its shape', async () => {
    const { files, writer } = writing();
    writer.push(piece(1000, 2000));
    await settle();
    writer.push(piece(3000, 4000));
    writer.blank(200, 300);
    const written = await writer.finish();
    const { left } = audio(files.finished.get(NAME));
    expect(left).toEqual([1000, 0]);
    const shape = [...(written?.peaks.bytes ?? [])];
    expect(shape.slice(4 * 10, 4 * 15)).toEqual(new Array(20).fill(0));
    expect(shape[4 * 9 + 1]).toBe(3);
  });

  test('a disk that hangs bounds what is kept in memory, and is told of once', async () => {
    const files = new MemoryStreams();
    files.gate = new Promise(() => undefined);
    const { writer, failures } = writing(files);
    for (let k = 0; k < 1000; k++) {
      writer.push(piece(1, 1));
      if (k % 10 === 0) await settle();
      expect(writer.queuedBytes).toBeLessThanOrEqual(MAX_QUEUED_BYTES);
    }
    expect(failures).toHaveLength(1);
  });

  test('a disk that is full keeps what it took; a later start closes the file', async () => {
    const { files, writer, failures } = writing();
    writer.push(piece(1000, 2000));
    await settle();
    files.full = true;
    writer.push(piece(3000, 4000));
    await settle();
    expect(failures).toHaveLength(1);
    expect(await writer.finish()).toBeUndefined();
    files.full = false;
    const { file, size } = await files.reopen(NAME);
    const found = await recover({
      file,
      size,
      read: (from, length) => files.readUnfinished(NAME, from, length),
    });
    expect(found).toMatchObject({ about: ABOUT, rate: 8000, durationMs: 250 });
    expect(audio(files.finished.get(NAME))).toMatchObject({ left: [1000], ms: 250 });
  });

  test('a file that a crash cut in the middle of a sample is played as far as it goes', async () => {
    const { files, writer } = writing();
    writer.push(piece(1000, 2000));
    await settle();
    const cut = files.unfinished.get(NAME)?.slice(0, -3) ?? new Uint8Array(0);
    files.unfinished.set(NAME, cut);
    const { file, size } = await files.reopen(NAME);
    const found = await recover({
      file,
      size,
      read: (from, length) => files.readUnfinished(NAME, from, length),
    });
    expect(found?.bytes).toBe(512 + 4 * 1999);
    expect(audio(files.finished.get(NAME)).ms).toBe(1999 / 8);
  });

  test.each([
    ['nothing but the head', (whole: Uint8Array) => whole.slice(0, 512)],
    ['less than the head', (whole: Uint8Array) => whole.slice(0, 100)],
    ['something else', () => new Uint8Array(5000).fill(7)],
  ])('a file with %s is removed', async (_what, damage) => {
    const { files, writer } = writing();
    writer.push(piece(1, 1));
    await settle();
    files.unfinished.set(NAME, damage(files.unfinished.get(NAME) ?? new Uint8Array(0)));
    const { file, size } = await files.reopen(NAME);
    const found = await recover({
      file,
      size,
      read: (from, length) => files.readUnfinished(NAME, from, length),
    });
    expect(found).toBeUndefined();
    await expect(files.names()).resolves.toEqual({ finished: [], unfinished: [] });
  });

  test('what is discarded leaves nothing, also while it is being written', async () => {
    const { files, writer } = writing();
    writer.push(piece(1, 1));
    await writer.discard();
    expect(await files.names()).toEqual({ finished: [], unfinished: [] });
  });
});
