import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import { SourceLatch, type SourceLatchOptions } from '../../../src/media/core/latch.js';

const SDP = { host: '192.0.2.1', port: 4000 };
const NAT = { host: '198.51.100.9', port: 40_001 };
const EVIL = { host: '203.0.113.66', port: 6666 };
const PRIVATE = { host: '192.168.1.20', port: 4000 };

type From = { readonly host: string; readonly port: number };

/** `[at, from, ssrc, sequence]` to verdicts. */
function run(latch: SourceLatch, packets: readonly (readonly [number, From, number, number])[]): string[] {
  return packets.map(([at, from, ssrc, sequence]) =>
    latch.judge(from.host, from.port, ssrc, sequence, monoMs(at)),
  );
}

/** A stream of `count` packets, 20 ms apart. */
function stream(
  from: From,
  ssrc: number,
  at: number,
  count: number,
  sequence = 1,
): [number, From, number, number][] {
  return Array.from({ length: count }, (_, i) => [at + i * 20, from, ssrc, (sequence + i) & 0xffff]);
}

function signalled(address: From = SDP, o: SourceLatchOptions = {}): SourceLatch {
  const latch = new SourceLatch(o);
  latch.signal(address, monoMs(0));
  return latch;
}

const accepted = (verdicts: readonly string[]): number => verdicts.filter((v) => v === 'accept').length;

describe('the named address', () => {
  test('nothing heard: audio goes there, and nobody is proven', () => {
    expect(signalled().destination).toEqual(SDP);
    expect(signalled().proven).toBe(false);
  });

  test('its first packet is taken at once', () => {
    const latch = signalled();
    expect(run(latch, [[0, SDP, 1, 10]])).toEqual(['accept']);
    expect(latch.destination).toEqual(SDP);
    expect(latch.proven).toBe(true);
  });

  test.each([
    ['public', SDP, undefined],
    ['public, signalling from elsewhere', SDP, NAT.host],
    ['private, as the signalling is', PRIVATE, '192.168.1.2'],
  ])('%s and silent: a stranger is never the peer, however long it sends', (_what, named, signallingHost) => {
    const latch = signalled(named, signallingHost === undefined ? {} : { signallingHost });
    expect(accepted(run(latch, stream(EVIL, 9, 0, 3000)))).toBe(0);
    expect(latch.destination).toEqual(named);
  });

  test.each([3000, 60_000])(
    'wins also after another port of its host was taken for %d ms, and keeps',
    (forMs) => {
      const latch = signalled();
      const thief = { host: SDP.host, port: 999 };
      expect(accepted(run(latch, stream(thief, 9, 0, forMs / 20)))).toBeGreaterThan(0);
      expect(latch.destination).toEqual(thief);
      expect(run(latch, stream(SDP, 1, forMs, 5))).toEqual(new Array(5).fill('accept'));
      expect(latch.destination).toEqual(SDP);
      expect(accepted(run(latch, stream(thief, 9, forMs + 100, 100, 5000)))).toBe(0);
      expect(latch.destination).toEqual(SDP);
    },
  );

  test('a sign of life from it keeps strangers and kin out', () => {
    const latch = signalled();
    for (let at = 0; at < 5000; at += 20) {
      if (at % 400 === 0) latch.touch(SDP.host, at % 800 === 0 ? SDP.port : undefined, monoMs(at));
      for (const [port, host] of [
        [5, SDP.host],
        [6, EVIL.host],
      ] as const) {
        latch.judge(host, port, port, at / 20, monoMs(at));
      }
    }
    expect(latch.proven).toBe(false);
    expect(latch.destination).toEqual(SDP);
  });
});

