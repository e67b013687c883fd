import { fastScheduler } from '../../support/fast-scheduler.js';
import { openApp, sdp, until, type SrfApp, type TestDialog, type TestMessage } from './srf-app.js';

describe('drachtio-srf on the embedded server', () => {
  let caller: SrfApp;
  let callee: SrfApp;
  const events: string[] = [];

  beforeEach(async () => {
    events.length = 0;
    [caller, callee] = await Promise.all([openApp(), openApp()]);
  });
  afterEach(() => Promise.all([caller.close(), callee.close()]));

  /** The callee answers every call; returns its dialogs. */
  function answerCalls(): TestDialog[] {
    const dialogs: TestDialog[] = [];
    callee.srf.invite((request, response) => {
      void callee.srf.createUAS(request, response, { localSdp: sdp() }).then((dialog) => {
        dialogs.push(dialog);
        dialog.on('ack', () => events.push('ack'));
        dialog.on('destroy', (_bye, reason) => events.push(`destroy ${reason}`));
        dialog.on('modify', (reinvite, answer) => {
          events.push('modify');
          answer.send(200, { body: reinvite.body.replace('sendonly', 'recvonly') });
        });
        dialog.on('info', (info, answer) => {
          events.push(`info ${info.body}`);
          answer.send(200);
        });
      });
    });
    return dialogs;
  }

  const bothIdle = (): boolean => [caller, callee].every(({ server }) => server.stats().active.dialogs === 0);

  describe.each(['', ';transport=tcp'])('calls%s', (transport) => {
    test('createUAC, createUAS, INFO, re-INVITE both ways, BYE by the caller', async () => {
      const dialogs = answerCalls();
      const call = await caller.srf.createUAC(callee.uri('bob', transport), {
        localSdp: sdp(),
        callingNumber: '1000',
      });
      await until(() => events.includes('ack'), 'ACK');
      const info = await call.request({
        method: 'INFO',
        headers: { 'Content-Type': 'application/dtmf-relay' },
        body: 'Signal=5',
      });
      expect(info.status).toBe(200);
      expect(await call.modify(sdp('sendonly'))).toContain('a=recvonly');
      expect(await dialogs[0]!.modify(sdp())).toContain('m=audio');
      await call.destroy({ headers: { 'X-Reason': 'done' } });
      await until(() => events.includes('destroy normal release'), 'destroy');
      expect(events).toEqual(['ack', 'info Signal=5', 'modify', 'ack', 'destroy normal release']);
      await until(bothIdle, 'no dialogs');
    });

    test('BYE by the callee', async () => {
      const dialogs = answerCalls();
      const call = await caller.srf.createUAC(callee.uri('bob', transport), { localSdp: sdp() });
      const ended = new Promise<string>((resolve) => call.on('destroy', (_bye, reason) => resolve(reason)));
      await until(() => dialogs.length === 1, 'answer');
      await dialogs[0]!.destroy();
      expect(await ended).toBe('normal release');
      await until(bothIdle, 'no dialogs');
    });

    test('CANCEL by the caller', async () => {
      callee.srf.invite((request, response) => {
        request.on('cancel', () => events.push('cancel'));
        response.send(180);
      });
      const attempt = caller.srf.createUAC(
        callee.uri('bob', transport),
        { localSdp: sdp() },
        {
          cbRequest: (_error, sent) => sent.cancel(),
          cbProvisional: (response) => events.push(String(response.status)),
        },
      );
      await expect(attempt).rejects.toMatchObject({ status: 487 });
      expect(events).toContain('cancel');
      await until(bothIdle, 'no dialogs');
    });

    test('486 by the callee', async () => {
      callee.srf.invite((_request, response) => response.send(486));
      await expect(
        caller.srf.createUAC(callee.uri('bob', transport), { localSdp: sdp() }),
      ).rejects.toMatchObject({
        status: 486,
      });
    });
  });

  test('digest: 407, the INVITE again with credentials, 200', async () => {
    const seen: string[] = [];
    callee.srf.invite((request, response) => {
      seen.push(request.has('Proxy-Authorization') ? 'authorized' : 'plain');
      if (seen.length === 1) {
        response.send(407, {
          headers: { 'Proxy-Authenticate': 'Digest realm="lab", nonce="n1", qop="auth"' },
        });
      } else {
        void callee.srf.createUAS(request, response, { localSdp: sdp() });
      }
    });
    const call = await caller.srf.createUAC(callee.uri('bob'), {
      localSdp: sdp(),
      auth: { username: 'u', password: 'p' },
    });
    expect(seen).toEqual(['plain', 'authorized']);
    await call.destroy();
    await until(bothIdle, 'no dialogs');
  });

  test('REGISTER and OPTIONS outside a dialog, by name', async () => {
    callee.srf.use('register', (request, response) => {
      const headers = request.has('Authorization')
        ? { Contact: request.get('Contact'), Expires: '60' }
        : { 'WWW-Authenticate': 'Digest realm="lab", nonce="n1"' };
      response.send(request.has('Authorization') ? 200 : 401, { headers });
    });
    const ask = (method: string, headers: Record<string, string> = {}): Promise<TestMessage> =>
      new Promise((resolve, reject) => {
        const options = { method, headers, auth: { username: 'u', password: 'p' } };
        caller.srf.request(`sip:localhost:${callee.server.port}`, options, (error, sent) => {
          if (error) reject(error instanceof Error ? error : new Error('not sent'));
          else sent.on('response', (response) => resolve(response));
        });
      });
    callee.srf.invite(() => undefined);
    const registered = await ask('REGISTER', { Contact: '<sip:me@localhost>', Expires: '60' });
    expect(registered.status).toBe(200);
    expect(registered.get('Contact')).toBe(`<sip:me@127.0.0.1:${caller.server.port}>`);
    const options = await ask('OPTIONS');
    expect([options.status, options.get('Allow').includes('INVITE')]).toEqual([200, true]);
  });

  test('REFER and its NOTIFYs inside the call', async () => {
    const dialogs = answerCalls();
    const call = await caller.srf.createUAC(callee.uri('bob'), { localSdp: sdp() });
    call.on('refer', (refer, answer) => {
      events.push(`refer ${refer.get('Refer-To')}`);
      answer.send(202);
      void call.request({
        method: 'NOTIFY',
        headers: { Event: 'refer', 'Subscription-State': 'terminated', 'Content-Type': 'message/sipfrag' },
        body: 'SIP/2.0 200 OK\r\n',
      });
    });
    await until(() => dialogs.length === 1, 'answer');
    const notified = new Promise<string>((resolve) =>
      dialogs[0]!.on('notify', (notify, answer) => {
        answer.send(200);
        resolve(notify.body);
      }),
    );
    const accepted = await dialogs[0]!.request({
      method: 'REFER',
      headers: { 'Refer-To': '<sip:human@127.0.0.1>' },
    });
    expect(accepted.status).toBe(202);
    expect(await notified).toBe('SIP/2.0 200 OK\r\n');
    expect(events).toContain('refer <sip:human@127.0.0.1>');
    await call.destroy();
  });

  test('nobody listens at the other end: TCP fails at once with 503', async () => {
    const attempt = caller.srf.createUAC('sip:x@127.0.0.1:21999;transport=tcp', { localSdp: sdp() });
    await expect(attempt).rejects.toMatchObject({ status: 503 });
  });

  test('a body of 40 kB in a MESSAGE arrives whole over TCP', async () => {
    const bodies: string[] = [];
    callee.srf.use('message', (request, response) => {
      bodies.push(request.body);
      response.send(200);
    });
    const body = 'ä0123456789'.repeat(3500);
    const status = await new Promise((resolve) => {
      const options = { method: 'MESSAGE', headers: { 'Content-Type': 'text/plain' }, body };
      caller.srf.request(callee.uri('x', ';transport=tcp'), options, (_error, sent) =>
        sent.on('response', (response) => resolve(response.status)),
      );
    });
    expect(status).toBe(200);
    expect(bodies).toEqual([body]);
  });
});

