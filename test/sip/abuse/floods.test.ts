import { connect } from 'node:net';
import { once } from 'node:events';
import { sdp, SipPeer } from '../call/sip-peer.js';
import { callIn, flood, openOffice, wait, type Office } from './office.js';

const FLOOD_MS = 5000;
/** A minute in a long run. */
const LONG_FLOOD_MS = Number(process.env['TEST_FLOOD_MS'] ?? 8000);

describe('floods', () => {
  let office: Office;
  /** Closed after each test, so that one that fails leaves nothing open. */
  const ends: { close(): void }[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) end.close();
    await office.close();
  });

  test.each([
    [700, 3],
    [2000, 10],
  ])(
    '%i OPTIONS a second while %i calls talk: new calls are answered, callers hang up, nothing is left',
    async (perSecond, calls) => {
      office = await openOffice();
      const ssrcs = Array.from({ length: calls }, (_, n) => n + 1);
      const talking = await Promise.all(ssrcs.map((ssrc) => callIn(office, { ssrc })));
      const attacker = await SipPeer.open(office.server.port);
      ends.push(attacker, ...talking);
      const flooding = flood(perSecond, LONG_FLOOD_MS, () => attacker.outside('OPTIONS'));
      const heardBefore = talking.map(({ rtp }) => rtp.heard);
      const since = performance.now();
      // New callers and old ones who hang up, all through the flood.
      let honest = calls;
      for (; performance.now() - since < LONG_FLOOD_MS - 2000; honest++) {
        await wait(500);
        const late = await callIn(office, { ssrc: 100 + honest });
        await late.hangUp();
        late.close();
      }
      await talking[0]?.hangUp();
      const due = (performance.now() - since) / 20;
      for (const [n, { rtp }] of talking.entries()) {
        if (n > 0) expect(rtp.heard - (heardBefore[n] ?? 0)).toBeGreaterThan(due * 0.7);
      }
      const asked = await flooding;
      expect(asked).toBeGreaterThan((perSecond * LONG_FLOOD_MS) / 1000 / 2);
      const stats = office.server.stats();
      // INVITE and BYE of each honest call, and a few that are on their way.
      expect(stats.active.serverTransactions).toBeLessThan(2 * honest + 20);
      expect(stats.drops['table_full'] ?? 0).toBe(0);
    },
    LONG_FLOOD_MS + 30_000,
  );

  test.each([
    ['one port', 1],
    ['forty ports', 40],
  ])(
    '100 INVITEs a second without ACK from %s: honest callers of the same address are answered',
    async (_what, ports) => {
      office = await openOffice({ maxCalls: 20 });
      const attackers = await Promise.all(
        Array.from({ length: ports }, () => SipPeer.open(office.server.port)),
      );
      const flooding = flood(100, FLOOD_MS, (n) => attackers[n % ports]?.invite({ body: sdp([], 9) }));
      await wait(1000);
      for (let n = 0; n < 10; n++) {
        const phone = await callIn(office);
        await phone.hangUp();
        phone.close();
        await wait(200);
      }
      await flooding;
      for (const attacker of attackers) attacker.close();
    },
  );

  test('one host opens hundreds of connections and says half a message: another connection is served', async () => {
    office = await openOffice();
    const { port } = office.server;
    const half = 'OPTIONS sip:agent@127.0.0.1 SIP/2.0\r\nVia: ';
    const sockets = Array.from({ length: 600 }, () => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.once('connect', () => socket.write(half));
      return socket;
    });
    await wait(2500);
    expect(office.server.stats().active.connections).toBeLessThanOrEqual(128);
    const honest = connect({ host: '127.0.0.1', port });
    await once(honest, 'connect');
    honest.write(
      `${half}SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKh\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: h\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    );
    const [data] = (await once(honest, 'data')) as [Buffer];
    expect(data.toString()).toMatch(/^SIP\/2\.0 200 /);
    for (const socket of [honest, ...sockets]) socket.destroy();
  });
});

test('a peer of RFC 2543 without From tag calls and hangs up', async () => {
  const office = await openOffice();
  const sip = await SipPeer.open(office.server.port);
  const send = (method: string, cseq: number, to: string): void =>
    sip.send(
      [
        `${method} sip:agent@127.0.0.1 SIP/2.0`,
        `Via: SIP/2.0/UDP 127.0.0.1:${sip.port};branch=z9hG4bKold${method}`,
        'From: <sip:old@127.0.0.1>',
        `To: ${to}`,
        'Call-ID: old',
        `CSeq: ${cseq} ${method}`,
        `Contact: <sip:old@127.0.0.1:${sip.port}>`,
        ...(method === 'INVITE' ? ['Content-Type: application/sdp'] : []),
        `Content-Length: ${method === 'INVITE' ? sdp().length : 0}`,
        '',
        method === 'INVITE' ? sdp() : '',
      ].join('\r\n'),
    );
  send('INVITE', 1, '<sip:agent@127.0.0.1>');
  const to = (await sip.response(200, 'INVITE')).header('to');
  send('ACK', 1, to);
  await wait(100);
  expect(office.edge.stats().active).toBe(1);
  send('BYE', 2, to);
  await sip.response(200, 'BYE');
  await wait(50);
  expect(office.edge.stats().active).toBe(0);
  sip.close();
  await office.close();
});
