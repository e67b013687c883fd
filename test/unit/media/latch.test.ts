import { monoMs } from '../../../src/kernel/time.js';
import { SourceLatch } from '../../../src/media/core/latch.js';

const SDP = { host: '192.0.2.1', port: 4000 };
const NAT = { host: '198.51.100.9', port: 40_001 };
const EVIL = { host: '203.0.113.66', port: 6666 };

/** `[at, from, ssrc, sequence]` to verdicts. */
function run(
  latch: SourceLatch,
  packets: readonly (readonly [number, { host: string; port: number }, number, number])[],
): string[] {
  return packets.map(([at, from, ssrc, sequence]) =>
    latch.judge(from.host, from.port, ssrc, sequence, monoMs(at)),
  );
}

function signalled(): SourceLatch {
  const latch = new SourceLatch();
  latch.signal(SDP, monoMs(0));
  return latch;
}

test('signalled, nothing heard: audio goes where the SDP says', () => {
  expect(signalled().destination).toEqual(SDP);
});

test('first packet from the named address: latched at once', () => {
  const latch = signalled();
  expect(run(latch, [[0, SDP, 1, 10]])).toEqual(['accept']);
  expect(latch.destination).toEqual(SDP);
});

test('peer behind NAT: latched with the second packet in sequence, and audio goes there', () => {
  const latch = signalled();
  expect(
    run(latch, [
      [0, NAT, 1, 10],
      [20, NAT, 1, 11],
      [40, NAT, 1, 12],
    ]),
  ).toEqual(['probation', 'accept', 'accept']);
  expect(latch.destination).toEqual(NAT);
});

test('one stray packet before the peer does not lock the peer out', () => {
  const latch = signalled();
  expect(
    run(latch, [
      [0, EVIL, 9, 1],
      [5, NAT, 1, 10],
      [25, NAT, 1, 11],
    ]),
  ).toEqual(['probation', 'probation', 'accept']);
  expect(latch.destination).toEqual(NAT);
});

test('latched, then another source, even with the same SSRC: injected', () => {
  const latch = signalled();
  run(latch, [[0, SDP, 1, 10]]);
  expect(
    run(latch, [
      [10, EVIL, 2, 1],
      [15, EVIL, 2, 2],
      [20, SDP, 1, 11],
      [25, EVIL, 1, 12],
      [30, EVIL, 1, 13],
    ]),
  ).toEqual(['injected', 'injected', 'accept', 'injected', 'injected']);
  expect(latch.destination).toEqual(SDP);
});

test('old source silent for 500 ms, same SSRC from elsewhere: latched again; another SSRC: injected', () => {
  const latch = signalled();
  run(latch, [[0, SDP, 1, 10]]);
  expect(
    run(latch, [
      [499, NAT, 1, 35],
      [510, EVIL, 7, 1],
      [530, EVIL, 7, 2],
      [540, NAT, 1, 36],
      [560, NAT, 1, 37],
    ]),
  ).toEqual(['injected', 'injected', 'injected', 'probation', 'accept']);
  expect(latch.destination).toEqual(NAT);
});

test('re-INVITE, same address: one change of source is open, and closed by it', () => {
  const latch = signalled();
  run(latch, [
    [0, NAT, 1, 10],
    [20, NAT, 1, 11],
  ]);
  latch.signal(SDP, monoMs(1000));
  expect(
    run(latch, [
      [1010, NAT, 1, 12],
      [1020, EVIL, 5, 1],
      [1040, EVIL, 5, 2],
      [1050, NAT, 1, 13],
    ]),
  ).toEqual(['accept', 'probation', 'accept', 'injected']);
});

test('re-INVITE, nothing new within 5 s: closed again', () => {
  const latch = signalled();
  run(latch, [[0, SDP, 1, 10]]);
  latch.signal(SDP, monoMs(1000));
  expect(
    run(latch, [
      [5900, SDP, 1, 11],
      [6100, EVIL, 5, 1],
      [6120, EVIL, 5, 2],
    ]),
  ).toEqual(['accept', 'injected', 'injected']);
});

test('re-INVITE to another address: audio goes there at once, the old source is still heard, the new one latches', () => {
  const latch = signalled();
  run(latch, [[0, SDP, 1, 10]]);
  const next = { host: '192.0.2.77', port: 5000 };
  latch.signal(next, monoMs(1000));
  expect(latch.destination).toEqual(next);
  expect(
    run(latch, [
      [1010, SDP, 1, 11],
      [1030, SDP, 1, 12],
    ]),
  ).toEqual(['accept', 'accept']);
  expect(latch.destination).toEqual(next);
  expect(run(latch, [[1050, next, 2, 500]])).toEqual(['accept']);
  expect(run(latch, [[1060, SDP, 1, 13]])).toEqual(['injected']);
});

test('hold by 0.0.0.0, then a re-INVITE to another address: audio goes there at once; to the same: nothing changes', () => {
  const next = { host: '192.0.2.77', port: 5000 };
  for (const [resumed, expected] of [
    [next, next],
    [SDP, NAT],
  ] as const) {
    const latch = signalled();
    run(latch, [
      [0, NAT, 1, 10],
      [20, NAT, 1, 11],
    ]);
    latch.signal(undefined, monoMs(1000));
    expect(latch.destination).toEqual(NAT);
    latch.signal(resumed, monoMs(9000));
    expect(latch.destination).toEqual(expected);
  }
});

test('a new SSRC from the latched address needs two packets in sequence', () => {
  const latch = signalled();
  run(latch, [[0, SDP, 1, 10]]);
  expect(
    run(latch, [
      [20, SDP, 2, 700],
      [25, SDP, 1, 11],
      [40, SDP, 2, 701],
      [60, SDP, 2, 702],
    ]),
  ).toEqual(['probation', 'accept', 'accept', 'accept']);
  expect(latch.ssrc).toBe(2);
});

test('no usable address in the SDP: nothing is sent until somebody is heard', () => {
  const latch = new SourceLatch();
  latch.signal(undefined, monoMs(0));
  expect(latch.destination).toBeUndefined();
  run(latch, [
    [0, NAT, 1, 10],
    [20, NAT, 1, 11],
  ]);
  expect(latch.destination).toEqual(NAT);
});