test('no ACK: the dialog ends with "ACK timeout"', async () => {
  const { createSocket } = await import('node:dgram');
  const app = await openApp({ scheduler: fastScheduler(100) });
  const peer = createSocket('udp4');
  try {
    await new Promise<void>((resolve) => peer.bind(0, '127.0.0.1', resolve));
    const heard: string[] = [];
    peer.on('message', (bytes) => heard.push(bytes.toString().split('\r\n')[0] ?? ''));
    const reason = new Promise<string>((resolve) => {
      app.srf.invite((request, response) => {
        void app.srf
          .createUAS(request, response, { localSdp: sdp() })
          .then((dialog) => dialog.on('destroy', (_bye, text) => resolve(text)));
      });
    });
    const { port } = peer.address();
    const invite = [
      `INVITE sip:x@127.0.0.1:${app.server.port} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bKnoack`,
      'From: <sip:p@127.0.0.1>;tag=1',
      'To: <sip:x@127.0.0.1>',
      'Call-ID: no-ack',
      'CSeq: 1 INVITE',
      `Contact: <sip:p@127.0.0.1:${port}>`,
      'Content-Length: 0',
      '',
      '',
    ];
    const repeat = setInterval(() => peer.send(invite.join('\r\n'), app.server.port, '127.0.0.1'), 20);
    expect(await reason).toBe('ACK timeout');
    clearInterval(repeat);
    expect(heard.filter((line) => line === 'SIP/2.0 200 OK').length).toBeGreaterThan(3);
    expect(app.server.stats().ackTimeouts).toBe(1);
  } finally {
    peer.close();
    await app.close();
  }
});

