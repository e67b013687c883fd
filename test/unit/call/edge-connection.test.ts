import { describe, expect, test } from '@jest/globals';
import { isLeibnizError } from '../../../src/kernel/errors.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { openSipEdge } from '../../../src/call/sip-edge.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { invite, openFixture, RecordingHost, type Fixture } from './edge-fixture.js';
import { StubDialog, StubMessage, StubRequest, StubResponse, StubSrf } from './stub-srf.js';

async function confirmed(f: Fixture): Promise<StubDialog> {
  f.srf.receive('invite', invite());
  await f.time.advance(0);
  const dialog = f.srf.confirmAnswer();
  dialog.emit('ack', new StubMessage({ CSeq: '1 ACK' }));
  return dialog;
}

async function failToOpen(onConnect: (srf: StubSrf) => void): Promise<{ error: unknown; srf: StubSrf }> {
  const srf = new StubSrf();
  const time = new VirtualTime();
  srf.onConnect = onConnect;
  const opened = openSipEdge({
    server: { host: 'sip.example.org', port: 9022, secret: 'topsecret' },
    host: new RecordingHost(),
    scheduler: time,
    maxCalls: 1,
    rng: seededRng(1),
    createSrf: () => srf,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await time.advance(5_000);
  return { error: await opened, srf };
}

describe('connection to the SIP server', () => {
  test.each<[string, (srf: StubSrf) => void, RegExp]>([
    ['nobody listens', (srf) => srf.emit('error', { code: 'ECONNREFUSED' }), /ECONNREFUSED/],
    [
      'the secret is wrong',
      (srf) => srf.emit('connect', new Error('failed to authenticate')),
      /refused the secret/,
    ],
    ['nobody answers', () => undefined, /did not answer within 5000 ms/],
  ])('%s: one clear error that names the setting, and no further attempt', async (_what, onConnect, text) => {
    const { error, srf } = await failToOpen(onConnect);
    expect(isLeibnizError(error) && error.code).toBe('SIP_SERVER_UNREACHABLE');
    expect(isLeibnizError(error) && error.field).toBe('SIP_SERVER');
    expect(String(error)).toMatch(text);
    expect(String(error)).not.toContain('topsecret');
    expect(srf.connectOptions).toMatchObject({ reconnect: { maxAttempts: 1 } });
  });

  test('a peer list or a region that cannot be read is named before anything is connected', async () => {
    await expect(openFixture({ trustedPeers: ['10.0.0.0/8', 'trunk'] })).rejects.toThrow(
      /TRUSTED_PEERS.*trunk/,
    );
    await expect(openFixture({ defaultRegion: 'Germany' })).rejects.toThrow(/two-letter/);
  });

  test('after the first connect it is made again without end', async () => {
    const { srf } = await openFixture();
    expect(srf.connectOptions).toMatchObject({ reconnect: { maxAttempts: 0 } });
  });

  test('lost: running calls go on, calls that are not answered end', async () => {
    const f = await openFixture();
    await confirmed(f);
    f.srf.receive('invite', invite());
    f.srf.emit('close');
    expect(f.host.ended.map((end) => end.reason)).toEqual(['internal_error']);
    expect(f.edge.stats()).toMatchObject({ active: 1, connected: false });
  });

  test('hang-up while it is lost: the call ends at once, its BYE is sent when the connection is back', async () => {
    const f = await openFixture();
    const dialog = await confirmed(f);
    f.srf.emit('close');
    f.host.leg.hangup('agent_goodbye');
    expect(f.host.ended.map((end) => end.reason)).toEqual(['agent_goodbye']);
    expect(dialog.byes).toHaveLength(0);
    f.srf.emit('connect', null);
    expect(dialog.byes).toHaveLength(1);
    expect(dialog.req.socket).toBeUndefined();
    expect(f.edge.stats()).toMatchObject({ open: 0, reconnects: 1, connected: true });
  });

  test('back: the dialogs of running calls use the new connection', async () => {
    const f = await openFixture();
    const dialog = await confirmed(f);
    f.srf.emit('close');
    f.srf.emit('connect', null);
    expect(dialog.req.socket).toBeUndefined();
    f.host.leg.hangup('agent_goodbye');
    expect(dialog.byes).toHaveLength(1);
  });

  test('a secret that is refused at a reconnect is logged, and a transfer without a connection fails', async () => {
    const f = await openFixture();
    await confirmed(f);
    f.srf.emit('close');
    f.srf.emit('connect', new Error('failed to authenticate'));
    f.host.leg.transfer('sip:desk@example.org');
    expect(f.log.lines.some((line) => line.message === 'the SIP server refused the secret')).toBe(true);
    expect(f.host.events.at(-1)).toMatchObject({ type: 'transfer', state: 'failed' });
  });

  test('a connection that breaks under a BYE: the BYE is sent again', async () => {
    const f = await openFixture();
    const dialog = await confirmed(f);
    dialog.holdBye = true;
    f.host.leg.hangup('agent_goodbye');
    dialog.byeDone?.({ code: 'ESOCKETDESTROYED' });
    f.srf.emit('close');
    f.srf.emit('connect', null);
    expect(dialog.byes).toHaveLength(2);
  });

  test('BYEs that wait are bounded', async () => {
    const f = await openFixture({ maxCalls: 2000 });
    const dialogs: StubDialog[] = [];
    for (let i = 0; i < 1100; i++) dialogs.push(await confirmed(f));
    f.srf.emit('close');
    for (const leg of f.host.legs) leg.hangup('agent_goodbye');
    f.srf.emit('connect', null);
    expect(dialogs.filter((dialog) => dialog.byes.length === 1)).toHaveLength(1000);
  });
});

describe('orphans', () => {
  test('a dialog without a call gets BYE at the sweep, and is forgotten at the next', async () => {
    const f = await openFixture({ sweepMs: 10_000 });
    const mine = await confirmed(f);
    const orphan = new StubDialog('orphan', new StubRequest('INVITE', 'sip:x@y', {}), new StubResponse());
    f.srf._dialogs.set(orphan.id, orphan);
    await f.time.advance(10_000);
    expect(orphan.byes).toHaveLength(1);
    await f.time.advance(10_000);
    expect(f.srf._dialogs.has('orphan')).toBe(false);
    expect(orphan.byes).toHaveLength(1);
    expect(mine.byes).toHaveLength(0);
    expect(f.edge.stats().orphans).toBe(1);
  });
});
