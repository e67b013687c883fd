import { monoMs, rtpTs, type MonoMs } from '../../../src/kernel/time.js';
import { PCMU, type Codec } from '../../../src/media/core/codec.js';
import type { FrameSource } from '../../../src/media/core/frame-assembler.js';
import { ReceiveStream } from '../../../src/media/core/receive-stream.js';

/** A codec whose payload is one byte that every sample of the frame becomes; `[value, samples / 20]`. */
const CODEC: Codec = {
  ...PCMU.create(),
  decode(payload, out) {
    const [value, units] = payload;
    if (value === undefined || value === 255) return -1;
    const length = (units ?? 8) * 20;
    out.fill(value * 100, 0, length);
    return length;
  },
};

interface Frame {
  readonly start: number;
  /** First sample over 100: names the packet it comes from. */
  readonly value: number;
  readonly source: FrameSource;
  readonly at: MonoMs;
}

class Bench {
  readonly frames: Frame[] = [];
  readonly stream: ReceiveStream;
  now = 0;

  constructor(o: ConstructorParameters<typeof ReceiveStream>[1] = {}) {
    this.stream = new ReceiveStream((pcm, start, source, at) => {
      this.frames.push({ start, value: Math.round((pcm[0] as number) / 100), source, at });
    }, o);
    this.stream.setActive(true, monoMs(0));
  }

  /** Packet `n` of a 20 ms stream, with sequence and timestamp that follow from it unless told. */
  packet(
    n: number,
    at: number,
    o: { seq?: number; ts?: number; value?: number; units?: number; codec?: Codec } = {},
  ): void {
    this.now = at;
    const payload = Uint8Array.of(o.value ?? (n % 200) + 1, o.units ?? 8);
    this.stream.packet(
      monoMs(at),
      (o.seq ?? n) & 0xffff,
      rtpTs(o.ts ?? n * 160),
      'codec' in o ? o.codec : CODEC,
      payload,
    );
  }

  /** Runs the 20 ms clock up to `until`. */
  ticks(until: number): void {
    for (; this.now < until;) {
      this.now += 20;
      this.stream.tick(monoMs(this.now));
    }
  }

  values(): number[] {
    return this.frames.map((frame) => frame.value);
  }

  sources(): string {
    return this.frames.map((frame) => frame.source[0]).join('');
  }

  expectContiguous(): void {
    this.frames.forEach((frame, i) => expect(frame.start).toBe(i * 160));
  }
}

describe('order', () => {
  test('in order: released at once, each with its own time of arrival', () => {
    const bench = new Bench();
    for (let n = 0; n < 4; n++) bench.packet(n, n * 20 + 3);
    expect(bench.values()).toEqual([1, 2, 3, 4]);
    expect(bench.frames.map((frame) => frame.at)).toEqual([3, 23, 43, 63]);
    expect(bench.sources()).toBe('rrrr');
    bench.expectContiguous();
  });

  test('0 2 1 3: the second waits for the first, nothing is lost', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(2, 20);
    expect(bench.values()).toEqual([1]);
    bench.packet(1, 25);
    expect(bench.values()).toEqual([1, 2, 3]);
    bench.packet(3, 60);
    expect(bench.values()).toEqual([1, 2, 3, 4]);
    expect(bench.stream.stats).toMatchObject({ late: 0, missing: 0, concealedSamples: 0 });
    bench.expectContiguous();
  });

  test('0 2 3, gap given up, late 1: one frame concealed, the late packet counted and not fed', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(2, 40);
    expect(bench.stream.nextDeadline()).toBe(60);
    bench.ticks(40);
    expect(bench.values()).toEqual([1]);
    bench.packet(3, 60);
    expect(bench.sources()).toBe('rcrr');
    bench.packet(1, 65);
    expect(bench.stream.stats).toMatchObject({ late: 1, missing: 1, concealedSamples: 160 });
    expect(bench.stream.nextDeadline()).toBeUndefined();
    bench.expectContiguous();
  });

  test('two gaps: each waits from the packet behind it', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(2, 40);
    bench.packet(4, 55);
    bench.stream.tick(monoMs(60));
    expect(bench.sources()).toBe('rcr');
    expect(bench.stream.nextDeadline()).toBe(75);
    bench.packet(3, 70);
    expect(bench.sources()).toBe('rcrrr');
  });

  test('duplicates of released and of waiting packets are dropped', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(0, 1);
    bench.packet(2, 2);
    bench.packet(2, 3);
    bench.packet(1, 4);
    expect(bench.values()).toEqual([1, 2, 3]);
    expect(bench.stream.stats.duplicates).toBe(2);
  });

  test('sequence and timestamp wrap in the same stream', () => {
    const bench = new Bench();
    for (let n = 0; n < 6; n++) bench.packet(n, n * 20, { seq: 65_533 + n, ts: 0xffffffff - 300 + n * 160 });
    expect(bench.values()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.stream.stats.reanchored).toBe(0);
  });

  test('a gap across the wrap is concealed like any other', () => {
    const bench = new Bench();
    for (const n of [0, 1, 3, 4]) {
      bench.packet(n, n * 20, { seq: 65_534 + n, ts: 0xffffffff - 300 + n * 160 });
    }
    expect(bench.sources()).toBe('rrcrr');
  });

  test('DTMF packets take places in the sequence and feed nothing', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(1, 20, { codec: undefined as never });
    bench.packet(2, 40, { ts: 160 });
    expect(bench.values()).toEqual([1, 3]);
    expect(bench.stream.stats.missing).toBe(0);
  });

  test('unreadable payloads are counted and their time is filled', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(1, 20, { value: 255 });
    bench.packet(2, 40);
    expect(bench.stream.stats.unreadable).toBe(1);
    expect(bench.frames.map((frame) => frame.start)).toEqual([0, 160, 320]);
    expect(bench.values()[2]).toBe(3);
  });

  test.each([
    ['10 ms packets', 4, 80],
    ['30 ms packets', 12, 240],
    ['60 ms packets', 24, 480],
  ])('%s become frames of 20 ms', (_name, units, samples) => {
    const bench = new Bench();
    for (let n = 0; n < 12; n++) bench.packet(n, (n * samples) / 8, { ts: n * samples, units });
    bench.expectContiguous();
    expect(bench.frames.length).toBe(Math.floor((12 * samples) / 160));
    expect(bench.sources()).toMatch(/^r+$/);
  });
});

