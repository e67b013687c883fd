import { BoundedQueue, SampleHistory } from '../../../src/kernel/ring.js';

describe('BoundedQueue', () => {
  test('first in, first out; the oldest gives way and is counted', () => {
    const queue = new BoundedQueue<number>(3);
    expect([1, 2, 3].map((n) => queue.push(n))).toEqual([undefined, undefined, undefined]);
    expect(queue.push(4)).toBe(1);
    expect(queue.push(5)).toBe(2);
    expect([queue.size, queue.dropped, queue.peek()]).toEqual([3, 2, 3]);
    expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([3, 4, 5, undefined]);
    expect(queue.size).toBe(0);
  });

  test('wraps many times without growing or losing order', () => {
    const queue = new BoundedQueue<number>(7);
    const out: number[] = [];
    for (let n = 0; n < 1000; n++) {
      queue.push(n);
      if (n % 3 !== 0) out.push(queue.shift() ?? -1);
    }
    expect(out).toEqual([...out].sort((a, b) => a - b));
    expect(queue.size).toBeLessThanOrEqual(7);
  });

  test('clear empties it and counts nothing as dropped', () => {
    const queue = new BoundedQueue<number>(2);
    queue.push(1);
    queue.clear();
    expect([queue.size, queue.dropped, queue.peek(), queue.shift()]).toEqual([0, 0, undefined, undefined]);
  });

  test.each([0, -1, 1.5, NaN])('capacity %p is refused', (capacity) => {
    expect(() => new BoundedQueue(capacity)).toThrow(RangeError);
  });
});

describe('SampleHistory', () => {
  const range = (from: number, to: number) => Int16Array.from({ length: to - from }, (_, i) => from + i);

  test('keeps the newest samples under their absolute index', () => {
    const history = new SampleHistory(10);
    for (let at = 0; at < 25; at += 5) history.append(range(at, at + 5));
    expect([history.start, history.end]).toEqual([15, 25]);
    expect([...history.slice(0, 100)]).toEqual([...range(15, 25)]);
    expect([...history.slice(18, 22)]).toEqual([18, 19, 20, 21]);
  });

  test.each([1, 3, 7, 10, 11, 23])('appends of %d samples at a time give the same content', (step) => {
    const history = new SampleHistory(10);
    for (let at = 0; at < 46; at += step) history.append(range(at, Math.min(46, at + step)));
    expect(history.end).toBe(46);
    expect([...history.slice(36, 46)]).toEqual([...range(36, 46)]);
  });

  test('what is asked for outside the window is clamped, never invented', () => {
    const history = new SampleHistory(4);
    expect(history.slice(0, 4)).toHaveLength(0);
    history.append(range(0, 6));
    expect([...history.slice(-5, 3)]).toEqual([2]);
    expect(history.slice(6, 9)).toHaveLength(0);
    expect(history.slice(5, 3)).toHaveLength(0);
  });

  test('a slice is a copy', () => {
    const history = new SampleHistory(4);
    history.append(range(0, 4));
    const slice = history.slice(0, 4);
    slice[0] = 99;
    expect(history.slice(0, 1)[0]).toBe(0);
  });

  test('memory grows with the stream, and what was there before stays', () => {
    const history = new SampleHistory(40_000);
    const ramp = (from: number, length: number) => Int16Array.from({ length }, (_, n) => (from + n) % 30_000);
    for (let end = 0; end < 100_000; end += 7000) {
      history.append(ramp(end, 7000));
      const start = Math.max(0, end + 7000 - 40_000);
      expect(history.slice(0, end + 7000)).toEqual(ramp(start, end + 7000 - start));
    }
  });
});