describe('nobody is the peer by being first', () => {
  test.each([2, 3, 9])(
    '%i packets of a stranger before the caller, the caller starts 300 ms later',
    (count) => {
      const latch = signalled();
      expect(accepted(run(latch, stream(EVIL, 9, 0, count)))).toBe(0);
      expect(latch.destination).toEqual(SDP);
      expect(accepted(run(latch, stream(SDP, 1, 300, 10)))).toBe(10);
    },
  );

  test('a spray of packets from random places, for 10 s beside a caller: nothing is accepted of it', () => {
    const rng = seededRng(5);
    const latch = signalled();
    let stolen = 0;
    for (let at = 0; at < 10_000; at += 5) {
      if (at % 20 === 0) latch.judge(SDP.host, SDP.port, 1, at / 20, monoMs(at));
      const host = `203.0.113.${rng.uint32() % 4}`;
      if (latch.judge(host, 6000 + (rng.uint32() % 4), rng.uint32() % 4, at, monoMs(at)) === 'accept') {
        stolen++;
      }
    }
    expect(stolen).toBe(0);
    expect(latch.destination).toEqual(SDP);
  });

  test('candidates are bounded: a spray of a thousand sources does not keep a caller of a known host out', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    const rng = seededRng(6);
    let heard = 0;
    for (let at = 0; at < 1000; at++) {
      latch.judge('203.0.113.1', 1 + (rng.uint32() % 60_000), at, 1, monoMs(at));
      if (at % 20 === 0) {
        heard += latch.judge(NAT.host, NAT.port, 1, at / 20, monoMs(at)) === 'accept' ? 1 : 0;
      }
    }
    expect(heard).toBe(48);
  });
});

describe('a peer behind a NAT', () => {
  test('private address in the SDP, host of the signalling: taken with the third packet', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    expect(run(latch, stream(NAT, 1, 0, 4))).toEqual(['probation', 'probation', 'accept', 'accept']);
    expect(latch.destination).toEqual(NAT);
  });

  test('the same, one packet lost and one late: taken all the same', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    const order = [10, 12, 11, 13].map((sequence, i) => [i * 20, NAT, 1, sequence] as const);
    expect(run(latch, order)).toEqual(['probation', 'probation', 'probation', 'accept']);
  });

  test('another port of the named host: after 500 ms of silence', () => {
    const latch = signalled();
    const verdicts = run(latch, stream({ host: SDP.host, port: 4444 }, 1, 0, 30));
    expect(verdicts.indexOf('accept')).toBe(25);
  });

  test.each([
    ['a private address and public signalling', PRIVATE, '203.0.113.1'],
    ['another private network than the signalling', PRIVATE, '10.1.2.3'],
  ])('%s: a host nobody named after 1 s and ten packets', (_what, named, signallingHost) => {
    const latch = (): SourceLatch => signalled(named, { signallingHost });
    expect(run(latch(), stream(NAT, 1, 0, 60)).indexOf('accept')).toBe(50);
    expect(run(latch(), stream(NAT, 1, 5000, 20)).indexOf('accept')).toBe(9);
  });

  test('the same, of a peer that said it sends nothing: not', () => {
    const latch = signalled(PRIVATE, { signallingHost: '203.0.113.1' });
    latch.expectsStrangers = false;
    expect(accepted(run(latch, stream(NAT, 1, 0, 100)))).toBe(0);
  });

  test('a neighbour behind the same NAT was first: the source with the port of the SDP takes over', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    const neighbour = { host: NAT.host, port: 777 };
    const kept = { host: NAT.host, port: PRIVATE.port };
    run(latch, stream(neighbour, 9, 0, 45));
    expect(latch.destination).toEqual(neighbour);
    expect(accepted(run(latch, stream(kept, 1, 900, 10)))).toBe(8);
    expect(accepted(run(latch, stream(neighbour, 9, 1110, 200, 50)))).toBe(0);
    expect(latch.destination).toEqual(kept);
  });

  test('a known host takes over from a stranger', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    run(latch, stream(EVIL, 9, 2000, 20));
    expect(latch.destination).toEqual(EVIL);
    expect(accepted(run(latch, stream(NAT, 1, 2400, 10)))).toBe(8);
    expect(latch.destination).toEqual(NAT);
    expect(accepted(run(latch, stream(EVIL, 9, 2600, 200)))).toBe(0);
  });

  test('a forged packet from the private address does not lock the peer out for good', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    run(latch, stream(NAT, 1, 0, 10));
    run(latch, [[200, PRIVATE, 77, 1]]);
    run(latch, stream(NAT, 1, 220, 200, 12));
    expect(latch.destination).toEqual(NAT);
  });

  test('no usable address in the SDP: nothing is sent until somebody is heard', () => {
    const latch = new SourceLatch({ signallingHost: NAT.host });
    latch.signal(undefined, monoMs(0));
    expect(latch.destination).toBeUndefined();
    run(latch, stream(NAT, 1, 0, 3));
    expect(latch.destination).toEqual(NAT);
  });
});

