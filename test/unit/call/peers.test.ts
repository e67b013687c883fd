import { ANY_PEER, openPeers } from '../../../src/call/peers.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { RecordingLog } from './edge-fixture.js';

describe('who may call', () => {
  const open = (
    entries: readonly string[],
    resolve: (name: string) => Promise<readonly string[]> = async () => [],
  ) => {
    const time = new VirtualTime();
    const log = new RecordingLog();
    const own = { has: (address: string) => address === '203.0.113.5' };
    const options = { scheduler: time, log, resolve, refreshMs: 1000, own };
    return { time, log, peers: openPeers(entries, options) };
  };

  test('nothing listed: this machine alone', async () => {
    const peers = await open([]).peers;
    expect(['127.0.0.1', '127.3.2.1', '::1', '::ffff:127.0.0.1'].map((a) => peers.has(a))).toEqual(
      new Array(4).fill(true),
    );
    expect(['192.0.2.1', '10.0.0.1', '', 'fe80::1'].map((a) => peers.has(a))).toEqual(
      new Array(4).fill(false),
    );
  });

  test('networks, addresses and names; the machine stays in', async () => {
    const peers = await open(['192.0.2.0/24', '2001:db8::7', 'sip.carrier.example'], async (name) =>
      name === 'sip.carrier.example' ? ['198.51.100.7', '198.51.100.8'] : [],
    ).peers;
    expect(
      ['192.0.2.77', '2001:db8::7', '198.51.100.8', '127.0.0.1', '198.51.100.9'].map((a) => peers.has(a)),
    ).toEqual([true, true, true, true, false]);
    peers.close();
  });

  test('an address of our own interfaces is this machine, whatever is listed', async () => {
    const peers = await open(['192.0.2.0/24']).peers;
    expect(['203.0.113.5', '203.0.113.6'].map((a) => peers.has(a))).toEqual([true, false]);
  });

  test('a name is looked up again; one that fails keeps what it had', async () => {
    let answer: readonly string[] | undefined = ['198.51.100.7'];
    const {
      time,
      log,
      peers: opening,
    } = open(['carrier.example'], async () => {
      if (answer === undefined) throw new Error('SERVFAIL');
      return answer;
    });
    const peers = await opening;
    answer = undefined;
    await time.advance(1000);
    expect(peers.has('198.51.100.7')).toBe(true);
    expect(log.lines.map(({ message }) => message)).toEqual(['a name in SIP_PEERS could not be looked up']);
    answer = ['198.51.100.9'];
    await time.advance(1000);
    expect([peers.has('198.51.100.7'), peers.has('198.51.100.9')]).toEqual([false, true]);
    peers.close();
    answer = ['198.51.100.10'];
    await time.advance(5000);
    expect(peers.has('198.51.100.10')).toBe(false);
  });

  test('any: everybody', async () => {
    expect((await open([ANY_PEER]).peers).has('203.0.113.1')).toBe(true);
  });
});
