import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Announcements, type AnnouncedCall } from '../../../src/call/pbx/core/announcements.js';
import { audioMessage, AudioSocketReader } from '../../../src/call/pbx/core/audiosocket.js';
import { openAudioSocketServer, type AudioSocketServer } from '../../../src/call/pbx/audiosocket-server.js';
import { openPbxGateway, type PbxGateway } from '../../../src/call/pbx/gateway.js';
import type { AudioLine, LineEvent } from '../../../src/call/core/line.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { FakeJambonz, FakeListen, type ListenVerb } from '../../support/fake-jambonz.js';

const SECRET = 'a password of exchanges';
const HOOK_SECRET = 'whsec_test';
const log = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };

let full = false;
let line: AudioLine | undefined;
let events: LineEvent[] = [];
let gateway: PbxGateway;
let audioSocket: AudioSocketServer;
let jambonz: FakeJambonz;

beforeAll(async () => {
  const announcements = new Announcements<AnnouncedCall>(30_000);
  const shared = {
    announcements,
    scheduler: realScheduler,
    log,
    lines: {
      take: (taken: AudioLine) => {
        if (full) return false;
        line = taken;
        taken.subscribe((event) => events.push(event));
        return true;
      },
    },
  };
  gateway = await openPbxGateway({
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    secret: SECRET,
    webhookSecret: HOOK_SECRET,
    transferBy: 'dial',
    ...shared,
  });
  const peers = { has: () => true };
  let ids = 0;
  const newId = (): string => `call-${++ids}`;
  audioSocket = await openAudioSocketServer({ host: '127.0.0.1', port: 0, peers, newId, ...shared });
  jambonz = new FakeJambonz(`http://127.0.0.1:${gateway.port}`, HOOK_SECRET);
});

afterAll(async () => {
  await audioSocket.close();
  await gateway.close();
});

beforeEach(() => {
  full = false;
  line = undefined;
  events = [];
});

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 3000;
  while (!what()) {
    if (Date.now() > end) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const taken = (): AudioLine => {
  if (line === undefined) throw new Error('no line was taken');
  return line;
};
const listenOf = (verbs: readonly object[]): ListenVerb => verbs.at(-1) as ListenVerb;
const frame = new Int16Array(160).fill(-1);
const has = (type: LineEvent['type']): boolean => events.some((event) => event.type === type);

describe('AudioSocket', () => {
  async function announce(
    password = SECRET,
    form = 'from=%2B15550100&to=700&name=Ada%0d',
  ): Promise<Response> {
    return fetch(`http://127.0.0.1:${gateway.port}/announce`, {
      method: 'POST',
      body: form,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `Basic ${Buffer.from(`asterisk:${password}`).toString('base64')}`,
      },
    });
  }

  function dial(uuid: string): { socket: Socket; messages: string[]; closed: Promise<void> } {
    const socket = connect(audioSocket.port, '127.0.0.1');
    const reader = new AudioSocketReader();
    const messages: string[] = [];
    socket.on('data', (bytes) => messages.push(...reader.push(bytes).map(({ type }) => type)));
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(Buffer.concat([Uint8Array.of(1, 0, 16), Buffer.from(uuid.replaceAll('-', ''), 'hex')]));
    return { socket, messages, closed };
  }

  test('an announced call carries its parties, audio both ways, keys, and the end', async () => {
    const call = dial(await (await announce()).text());
    await until(() => line !== undefined);
    expect(taken().pii).toEqual({ from: '+15550100', to: '700', displayName: 'Ada' });
    call.socket.write(audioMessage(frame));
    call.socket.write(Uint8Array.of(3, 0, 1, 0x31));
    await until(() => has('audio') && has('dtmf'));
    taken().send(frame);
    taken().hangup('agent_goodbye');
    await call.closed;
    expect(call.messages).toEqual(['audio', 'hangup']);
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'agent_goodbye' });
  });

  test('a UUID that was not announced, one that is used twice, and a full house are hung up on', async () => {
    const stranger = dial('00000000-0000-4000-8000-000000000000');
    await stranger.closed;
    expect(stranger.messages).toEqual(['hangup']);
    const uuid = await (await announce()).text();
    const first = dial(uuid);
    await until(() => line !== undefined);
    await dial(uuid).closed;
    expect(first.socket.destroyed).toBe(false);
    first.socket.destroy();
    full = true;
    const refused = dial(await (await announce()).text());
    await refused.closed;
    expect(refused.messages).toEqual(['hangup']);
  });

  test('an announcement needs the password', async () => {
    expect((await announce('guess')).status).toBe(401);
    expect((await fetch(`http://127.0.0.1:${gateway.port}/announce`)).status).toBe(405);
  });

  test('a caller who hangs up ends the line', async () => {
    const call = dial(await (await announce()).text());
    await until(() => line !== undefined);
    call.socket.end();
    await until(() => has('ended'));
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'caller_hangup' });
  });
});

