import { encodeFrame } from '../../../src/sipserver/core/control-codec.js';
import { answer, EngineRig, establish, request, SDP, SECRET } from './engine-rig.js';

describe('control port', () => {
  test('authenticate: OK with transports and version', () => {
    const rig = new EngineRig({ connect: false, publicHost: 'voice.example' });
    rig.input({ type: 'client_opened', client: 1 });
    rig.command(`authenticate|${SECRET}|tag1`);
    expect(rig.takeFrames()[0]?.fields.slice(1)).toEqual([
      'OK',
      'tcp/voice.example:5060,udp/voice.example:5060',
      'v0.9.4-test',
      'tcp/192.0.2.1:5060,udp/192.0.2.1:5060',
    ]);
  });

  test('wrong secret: NO, and the connection is closed', () => {
    const rig = new EngineRig({ connect: false });
    rig.input({ type: 'client_opened', client: 1 });
    rig.command('authenticate|guess|');
    expect(rig.takeClient()).toEqual(['NO incorrect secret']);
    expect(rig.other).toEqual([{ type: 'close_client', client: 1 }]);
    rig.command('ping');
    expect(rig.takeClient()).toEqual([]);
  });

  test.each(['route|invite', 'ping', 'sip||\r\nOPTIONS sip:x@y SIP/2.0\r\n\r\n'])(
    'before authentication nothing is carried out: %j',
    (leader) => {
      const rig = new EngineRig({ connect: false });
      rig.input({ type: 'client_opened', client: 1 });
      rig.command(leader);
      expect(rig.takeClient()).toEqual(['NO not authenticated']);
      expect(rig.other).toEqual([{ type: 'close_client', client: 1 }]);
      rig.receive(request('INVITE'));
      expect(rig.takeWire()).toEqual(['503 INVITE']);
    },
  );

  test('a connection that does not authenticate is closed after 10 s', () => {
    const rig = new EngineRig({ connect: false });
    rig.input({ type: 'client_opened', client: 1 });
    rig.advance(10_000);
    expect(rig.other).toEqual([{ type: 'close_client', client: 1 }]);
  });

  test('more connections than allowed are closed', () => {
    const rig = new EngineRig({ limits: { controlClients: 1 } });
    rig.input({ type: 'client_opened', client: 2 });
    expect(rig.other).toEqual([{ type: 'close_client', client: 2 }]);
  });

  test('ping: pong; unknown type: NO and close; proxy: refused', () => {
    const rig = new EngineRig();
    rig.takeFrames();
    rig.command('ping');
    expect(rig.takeFrames()[0]?.fields.slice(1)).toEqual(['OK', 'pong']);
    rig.command('proxy|x|||||||sip:a@b', 'INVITE sip:a@b SIP/2.0\r\n\r\n');
    rig.command('dance');
    expect(rig.takeClient()).toEqual(['NOK proxying is not supported', 'NO Unknown message type']);
    expect(rig.other).toEqual([{ type: 'close_client', client: 1 }]);
  });

  test('bytes that are no frames close the connection', () => {
    const rig = new EngineRig();
    rig.clientBytes(new TextEncoder().encode('GET / HTTP/1.1\r\n'));
    expect(rig.other).toEqual([{ type: 'close_client', client: 1 }]);
  });

  test('a frame of half a megabyte passes once the client is authenticated', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    const body = 'x'.repeat(500_000);
    const payload = `big|sip|${rig.lastTransaction()}|\r\n${answer(200, 'OK', { body, extra: ['Content-Type: text/plain'] })}`;
    rig.takeFrames();
    rig.engine.handle(rig.now as never, {
      type: 'client_bytes',
      client: 1,
      bytes: new TextEncoder().encode(encodeFrame(payload)),
    });
    const outputs = [rig.engine.poll(), rig.engine.poll()];
    expect(outputs.map((output) => output?.type)).toEqual(['transmit', 'control']);
  });

  test('clients take turns; routes are sets; a removed route affects its verb only', () => {
    const rig = new EngineRig();
    rig.input({ type: 'client_opened', client: 2 });
    rig.command(`authenticate|${SECRET}|`, undefined, 2);
    for (const verb of ['invite', 'invite', 'register']) rig.command(`route|${verb}`, undefined, 2);
    rig.takeFrames();
    for (let call = 0; call < 4; call++) rig.receive(request('INVITE', { callId: `c${call}` }));
    expect(rig.takeFrames().map((frame) => frame.client)).toEqual([1, 2, 1, 2]);
    rig.command('remove_route|invite', undefined, 2);
    rig.takeFrames();
    rig.receive(request('INVITE', { callId: 'x' }));
    rig.receive(request('INVITE', { callId: 'y' }));
    rig.receive(request('REGISTER', { callId: 'z' }));
    expect(rig.takeFrames().map((frame) => frame.client)).toEqual([1, 1, 2]);
  });

  test('requests of a dialog go to its owner; another client cannot use it', () => {
    const rig = new EngineRig();
    const { dialog, toTag } = establish(rig);
    rig.input({ type: 'client_opened', client: 2 });
    rig.command(`authenticate|${SECRET}|`, undefined, 2);
    rig.command('route|info', undefined, 2);
    rig.takeFrames();
    rig.command(`sip||${dialog}`, 'BYE sip:placeholder SIP/2.0\r\n\r\n', 2);
    expect(rig.takeClient()[0]).toMatch(/^NOK .*unable to find dialog/);
    rig.receive(request('INFO', { toTag, cseq: 2 }));
    expect(rig.takeFrames()[0]?.client).toBe(1);
  });

  test('the application goes away: 503 for what is open, BYE for its calls, 503 for new ones', () => {
    const rig = new EngineRig();
    establish(rig);
    rig.receive(request('INVITE', { callId: 'open' }));
    rig.takeSent();
    rig.input({ type: 'client_closed', client: 1 });
    expect(rig.takeWire()).toEqual(['503 INVITE', 'BYE']);
    expect(rig.stats.active).toMatchObject({ dialogs: 0, controlClients: 0 });
    rig.receive(request('INVITE', { callId: 'late' }));
    expect(rig.takeWire()).toEqual(['503 INVITE']);
  });
});

