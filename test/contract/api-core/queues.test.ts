import { InboundBudget } from '../../../src/api/core/inbound-budget.js';
import { OutboundQueue, type OutboundItem } from '../../../src/api/core/outbound-queue.js';
import { PcmAssembler } from '../../../src/api/core/pcm-assembler.js';
import { RateLimiter } from '../../../src/api/core/rate-limiter.js';
import { clientKey } from '../../../src/api/security.js';
import { seededRng, randomInt } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';

const at = monoMs;

describe('PcmAssembler', () => {
  test('any cut of a byte stream gives the same samples', () => {
    const rng = seededRng(3);
    const pcm = Int16Array.from({ length: 5000 }, () => (rng.uint32() & 0xffff) - 0x8000);
    const bytes = new Uint8Array(pcm.buffer);
    for (let round = 0; round < 20; round++) {
      const assembler = new PcmAssembler();
      const out: number[] = [];
      for (let from = 0; from < bytes.length;) {
        const to = Math.min(bytes.length, from + randomInt(rng, 0, 37));
        out.push(...assembler.push(bytes.subarray(from, to)));
        from = to;
      }
      expect(out).toEqual([...pcm]);
      expect(assembler.hasCarry).toBe(false);
    }
  });

  test('half a sample waits for its other half', () => {
    const assembler = new PcmAssembler();
    expect(assembler.push(Uint8Array.of(0x34))).toHaveLength(0);
    expect(assembler.push(new Uint8Array(0))).toHaveLength(0);
    expect(assembler.hasCarry).toBe(true);
    expect([...assembler.push(Uint8Array.of(0x12, 0xff))]).toEqual([0x1234]);
    expect([...assembler.push(Uint8Array.of(0xff))]).toEqual([-1]);
  });
});

describe('OutboundQueue', () => {
  const limits = { maxAudioChunks: 3, maxEvents: 4, maxInFlightBytes: 100, maxStallMs: 1000 };
  const chunk = (n: number) => new Int16Array(50).fill(n);
  const name = (item: OutboundItem | undefined) =>
    item === undefined ? undefined : item.kind === 'event' ? item.text : `audio ${item.pcm[0]}`;

  test('event, audio: the event overtakes', () => {
    const queue = new OutboundQueue(at(0), { ...limits, maxInFlightBytes: 1000 });
    queue.pushAudio(chunk(1), at(0));
    queue.pushEvent('e', at(0));
    expect([name(queue.next()), name(queue.next()), queue.next()]).toEqual(['e', 'audio 1', undefined]);
  });

  test('nothing more leaves while enough is in flight', () => {
    const queue = new OutboundQueue(at(0), limits);
    for (const n of [1, 2]) queue.pushAudio(chunk(n), at(0));
    expect(name(queue.next())).toBe('audio 1');
    expect(queue.next()).toBeUndefined();
    queue.sent(100, at(5));
    expect(name(queue.next())).toBe('audio 2');
  });

  test('the oldest audio gives way, is counted, and the reader is told before the next audio', () => {
    const queue = new OutboundQueue(at(0), { ...limits, maxInFlightBytes: 10_000 });
    for (const n of [1, 2, 3, 4, 5]) queue.pushAudio(chunk(n), at(0));
    expect(queue.droppedAudio).toBe(2);
    expect([name(queue.next()), name(queue.next())]).toEqual([
      '{"type":"audio_dropped","chunks":2}',
      'audio 3',
    ]);
  });

  test('a flush is not a drop', () => {
    const queue = new OutboundQueue(at(0), limits);
    queue.pushAudio(chunk(1), at(0));
    queue.clearAudio();
    expect([queue.next(), queue.droppedAudio]).toEqual([undefined, 0]);
  });

  test('when even events pile up the reader is given up', () => {
    const queue = new OutboundQueue(at(0), limits);
    for (let i = 0; i < 4; i++) queue.pushEvent(`e${i}`, at(0));
    expect(queue.overrun(at(0))).toBeUndefined();
    queue.pushEvent('e4', at(0));
    expect(queue.overrun(at(0))).toBe('slow_reader');
  });

  test('a reader that takes nothing is given up, one that had nothing to take is not', () => {
    const queue = new OutboundQueue(at(0), limits);
    expect(queue.overrun(at(100_000))).toBeUndefined();
    for (const n of [1, 2]) queue.pushAudio(chunk(n), at(100_000));
    queue.next();
    expect(queue.overrun(at(100_999))).toBeUndefined();
    expect(queue.overrun(at(101_000))).toBe('slow_reader');
    queue.sent(100, at(101_000));
    expect(queue.overrun(at(101_500))).toBeUndefined();
  });
});

describe('InboundBudget', () => {
  test('a minute at once passes, the flood behind it does not, and real time goes on', () => {
    const budget = new InboundBudget(at(0));
    expect(budget.take(60 * 16_000, at(0))).toBe(true);
    expect(budget.take(800, at(0))).toBe(false);
    for (let ms = 50; ms < 5000; ms += 50) expect(budget.take(800, at(ms))).toBe(true);
  });
});

describe('RateLimiter', () => {
  test('the window slides', () => {
    const limiter = new RateLimiter(2);
    expect([limiter.take('a', at(0)), limiter.take('a', at(30_000))]).toEqual([0, 0]);
    expect(limiter.take('a', at(40_000))).toBe(20_000);
    expect(limiter.take('a', at(60_000))).toBe(0);
    expect(limiter.take('a', at(60_001))).toBe(29_999);
  });

  test('refused requests do not lengthen the wait', () => {
    const limiter = new RateLimiter(1);
    limiter.take('a', at(0));
    for (let ms = 1; ms < 60_000; ms += 1000) expect(limiter.take('a', at(ms))).toBeGreaterThan(0);
    expect(limiter.take('a', at(60_000))).toBe(0);
  });

  test('many clients cost bounded memory; the one unused for longest is forgotten', () => {
    const limiter = new RateLimiter(1, 100);
    for (let i = 0; i < 1000; i++) limiter.take(`client-${i}`, at(i));
    expect(limiter.keys).toBe(100);
    expect(limiter.take('client-999', at(1000))).toBeGreaterThan(0);
    expect(limiter.take('client-0', at(1000))).toBe(0);
  });
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('requests of %s are counted under %s', (address, key) => {
  expect(clientKey(address)).toBe(key);
});
