import { monoMs, rtpTs } from '../../../src/kernel/time.js';
import { Intervals } from '../../../src/recording/core/intervals.js';
import { PeakBook } from '../../../src/recording/core/peaks.js';
import { StereoTimeline } from '../../../src/recording/core/timeline.js';

const frame = (value: number): Int16Array => new Int16Array(160).fill(value);

/** A line at 8 kHz, and what came of it by 20 ms: the first sample of both sides. */
class Line {
  readonly intervals = new Intervals();
  readonly pieces: Int16Array[] = [];
  readonly timeline = new StereoTimeline(8000, monoMs(1000), this.intervals, (piece) =>
    this.pieces.push(piece),
  );

  /** Packet `k` of 20 ms from a clock that begins at `offset`, at `arrivedMs` after the start. */
  packet(k: number, arrivedMs: number, value = 1000 + k, stream = 7, offset = 4_294_967_000): void {
    const timestamp = rtpTs((offset + 160 * k) % 2 ** 32);
    this.timeline.received(monoMs(1000 + arrivedMs), { stream, timestamp, ticksPerSample: 1 }, frame(value));
  }

  sent(fromMs: number, toMs: number, value = 500): void {
    for (let at = fromMs; at < toMs; at += 20) this.timeline.sent(monoMs(1000 + at), frame(value));
  }

  finish(atMs: number): number {
    return this.timeline.finish(monoMs(1000 + atMs));
  }

  get samples(): Int16Array {
    const all = new Int16Array(this.pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  side(which: 0 | 1): number[] {
    const { samples } = this;
    return Array.from(
      { length: Math.ceil(samples.length / 320) },
      (_none, k) => samples[320 * k + which] ?? -1,
    );
  }
}

describe('the stereo line', () => {
  test('packets lie where their clock says, whatever their order; what is missing is silence', () => {
    const line = new Line();
    line.packet(0, 20);
    line.packet(2, 60);
    line.packet(1, 65);
    line.packet(4, 100);
    line.sent(0, 120);
    expect(line.finish(120)).toBe(120);
    expect(line.side(0)).toEqual([1000, 1001, 1002, 0, 1004, 0]);
    expect(line.side(1)).toEqual([500, 500, 500, 500, 500, 500]);
    expect(line.timeline.stats).toEqual({ packets: 4, late: 0, ahead: 0 });
  });

  test('a late packet finds its place until that is written, and is counted afterwards', () => {
    const line = new Line();
    line.packet(0, 20);
    line.sent(0, 500);
    line.packet(1, 500);
    line.sent(500, 1200);
    line.packet(2, 1200);
    line.finish(1200);
    expect(line.side(0).slice(0, 4)).toEqual([1000, 1001, 0, 0]);
    expect(line.timeline.stats).toEqual({ packets: 3, late: 1, ahead: 0 });
  });

  test('after a stall what was held up is left out, and a clock that stays behind is believed', () => {
    const line = new Line();
    line.packet(0, 20);
    line.sent(0, 2000);
    for (let k = 1; k < 40; k++) line.packet(k, 2000 + k);
    for (let k = 40; k < 80; k++) {
      line.sent(2000 + 20 * (k - 40), 2020 + 20 * (k - 40));
      line.packet(k, 2020 + 20 * (k - 40));
    }
    line.sent(2800, 3600);
    line.finish(3600);
    const heard = line.side(0).filter((value) => value > 0);
    // In order, once each, and none of them before it came.
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
    expect(new Set(heard).size).toBe(heard.length);
    expect(heard.at(-1)).toBe(1079);
    expect(line.timeline.stats.late).toBeGreaterThan(20);
  });

  test('another sender is placed by its time of arrival', () => {
    const line = new Line();
    line.packet(0, 20);
    line.packet(900, 220, 9, 8, 12_345);
    line.sent(0, 240);
    line.finish(240);
    expect(line.side(0)).toEqual([1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0]);
  });

  test('frames that the sender leaves out are silence; those it makes up for are not', () => {
    const line = new Line();
    line.sent(0, 40);
    // Three at once, then a hole of 200 ms.
    for (let k = 0; k < 3; k++) line.timeline.sent(monoMs(1000 + 100), frame(7));
    line.sent(300, 320, 8);
    line.finish(320);
    expect(line.side(1)).toEqual([500, 500, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8]);
  });

  test('a clock that is 1 % slow is followed in the pauses: sound stays within 100 ms of its time', () => {
    const line = new Line();
    for (let k = 0; k < 3000; k++) {
      const at = 20 * (k + 1) * 1.01;
      const isPause = k % 100 > 80;
      line.packet(k, at, isPause ? 0 : 1000);
      line.timeline.sent(monoMs(1000 + 20 * k * 1.01), frame(0));
    }
    line.finish(3000 * 20.2);
    const sound = line.side(0).map((value) => value > 0);
    // The last stretch of sound ends 19 packets before the last one.
    const end = sound.lastIndexOf(true) * 20;
    expect(Math.abs(end - (3000 - 19) * 20.2)).toBeLessThan(100);
    expect(line.timeline.stats.late).toBe(0);
  });

  test('a pause is silence of equal length, and so is a secret with what follows it closely', () => {
    const line = new Line();
    line.intervals.begin('paused', 200);
    line.sent(0, 400);
    line.intervals.end('paused', 400);
    line.intervals.begin('secret', 600);
    line.sent(400, 800);
    line.intervals.end('secret', 800 + 100);
    line.sent(800, 1000);
    line.finish(1000);
    const silent = line.side(1).flatMap((value, k) => (value === 0 ? [20 * k] : []));
    expect(silent).toEqual([...range(200, 400), ...range(600, 900)]);
    expect(line.samples.length / 2 / 8).toBe(1000);
  });

  test('a process that stood still for longer than the line holds goes on where the clock is', () => {
    const line = new Line();
    line.sent(0, 100);
    line.sent(10_000, 10_100, 9);
    expect(line.finish(10_100)).toBe(10_100);
    expect(line.side(1).slice(-5)).toEqual([9, 9, 9, 9, 9]);
    expect(line.side(1).filter((value) => value === 500)).toHaveLength(5);
  });
});

const range = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 20 }, (_none, k) => from + 20 * k);

describe('peaks', () => {
  test('each bucket has the least and the greatest sample of both sides', () => {
    const book = new PeakBook(8000);
    const stereo = new Int16Array(2 * 320);
    stereo[0] = 25_600;
    stereo[1] = -25_600;
    stereo[2 * 200] = -12_800;
    book.push(stereo.slice(0, 100));
    book.push(stereo.slice(100));
    expect(book.peaks.bucketMs).toBe(20);
    expect([...book.peaks.bytes]).toEqual([0, 100, -100, 0, -50, 0, 0, 0]);
  });

  test('an hour takes no more room than a minute, and its loudest moment stays', () => {
    const book = new PeakBook(8000);
    const second = new Int16Array(2 * 8000);
    for (let k = 0; k < 3600; k++) {
      second[100] = k === 1800 ? 32_000 : 0;
      book.push(second);
    }
    const { bucketMs, bytes } = book.peaks;
    expect(bytes.length / 4).toBeLessThanOrEqual(2048);
    expect((bytes.length / 4) * bucketMs).toBeGreaterThanOrEqual(3_600_000);
    expect(bytes[4 * Math.floor(1_800_000 / bucketMs) + 1]).toBe(125);
    book.blank(1_799_000, 1_802_000);
    expect(Math.max(...book.peaks.bytes)).toBe(0);
  });
});