describe('chan_websocket', () => {
  function dial(password = SECRET): WebSocket {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/asterisk?from=%2B15550100`, 'media', {
      auth: `leibniz:${password}`,
    });
    socket.on('error', () => undefined);
    return socket;
  }

  test('audio before its start is dropped, later audio, keys and flow control are heeded', async () => {
    const socket = dial();
    const got: string[] = [];
    socket.on('message', (raw, binary) => got.push(binary ? 'audio' : (raw as Buffer).toString('utf8')));
    await until(() => line !== undefined && socket.readyState === WebSocket.OPEN);
    socket.send(Buffer.alloc(320));
    socket.send('{"event":"MEDIA_START","format":"slin","optimal_frame_size":320}');
    socket.send(Buffer.alloc(320));
    socket.send('{"event":"DTMF_END","digit":"7"}');
    await until(() => has('dtmf'));
    expect(events.map(({ type }) => type)).toEqual(['audio', 'dtmf']);
    taken().send(frame);
    socket.send('{"event":"MEDIA_XOFF"}');
    socket.send('{"event":"DTMF_END","digit":"8"}');
    await until(() => events.length === 3);
    taken().send(frame);
    taken().flush();
    taken().hangup('agent_goodbye');
    await until(() => socket.readyState === WebSocket.CLOSED);
    expect(got).toEqual(['audio', '{"command":"FLUSH_MEDIA"}', '{"command":"HANGUP"}']);
  });

  test('a format that we did not ask for ends the call; a wrong password opens nothing', async () => {
    const socket = dial();
    await until(() => line !== undefined && socket.readyState === WebSocket.OPEN);
    socket.send('{"event":"MEDIA_START","format":"ulaw","optimal_frame_size":160}');
    await until(() => has('ended'));
    expect(events.at(-1)).toEqual({ type: 'ended', reason: 'rejected_media' });
    line = undefined;
    const closed = new Promise((resolve) => dial('guess').once('close', resolve));
    await closed;
    expect(line).toBeUndefined();
  });
});

describe('Jambonz', () => {
  test('webhooks: a call, its audio both ways, a key, barge-in, our goodbye', async () => {
    const { status, verbs } = await jambonz.post('/jambonz/call', {
      call_sid: 'c1',
      call_status: 'trying',
      caller_name: 'Ada',
    });
    expect([status, verbs.map(({ verb }) => verb)]).toEqual([200, ['answer', 'listen']]);
    expect(taken().pii).toEqual({ from: '+15550100', to: '+15550199', displayName: 'Ada' });
    const audio = await FakeListen.open(listenOf(verbs));
    audio.say(Buffer.alloc(641));
    audio.dtmf('4');
    await until(() => has('dtmf'));
    taken().send(frame);
    taken().flush();
    taken().hangup('agent_goodbye');
    await until(() => audio.commands.length === 2);
    expect(audio.commands).toEqual(['killAudio', 'disconnect']);
    expect(Buffer.concat(audio.heard).every((byte) => byte === 0)).toBe(true);
    const next = await jambonz.post('/jambonz/next', { call_sid: 'c1', call_status: 'in-progress' });
    expect(next.verbs).toEqual([{ verb: 'hangup' }]);
    expect(events.filter(({ type }) => type === 'ended')).toEqual([
      { type: 'ended', reason: 'agent_goodbye' },
    ]);
  });

  test('a webhook that is not signed, or by another secret, or old news, is not taken', async () => {
    const fresh = { call_sid: 'c2', call_status: 'trying' };
    expect(
      (await new FakeJambonz(`http://127.0.0.1:${gateway.port}`, undefined).post('/jambonz/call', fresh))
        .status,
    ).toBe(401);
    expect((await jambonz.post('/jambonz/call', fresh, 'another')).status).toBe(401);
    for (const ageS of [600, -600]) {
      expect((await jambonz.post('/jambonz/call', fresh, HOOK_SECRET, ageS)).status).toBe(401);
    }
    expect((await jambonz.post('/jambonz/elsewhere', fresh)).status).toBe(400);
    expect(line).toBeUndefined();
    expect(
      (await jambonz.post('/jambonz/next', { call_sid: 'gone', call_status: 'in-progress' })).verbs,
    ).toEqual([{ verb: 'hangup' }]);
  });

  test('a full house declines, so that the carrier may try elsewhere', async () => {
    full = true;
    const { verbs } = await jambonz.post('/jambonz/call', { call_sid: 'c3', call_status: 'trying' });
    expect(verbs).toMatchObject([{ verb: 'sip:decline', status: 480 }]);
  });

  test('audio without the key of a call is cut off; a key works once', async () => {
    const { verbs } = await jambonz.post('/jambonz/call', { call_sid: 'c4', call_status: 'trying' });
    await (
      await FakeListen.open(listenOf(verbs), { leibnizKey: 'guess' })
    ).closed;
    const audio = await FakeListen.open(listenOf(verbs));
    audio.dtmf('1');
    await until(() => has('dtmf'));
    await (
      await FakeListen.open(listenOf(verbs))
    ).closed;
    audio.dtmf('2');
    await until(() => events.filter(({ type }) => type === 'dtmf').length === 2);
    await jambonz.post('/jambonz/status', { call_sid: 'c4', call_status: 'completed' });
    await until(() => has('ended'));
  });

  test('WebSocket application: a transfer that nobody answers comes back to the agent', async () => {
    const control = await jambonz.application(SECRET);
    const verbs = await control.send('session:new', 'c5', { call_sid: 'c5', call_status: 'trying' });
    const audio = await FakeListen.open(listenOf(verbs));
    taken().transfer('tel:+15550177');
    await until(() => audio.commands.includes('disconnect'));
    audio.close();
    const dial = await control.send('verb:hook', 'c5', { call_status: 'in-progress' });
    expect(dial).toMatchObject([{ verb: 'dial', target: [{ type: 'phone', number: '+15550177' }] }]);
    control.tell('call:status', 'd1', {
      parent_call_sid: 'c5',
      direction: 'outbound',
      call_status: 'no-answer',
    });
    const again = await control.send('verb:hook', 'c5', {
      call_status: 'in-progress',
      dial_call_status: 'no-answer',
    });
    const more = await FakeListen.open(listenOf(again));
    more.dtmf('9');
    await until(() => has('dtmf'));
    expect(
      events
        .filter(({ type }) => type !== 'audio')
        .map((event) => (event.type === 'transfer' ? event.state : event.type)),
    ).toEqual(['trying', 'refused', 'dtmf']);
    control.tell('call:status', 'c5', { call_status: 'completed' });
    await until(() => has('ended'));
    control.close(1000);
  });

  test('a control connection that breaks is taken up again; one without the password is refused', async () => {
    const control = await jambonz.application(SECRET);
    const verbs = await control.send('session:new', 'c6', { call_sid: 'c6', call_status: 'trying' });
    const audio = await FakeListen.open(listenOf(verbs));
    control.close(4000);
    const again = await jambonz.application(SECRET);
    await again.send('session:reconnect', 'c6', { call_sid: 'c6', call_status: 'in-progress' });
    audio.dtmf('1');
    await until(() => has('dtmf'));
    expect(has('ended')).toBe(false);
    again.tell('call:status', 'c6', { call_status: 'completed' });
    await until(() => has('ended'));
    await expect(jambonz.application('guess')).rejects.toThrow('401');
  });
});