describe('once a source is taken', () => {
  test('another one, even with the same SSRC: injected', () => {
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

  test('silent for 500 ms, its SSRC goes on elsewhere: taken there; another SSRC, or numbers of before: not', () => {
    const latch = signalled();
    run(latch, [[0, SDP, 1, 10]]);
    expect(
      run(latch, [
        [499, NAT, 1, 35],
        [510, EVIL, 7, 1],
        [530, EVIL, 7, 2],
        [535, EVIL, 1, 8],
        [540, NAT, 1, 36],
        [560, NAT, 1, 37],
      ]),
    ).toEqual(['injected', 'injected', 'injected', 'injected', 'accept', 'accept']);
    expect(latch.destination).toEqual(NAT);
  });

  test('the named source silent for a minute (mute): strangers and kin stay out', () => {
    const latch = signalled();
    run(latch, [[0, SDP, 1, 10]]);
    expect(accepted(run(latch, stream(EVIL, 7, 1000, 3000)))).toBe(0);
    expect(accepted(run(latch, stream({ host: SDP.host, port: 9 }, 7, 1000, 3000)))).toBe(0);
  });

  test('a new SSRC from the same address needs two packets in sequence', () => {
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
});

describe('re-INVITE', () => {
  test('the same address again: nothing reopens', () => {
    const latch = signalled();
    run(latch, [[0, SDP, 1, 10]]);
    latch.signal({ ...SDP }, monoMs(1000));
    expect(accepted(run(latch, stream(EVIL, 5, 1010, 300)))).toBe(0);
    expect(latch.destination).toEqual(SDP);
  });

  test('the same address again, peer behind a NAT: stays where it was', () => {
    const latch = signalled(PRIVATE, { signallingHost: NAT.host });
    run(latch, stream(NAT, 1, 0, 5));
    latch.signal({ ...PRIVATE }, monoMs(1000));
    expect(accepted(run(latch, stream(EVIL, 5, 1010, 300)))).toBe(0);
    expect(latch.destination).toEqual(NAT);
    expect(run(latch, [[7000, NAT, 1, 6]])).toEqual(['accept']);
  });

  test('another address: audio goes there at once, the old source is still heard, the new one is taken', () => {
    const latch = signalled();
    run(latch, [[0, SDP, 1, 10]]);
    const next = { host: '192.0.2.77', port: 5000 };
    latch.signal(next, monoMs(1000));
    expect(latch.destination).toEqual(next);
    expect(run(latch, stream(SDP, 1, 1010, 2, 11))).toEqual(['accept', 'accept']);
    expect(accepted(run(latch, stream(EVIL, 5, 1010, 20)))).toBe(0);
    expect(latch.destination).toEqual(next);
    expect(run(latch, [[1450, next, 2, 500]])).toEqual(['accept']);
    expect(run(latch, [[1460, SDP, 1, 13]])).toEqual(['injected']);
  });

  test('another address that stays silent: the place that was left is heard for 5 s and never gets our audio back', () => {
    const latch = signalled();
    run(latch, [[0, SDP, 1, 10]]);
    const next = { host: '192.0.2.77', port: 5000 };
    latch.signal(next, monoMs(1000));
    const verdicts = run(latch, stream(SDP, 1, 1000, 1000, 11));
    expect(accepted(verdicts)).toBe(250);
    expect(latch.destination).toEqual(next);
    expect(run(latch, [[21_000, next, 2, 1]])).toEqual(['accept']);
  });

  test('another address that stays silent: no stranger comes, whatever the new one is', () => {
    for (const next of [
      { host: '192.0.2.77', port: 5000 },
      { ...PRIVATE, port: 5000 },
    ]) {
      const latch = signalled(PRIVATE, { signallingHost: NAT.host });
      run(latch, stream(NAT, 1, 0, 5));
      latch.signal(next, monoMs(1000));
      expect(accepted(run(latch, stream(EVIL, 5, 1010, 500)))).toBe(0);
      expect(latch.destination).toEqual(next);
    }
  });

  test('hold by 0.0.0.0, then another address: audio goes there at once; the same: nothing changes', () => {
    const next = { host: '192.0.2.77', port: 5000 };
    for (const [resumed, expected] of [
      [next, next],
      [PRIVATE, NAT],
    ] as const) {
      const latch = signalled(PRIVATE, { signallingHost: NAT.host });
      run(latch, stream(NAT, 1, 0, 3));
      latch.signal(undefined, monoMs(1000));
      expect(latch.destination).toEqual(NAT);
      latch.signal(resumed, monoMs(9000));
      expect(latch.destination).toEqual(expected);
    }
  });
});