describe('bounds', () => {
  test('a full transaction table: 503 without state', () => {
    const rig = new EngineRig({ limits: { serverTransactions: 2 } });
    for (let call = 0; call < 5; call++) rig.receive(request('INVITE', { callId: `c${call}` }));
    expect(rig.takeWire().filter((line) => line === '503 INVITE')).toHaveLength(3);
    expect(rig.stats.active.serverTransactions).toBe(2);
    expect(rig.stats.drops).toEqual({ table_full: 3 });
  });

  test('a full client table: the application is refused', () => {
    const rig = new EngineRig({ limits: { clientTransactions: 1 } });
    rig.takeFrames();
    for (let call = 0; call < 2; call++) rig.command('sip||', 'OPTIONS sip:x@192.0.2.9 SIP/2.0\r\n\r\n');
    expect(rig.takeClient()).toEqual(['OK', 'NOK too many transactions']);
  });

  test('a full dialog table: 503', () => {
    const rig = new EngineRig({ limits: { dialogs: 1 } });
    establish(rig);
    rig.receive(request('INVITE', { callId: 'second' }));
    expect(rig.takeWire()).toEqual(['503 INVITE']);
  });

  test('two hundred calls of every kind leave nothing behind', () => {
    const rig = new EngineRig();
    for (let call = 0; call < 200; call++) {
      const callId = `c${call}`;
      rig.receive(request('INVITE', { callId, body: SDP }));
      const transaction = rig.lastTransaction();
      if (call % 4 === 0) rig.command(`sip|${transaction}|`, answer(486, 'Busy Here'));
      else if (call % 4 === 1) rig.receive(request('CANCEL', { callId, branch: `z9hG4bK-${callId}-1-1` }));
      else rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
      const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
      if (call % 4 === 2) {
        rig.receive(request('ACK', { callId, toTag }));
        rig.receive(request('BYE', { callId, toTag, cseq: 2 }));
        rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
      }
      rig.takeSent();
      rig.takeFrames();
    }
    rig.advance(200_000);
    expect(rig.stats.active).toEqual({
      serverTransactions: 0,
      clientTransactions: 0,
      dialogs: 0,
      timers: 0,
      controlClients: 1,
      connections: 0,
    });
  });
});
