import type { VadEngine } from '../../../src/speech/ports.js';

/** Lets an engine that works in the background finish. */
async function settled(engine: VadEngine, windows: number): Promise<void> {
  for (let i = 0; i < 200 && engine.stats().windows < windows; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every {@link VadEngine} keeps to. `speech` is one second or more of it, at 8 kHz. */
export function vadContract(
  name: string,
  open: () => Promise<VadEngine>,
  speech: () => Promise<Int16Array>,
): void {
  describe(`VadEngine: ${name}`, () => {
    let engine: VadEngine;
    let voice: Int16Array;
    beforeEach(async () => {
      engine = await open();
      voice = (await speech()).slice(0, 8000);
    });
    afterEach(async () => {
      await engine.close();
    });

    interface Seen {
      readonly p: number;
      readonly end: number;
    }
    const listen = async (
      chunks: readonly { pcm: Int16Array; at: number }[],
      windows: number,
    ): Promise<Seen[]> => {
      const seen: Seen[] = [];
      const stream = engine.open((p, end) => seen.push({ p, end }));
      for (const { pcm, at } of chunks) {
        stream.push(pcm, at);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await settled(engine, windows);
      stream.close();
      return seen;
    };
    const cut = (pcm: Int16Array, size: number, from = 0): { pcm: Int16Array; at: number }[] => {
      const chunks = [];
      for (let at = 0; at < pcm.length; at += size) {
        chunks.push({ pcm: pcm.subarray(at, at + size), at: from + at });
      }
      return chunks;
    };

    test('one result per window of 256 samples, in order, at absolute positions', async () => {
      const seen = await listen(cut(voice, 160, 1_000_000), 31);
      expect(seen.map(({ end }) => end)).toEqual(
        Array.from({ length: 31 }, (_, i) => 1_000_000 + 256 * (i + 1)),
      );
      for (const { p } of seen) expect(p >= 0 && p <= 1).toBe(true);
    });

    test('speech is speech and silence is silence', async () => {
      const seen = await listen(cut(voice, 160), 31);
      expect(seen.filter(({ p }) => p >= 0.5).length).toBeGreaterThan(12);
      const quiet = await listen(cut(new Int16Array(8000), 160), 62);
      expect(quiet.filter(({ p }) => p >= 0.5)).toEqual([]);
    });

    test('how the audio is cut makes no difference', async () => {
      const seen = await listen(cut(voice, 160), 31);
      const again = await listen(cut(voice, 37), 62);
      expect(again.length).toBe(seen.length);
      again.forEach(({ p }, i) => expect(p).toBeCloseTo(seen[i]?.p ?? -1, 3));
    });

    test('a gap is silence, a long gap a fresh start, an overlap is skipped', async () => {
      const gap = await listen(
        [
          { pcm: new Int16Array(256), at: 0 },
          { pcm: new Int16Array(256), at: 512 },
        ],
        3,
      );
      expect(gap.map(({ end }) => end)).toEqual([256, 512, 768]);
      const long = await listen(
        [
          { pcm: new Int16Array(300), at: 0 },
          { pcm: new Int16Array(256), at: 90_000 },
        ],
        5,
      );
      expect(long.map(({ end }) => end)).toEqual([256, 90_256]);
      const overlap = await listen(
        [
          { pcm: new Int16Array(256), at: 0 },
          { pcm: new Int16Array(256), at: 128 },
          { pcm: new Int16Array(128), at: 384 },
        ],
        7,
      );
      expect(overlap.map(({ end }) => end)).toEqual([256, 512]);
    });

    test('a closed stream is silent, the others go on', async () => {
      const seen: number[] = [];
      const first = engine.open(() => seen.push(1));
      const second = engine.open(() => seen.push(2));
      first.push(new Int16Array(100), 0);
      first.close();
      first.push(new Int16Array(256), 100);
      second.push(new Int16Array(256), 0);
      await settled(engine, 1);
      expect(seen).toEqual([2]);
      expect(engine.stats().streams).toBe(1);
    });

    test('close: open streams fall silent, a second close is harmless', async () => {
      const seen: number[] = [];
      const stream = engine.open(() => seen.push(1));
      await engine.close();
      stream.push(new Int16Array(512), 0);
      engine.open(() => seen.push(2)).push(new Int16Array(512), 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(seen).toEqual([]);
      await engine.close();
    });
  });
}
