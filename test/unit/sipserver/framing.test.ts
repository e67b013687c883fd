import {
  decodeFrame,
  encodeFrame,
  FRAME_LIMITS,
  FrameReader,
  sameSecret,
  stackTime,
} from '../../../src/sipserver/core/control-codec.js';
import { MESSAGE_LIMITS } from '../../../src/sipserver/core/parser.js';
import { StreamFramer, type FramerEvent } from '../../../src/sipserver/core/stream-framer.js';
import { TimerHeap } from '../../../src/sipserver/core/timer-heap.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import { request } from './engine-rig.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

function feed(framer: StreamFramer, chunks: readonly Uint8Array[]): FramerEvent[] {
  const events: FramerEvent[] = [];
  for (const chunk of chunks) framer.push(chunk, (event) => events.push(event));
  return events;
}

describe('SIP over a stream', () => {
  const one = request('OPTIONS', { callId: 'a' });
  const both = bytes(one + request('MESSAGE', { callId: 'c', body: 'hello' }));

  test('two messages in one read', () => {
    expect(feed(new StreamFramer(), [both]).map((event) => event.type)).toEqual(['message', 'message']);
  });

  test('byte by byte, cut at every place', () => {
    const pieces = Array.from(both, (_byte, index) => both.subarray(index, index + 1));
    const events = feed(new StreamFramer(), pieces);
    expect(events.map((event) => event.type)).toEqual(['message', 'message']);
    expect(events[0]?.type === 'message' && text(events[0].bytes)).toBe(one);
    for (let cut = 1; cut < both.length; cut++) {
      expect(feed(new StreamFramer(), [both.subarray(0, cut), both.subarray(cut)])).toHaveLength(2);
    }
  });

  test('double CRLF between messages asks for a pong, also in two halves', () => {
    expect(feed(new StreamFramer(), [bytes('\r\n\r\n')]).map((event) => event.type)).toEqual(['ping']);
    expect(feed(new StreamFramer(), [bytes('\r\n'), bytes('\r\n')]).map((event) => event.type)).toEqual([
      'ping',
    ]);
    const events = feed(new StreamFramer(), [bytes(`\r\n\r\n${one}`)]);
    expect(events.map((event) => event.type)).toEqual(['ping', 'message']);
  });

  test('a message without Content-Length has no body', () => {
    const bare = one.replace('Content-Length: 0\r\n', '');
    expect(feed(new StreamFramer(), [bytes(bare + one)]).map((event) => event.type)).toEqual([
      'message',
      'message',
    ]);
  });

  test.each([
    ['content_length', one.replace('Content-Length: 0', 'Content-Length: nan')],
    ['start_line', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['too_large', one.replace('Content-Length: 0', 'Content-Length: 999999')],
  ])('a stream that cannot be followed is broken: %s', (reason, data) => {
    const framer = new StreamFramer();
    expect(feed(framer, [bytes(data), bytes(one)])).toMatchObject([{ type: 'broken', reason }]);
    expect(framer.pendingBytes).toBe(0);
  });

  test('headers that never end are bounded', () => {
    const framer = new StreamFramer();
    const line = bytes(`X-Pad: ${'y'.repeat(1000)}\r\n`);
    let broken = false;
    framer.push(bytes('OPTIONS sip:a@b SIP/2.0\r\n'), () => undefined);
    for (let count = 0; count < 100 && !broken; count++) {
      framer.push(line, (event) => (broken = event.type === 'broken'));
    }
    expect(broken).toBe(true);
    expect(framer.pendingBytes).toBeLessThanOrEqual(MESSAGE_LIMITS.messageBytes);
  });
});

describe('frames of the control protocol', () => {
  test('length counts bytes, not characters', () => {
    expect(encodeFrame('aé😀')).toBe('7#aé😀');
  });

  test('a frame falls into id, type, fields and payload', () => {
    expect(decodeFrame('id|sip|txn|\r\nSIP/2.0 200 OK\r\nX: a|b\r\n\r\n')).toEqual({
      id: 'id',
      type: 'sip',
      fields: ['txn', ''],
      payload: 'SIP/2.0 200 OK\r\nX: a|b\r\n\r\n',
    });
  });

  test('frames are found however the bytes are cut', () => {
    const stream = bytes(encodeFrame('a|ping') + encodeFrame('b|sip|ü|\r\nbody#1'));
    for (let size = 1; size <= stream.length; size++) {
      const reader = new FrameReader();
      const found: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        reader.push(stream.subarray(at, at + size), (frame) => found.push(frame));
      }
      expect(found).toEqual(['a|ping', 'b|sip|ü|\r\nbody#1']);
      expect(reader.pendingBytes).toBe(0);
    }
  });

  test.each(['x', '#', '0#', '-1#', '12 #', '1e3#', '99999999999999999999#'])(
    '%j breaks the connection',
    (data) => {
      expect(new FrameReader().push(bytes(data), () => undefined)).toBe(false);
    },
  );

  test('a frame of exactly the limit passes, one byte more does not; a large frame does not stall', () => {
    const reader = new FrameReader();
    reader.limit = FRAME_LIMITS.authenticated;
    const large = bytes(encodeFrame('x'.repeat(FRAME_LIMITS.authenticated)));
    const sizes: number[] = [];
    for (let at = 0; at < large.length; at += 1000) {
      reader.push(large.subarray(at, at + 1000), (frame) => sizes.push(frame.length));
    }
    reader.push(bytes('4#ping'), (frame) => sizes.push(frame.length));
    expect(sizes).toEqual([FRAME_LIMITS.authenticated, 4]);
    expect(reader.push(bytes(`${FRAME_LIMITS.authenticated + 1}#`), () => undefined)).toBe(false);
  });

  test('the time field counts microseconds of the day in UTC', () => {
    expect(stackTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6) + 0.789)).toMatch(/^03:04:05\.0067\d\d$/);
    expect(stackTime(0)).toBe('00:00:00.000000');
  });

  test.each([
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'abcabc', false],
    ['abc', '', false],
    ['', '', true],
  ])('the secret %j against %j: %s', (expected, given, same) => {
    expect(sameSecret(expected, given)).toBe(same);
  });
});

describe('timers', () => {
  test('run in order of deadline, then of setting; cancelled ones are gone at once', () => {
    const rng = seededRng(3);
    const heap = new TimerHeap();
    const ran: number[] = [];
    const timers = Array.from({ length: 500 }, () => {
      const at = Math.floor(rng.float() * 50);
      return heap.set(monoMs(at), () => ran.push(at));
    });
    const cancelled = timers.filter((_timer, index) => index % 3 === 0);
    for (const timer of cancelled) heap.cancel(timer);
    for (const timer of cancelled) heap.cancel(timer);
    expect(heap.size).toBe(timers.length - cancelled.length);
    heap.runDue(monoMs(50));
    expect(ran).toEqual([...ran].sort((a, b) => a - b));
    expect(ran).toHaveLength(timers.length - cancelled.length);
    expect(heap.next()).toBeUndefined();
  });
});