describe('silence by the clock', () => {
  test('nothing ever comes: from 60 ms on one frame per 20 ms', () => {
    const bench = new Bench();
    bench.ticks(40);
    expect(bench.frames).toEqual([]);
    bench.ticks(60);
    expect(bench.sources()).toBe('s');
    bench.ticks(1000);
    expect(bench.frames.length).toBe((1000 - 60) / 20 + 1);
    bench.expectContiguous();
  });

  test('speech, pause without packets, speech with its timestamps running: nothing goes backwards, nothing is lost', () => {
    const bench = new Bench();
    for (let n = 0; n < 5; n++) bench.packet(n, n * 20);
    bench.ticks(580);
    // The pause lasted 25 packets of time; the sender sent none and its sequence goes on.
    bench.packet(5, 600, { ts: 30 * 160 });
    bench.packet(6, 620, { ts: 31 * 160 });
    bench.expectContiguous();
    expect(bench.sources()).toBe(`rrrrr${'s'.repeat(25)}rr`);
    expect(bench.frames.at(-2)).toMatchObject({ start: 30 * 160, value: 6 });
    expect(bench.stream.stats.reanchored).toBe(0);
  });

  test('the sender froze its timestamps while muted: audio goes on right behind the silence', () => {
    const bench = new Bench();
    for (let n = 0; n < 3; n++) bench.packet(n, n * 20);
    bench.ticks(300);
    const before = bench.frames.length;
    bench.packet(3, 310);
    bench.expectContiguous();
    expect(bench.frames[before]).toMatchObject({ value: 4, source: 'received' });
    expect(bench.stream.stats.reanchored).toBe(1);
  });

  test('a stall, then everything at once: all speech is kept, the index comes back to real time in quiet', () => {
    const bench = new Bench();
    for (let n = 0; n < 5; n++) bench.packet(n, n * 20);
    bench.ticks(480);
    for (let n = 5; n < 25; n++) bench.packet(n, 481, { value: 50 });
    bench.expectContiguous();
    const fed = bench.frames.filter((frame) => frame.source === 'received').length;
    expect(fed).toBe(25);
    const ahead = bench.stream.end / 8 - 500;
    expect(ahead).toBeGreaterThan(300);
    // Quiet packets at the usual pace: left out until the index is close to real time again.
    for (let n = 25; n < 75; n++) bench.packet(n, 500 + (n - 25) * 20, { value: 0 });
    expect(bench.stream.end / 8 - 1500).toBeLessThanOrEqual(100);
    expect(bench.stream.stats.trimmedSamples).toBeGreaterThan(0);
    bench.expectContiguous();
  });

  test('60 ms packets at their pace are no silence', () => {
    const bench = new Bench();
    for (let n = 0; n < 5; n++) {
      bench.packet(n, n * 60, { ts: n * 480, units: 24 });
      bench.ticks(n * 60 + 60);
    }
    expect(bench.sources()).toMatch(/^r+$/);
  });

  test('the end of the stream: a loss is not concealed for ever, silence takes over', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.ticks(200);
    expect(bench.sources()).toBe(`r${'s'.repeat(8)}`);
  });
});

describe('time lines', () => {
  test('a burst loss of 400 ms: 60 ms concealed, the rest silence, the index right', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    for (let n = 21; n < 24; n++) bench.packet(n, 40 + n);
    bench.stream.tick(monoMs(100));
    expect(bench.sources()).toBe(`rccc${'s'.repeat(17)}rrr`);
    bench.expectContiguous();
  });

  test('a timestamp step is a new time line, not an hour of silence', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(1, 20, { ts: 5_000_000 });
    bench.packet(2, 40, { ts: 5_000_160 });
    expect(bench.values()).toEqual([1, 2, 3]);
    expect(bench.stream.stats.reanchored).toBe(1);
  });

  test('a stray sequence number is ignored; a restarted sender is taken with its second packet', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.packet(1, 20, { seq: 30_000 });
    bench.packet(1, 21);
    bench.packet(40, 40, { seq: 30_000, ts: 7 });
    bench.packet(41, 60, { seq: 30_001, ts: 167 });
    expect(bench.values()).toEqual([1, 2, 42]);
    bench.expectContiguous();
  });

  test('hold: nothing is fed and the index stands; afterwards it goes on', () => {
    const bench = new Bench();
    bench.packet(0, 0);
    bench.stream.setActive(false, monoMs(10));
    bench.packet(1, 20);
    bench.ticks(1000);
    expect(bench.values()).toEqual([1]);
    bench.stream.setActive(true, monoMs(1000));
    bench.packet(90, 1010);
    expect(bench.frames.at(-1)).toMatchObject({ start: 160, value: 91 });
  });
});

test('memory stays bounded: a flood with gaps everywhere holds at most 64 packets', () => {
  const bench = new Bench();
  let most = 0;
  for (let n = 0; n < 20_000; n += 2) {
    bench.packet(n, 0);
    most = Math.max(most, bench.stream.held);
  }
  expect(most).toBeLessThanOrEqual(64);
  expect(bench.stream.held).toBeLessThanOrEqual(64);
});