describe('session timers on the wire, a hundred times as fast', () => {
  const options = { sessionTimer: { expiresS: 90, minS: 90 }, scheduler: fastScheduler(100) };

  test('the call outlives its interval by UPDATE, and neither application is asked', async () => {
    const [caller, callee] = [await openApp(options), await openApp(options)];
    try {
      callee.srf.invite(
        (request, response) => void callee.srf.createUAS(request, response, { localSdp: sdp() }),
      );
      const headers = { Allow: 'INVITE, ACK, CANCEL, BYE, UPDATE' };
      await caller.srf.createUAC(callee.uri('bob'), { localSdp: sdp(), headers });
      const updates = (): number =>
        [caller, callee].reduce((sum, { server }) => sum + (server.stats().requestsOut['UPDATE'] ?? 0), 0);
      await until(() => updates() >= 3, 'three refreshes');
      expect([caller, callee].map(({ server }) => server.stats().active.dialogs)).toEqual([1, 1]);
    } finally {
      await Promise.all([caller.close(), callee.close()]);
    }
  });

  test('a phone that asked for a timer vanishes: BYE, and the application is told', async () => {
    const { createSocket } = await import('node:dgram');
    const app = await openApp(options);
    const phone = createSocket('udp4');
    try {
      await new Promise<void>((resolve) => phone.bind(0, '127.0.0.1', resolve));
      const { port } = phone.address();
      const send = (method: string, to: string, lines: string[]): void => {
        const text = [
          `${method} sip:x@127.0.0.1:${app.server.port} SIP/2.0`,
          `Via: SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${method}`,
          'From: <sip:p@127.0.0.1>;tag=1',
          `To: ${to}`,
          'Call-ID: vanishing',
          `CSeq: 1 ${method}`,
          ...lines,
          'Content-Length: 0',
          '',
          '',
        ];
        phone.send(text.join('\r\n'), app.server.port, '127.0.0.1');
      };
      const heard: string[] = [];
      phone.on('message', (bytes) => {
        const text = bytes.toString();
        heard.push(text);
        const to = /^To: (.+)$/m.exec(text)?.[1]?.trim() ?? '';
        if (text.startsWith('SIP/2.0 200')) send('ACK', to, []);
      });
      const reason = new Promise<string>((resolve) => {
        app.srf.invite((request, response) => {
          void app.srf
            .createUAS(request, response, { localSdp: sdp() })
            .then((dialog) => dialog.on('destroy', (_bye, text) => resolve(text)));
        });
      });
      const contact = `Contact: <sip:p@127.0.0.1:${port}>`;
      send('INVITE', '<sip:x@127.0.0.1>', [contact, 'Supported: timer', 'Session-Expires: 90']);
      expect(await reason).toBe('Session timer expired');
      expect(heard.find((text) => text.startsWith('SIP/2.0 200'))).toContain(
        'Session-Expires: 90;refresher=uac\r\n',
      );
      await until(() => heard.some((text) => text.startsWith('BYE ')), 'BYE');
      expect(app.server.stats()).toMatchObject({ sessionTimeouts: 1, active: { dialogs: 0 } });
    } finally {
      phone.close();
      await app.close();
    }
  });
});
