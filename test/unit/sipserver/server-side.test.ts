import { answer, EngineRig, establish, order, request, reply, SDP } from './engine-rig.js';

describe('a call from the network', () => {
  test('INVITE, 180, 200, ACK, BYE, 200', () => {
    const rig = new EngineRig();
    rig.takeClient();
    rig.receive(request('INVITE', { body: SDP }));
    expect(rig.takeWire()).toEqual(['100 INVITE']);
    expect(rig.lastTransaction()).not.toBe('');
    const transaction = rig.lastTransaction();
    expect(rig.takeClient()).toEqual(['sip INVITE']);
    rig.command(`sip|${transaction}|`, answer(180, 'Ringing'));
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
    expect(rig.sent.map(({ message }) => message.headers.has('contact'))).toEqual([false, true]);
    const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    expect(rig.takeWire()).toEqual(['180 INVITE', '200 INVITE']);
    const confirmation = rig.takeFrames();
    expect(confirmation.map((frame) => frame.fields[1])).toEqual(['OK', 'OK']);
    expect(confirmation[1]?.fields.slice(2, 5)).toEqual(['application', expect.any(String), 'udp']);
    expect(confirmation[1]?.fields.slice(8)).toEqual([
      transaction,
      'call-1;from-tag=peer',
      '',
      'Msg sent:',
      '',
    ]);
    rig.receive(request('ACK', { toTag }));
    expect(rig.takeClient()).toEqual(['sip ACK']);
    rig.receive(request('BYE', { toTag, cseq: 2 }));
    const bye = rig.lastTransaction();
    expect(rig.takeClient()).toEqual(['sip BYE']);
    expect(rig.stats.active.dialogs).toBe(0);
    rig.command(`sip|${bye}|`, answer(200, 'OK'));
    expect(rig.takeWire()).toEqual(['200 BYE']);
    expect(rig.takeFrames()[0]?.fields[9]).toBe('');
  });

  test('the frame of an INVITE names peer, receiving address and received text', () => {
    const rig = new EngineRig();
    rig.takeFrames();
    rig.receive(
      request('INVITE', { via: 'Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKx;rport', extra: ['x-own: Ab'] }),
      {
        port: 1234,
      },
    );
    const frame = rig.takeFrames()[0];
    expect(frame?.fields.slice(0, 1)).toEqual(['network']);
    expect(frame?.fields.slice(2, 5)).toEqual(['udp', '192.0.2.9', '1234']);
    expect(frame?.fields.slice(7)).toEqual(['', '192.0.2.1', '5060', '']);
    expect(frame?.payload).toContain('rport=1234;received=192.0.2.9');
    expect(frame?.payload).toContain('x-own: Ab\r\n');
    expect(rig.takeSent()[0]?.hop).toMatchObject({ address: '192.0.2.9', port: 1234 });
  });

  test('without rport a response goes to the port of the Via', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { via: 'Via: SIP/2.0/UDP 10.0.0.5:5099;branch=z9hG4bKx' }), { port: 1234 });
    const [trying] = rig.takeSent();
    expect(trying?.hop).toMatchObject({ address: '192.0.2.9', port: 5099 });
    expect(trying?.message.headers.get('via')).toBe(
      'SIP/2.0/UDP 10.0.0.5:5099;branch=z9hG4bKx;received=192.0.2.9',
    );
  });

  test('Via, Record-Route, From and Call-ID come back as they were', () => {
    const rig = new EngineRig();
    const lines = [
      'Record-Route: <sip:p1.example;lr>, <sip:p2.example;lr>',
      'Via: SIP/2.0/UDP second.example',
    ];
    rig.receive(request('INVITE', { extra: lines }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    const { headers } = rig.lastResponse();
    expect(headers.all('via')).toHaveLength(2);
    expect(headers.get('record-route')).toBe('<sip:p1.example;lr>, <sip:p2.example;lr>');
    expect(headers.get('content-type')).toBe('application/sdp');
    expect(headers.get('allow')).toContain('INVITE');
  });

  test('the application chooses the To tag with its first response', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    const transaction = rig.lastTransaction();
    rig.command(
      `sip|${transaction}|`,
      answer(180, 'Ringing', { extra: ['to: <sip:agent@192.0.2.1>;tag=mine'] }),
    );
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { extra: ['to: <sip:agent@192.0.2.1>;tag=other'] }));
    expect(
      rig
        .takeSent()
        .slice(1)
        .map(({ message }) => message.headers.get('to')),
    ).toEqual(['<sip:agent@192.0.2.1>;tag=mine', '<sip:agent@192.0.2.1>;tag=mine']);
  });

  test('@localhost in Contact becomes our address, or the public one', () => {
    for (const [publicHost, host] of [
      [undefined, '192.0.2.1'],
      ['voice.example', 'voice.example'],
    ] as const) {
      const rig = new EngineRig(publicHost === undefined ? {} : { publicHost });
      rig.receive(request('INVITE'));
      rig.command(
        `sip|${rig.lastTransaction()}|`,
        answer(200, 'OK', { extra: ['contact: <sip:me@localhost>'] }),
      );
      expect(rig.lastResponse().headers.get('contact')).toBe(`<sip:me@${host}:5060>`);
    }
  });

  test('INVITE, INVITE again: one frame, the 100 again', () => {
    const rig = new EngineRig();
    rig.takeFrames();
    rig.receive(request('INVITE'));
    rig.receive(request('INVITE'));
    expect(rig.takeClient()).toEqual(['sip INVITE']);
    expect(rig.takeWire()).toEqual(['100 INVITE', '100 INVITE']);
    expect(rig.stats.retransmissionsIn).toBe(1);
  });

  test('INVITE, 486, ACK: the ACK is not shown to the application', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKsame' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(486, 'Busy Here'));
    expect(rig.lastResponse().headers.has('contact')).toBe(false);
    rig.takeFrames();
    rig.receive(request('ACK', { branch: 'z9hG4bKsame', toTag: 'x' }));
    expect(rig.takeClient()).toEqual([]);
    rig.advance(6_000);
    expect(rig.stats.active).toMatchObject({ serverTransactions: 0, timers: 0 });
  });

  test('200, second answer: refused as unknown transaction', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    const transaction = rig.lastTransaction();
    rig.command(`sip|${transaction}|`, answer(200, 'OK'));
    rig.takeFrames();
    rig.command(`sip|${transaction}|`, answer(200, 'OK'));
    rig.command('sip|nonsense|', answer(200, 'OK'));
    rig.command('sip||', answer(200, 'OK'));
    expect(rig.takeClient()).toEqual([
      'NOK Response not sent due to unknown transaction',
      'NOK Response not sent due to unknown transaction',
      'NO transaction id missing',
    ]);
  });

  test('an application that never answers: 500 after 64 s, and it is told', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.takeFrames();
    rig.takeSent();
    rig.advance(64_000);
    expect(rig.takeWire()[0]).toBe('500 INVITE');
    expect(rig.takeClient()).toEqual(['sip CANCEL']);
  });
});

describe('ACK', () => {
  test('200, ACK lost: 200 again from T1 to T2, then BYE reported as unsolicited after 32 s', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.takeFrames();
    rig.takeSent();
    rig.advance(31_999);
    expect(rig.takeSent().map(({ at }) => at)).toEqual([
      500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500,
    ]);
    rig.advance(1);
    expect(rig.takeSent().map(({ at, message }) => [at, message.headers.get('reason')])).toEqual([
      [32000, 'SIP;cause=200;text="ACK timeout"'],
    ]);
    const [frame] = rig.takeFrames();
    expect(frame?.fields[0]).toBe('application');
    expect(frame?.fields.slice(6)).toEqual(['unsolicited', 'call-1;from-tag=peer', '']);
    expect(frame?.payload).toMatch(/^BYE sip:peer@192\.0\.2\.9:5060 SIP/);
    expect(rig.stats).toMatchObject({ ackTimeouts: 1, active: { dialogs: 0 } });
    rig.advance(60_000);
    expect(rig.stats.active).toMatchObject({ serverTransactions: 0, clientTransactions: 0, timers: 0 });
  });

  test('200, ACK, ACK again: shown once', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('ACK', { toTag }));
    expect(rig.takeClient()).toEqual([]);
    expect(rig.stats.drops).toEqual({ stray_ack: 1 });
  });

  test('200, BYE by the application, ACK: the BYE waits for the ACK', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    rig.takeSent();
    rig.takeFrames();
    rig.command('sip||call-1;from-tag=peer', order('BYE', 'sip:placeholder'));
    expect(rig.takeWire()).toEqual([]);
    expect(rig.takeClient()).toEqual(['OK']);
    rig.receive(request('ACK', { toTag }));
    expect(rig.takeWire()).toEqual(['BYE']);
  });

  test('200, BYE by the application, no ACK: that BYE goes out after 32 s and nothing is reported', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.command('sip||call-1;from-tag=peer', order('BYE', 'sip:placeholder'));
    rig.takeFrames();
    rig.advance(32_000);
    expect(rig.lastRequest().method).toBe('BYE');
    rig.receive(reply(rig.lastRequest(), 200));
    expect(rig.takeClient()).toEqual(['sip 200 BYE']);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('200, BYE by the application, BYE by the caller: the held BYE is answered locally', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    rig.command('sip||call-1;from-tag=peer', order('BYE', 'sip:placeholder'));
    rig.takeFrames();
    rig.receive(request('BYE', { toTag, cseq: 2 }));
    expect(rig.takeClient()).toEqual(['sip 481 BYE', 'sip BYE']);
    expect(rig.stats.active.clientTransactions).toBe(0);
  });
});

describe('CANCEL', () => {
  test('INVITE, CANCEL: 200 and 487 by the server, the application is told', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    const transaction = rig.lastTransaction();
    rig.takeSent();
    rig.takeFrames();
    rig.receive(request('CANCEL', { branch: 'z9hG4bKc' }));
    expect(rig.takeWire()).toEqual(['200 CANCEL', '487 INVITE']);
    const frame = rig.takeFrames()[0];
    expect(frame?.fields.slice(6)).toEqual([transaction, '', '']);
    rig.command(`sip|${transaction}|`, answer(200, 'OK'));
    expect(rig.takeClient()).toEqual(['NOK Response not sent due to unknown transaction']);
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('INVITE, 180, CANCEL: the frame names the dialog, which is gone', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(180, 'Ringing'));
    expect(rig.stats.active.dialogs).toBe(1);
    rig.takeFrames();
    rig.receive(request('CANCEL', { branch: 'z9hG4bKc' }));
    expect(rig.takeFrames()[0]?.fields[7]).toBe('call-1;from-tag=peer');
    expect(rig.stats.active.dialogs).toBe(0);
  });

  test('INVITE, 200, CANCEL, ACK: 481, then BYE after the ACK', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    rig.takeSent();
    rig.takeFrames();
    rig.receive(request('CANCEL', { branch: 'z9hG4bKc' }));
    expect(rig.takeWire()).toEqual(['481 CANCEL']);
    rig.receive(request('ACK', { toTag }));
    expect(rig.takeWire()).toEqual(['BYE']);
    expect(rig.takeClient()).toEqual(['sip ACK', 'sip unsolicited BYE']);
  });

  test('INVITE, 200, CANCEL, no ACK: BYE after T1', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.receive(request('CANCEL', { branch: 'z9hG4bKc' }));
    rig.takeSent();
    rig.takeFrames();
    rig.advance(500);
    expect(rig.takeWire()).toContain('BYE');
    expect(rig.takeFrames()[0]?.payload).toContain('ACK-BYE due to cancel race condition');
  });

  test('INVITE, 486, CANCEL: 200 and nothing else', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKc' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(486, 'Busy Here'));
    rig.takeSent();
    rig.receive(request('CANCEL', { branch: 'z9hG4bKc' }));
    expect(rig.takeWire()).toEqual(['200 CANCEL']);
  });

  test('CANCEL of nothing: 481', () => {
    const rig = new EngineRig();
    rig.receive(request('CANCEL'));
    expect(rig.takeWire()).toEqual(['481 CANCEL']);
  });

  test('BYE in the early dialog: 200, 487, the application sees a CANCEL', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE'));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(180, 'Ringing'));
    const toTag = /tag=(.+)/.exec(rig.lastResponse().headers.get('to') ?? '')?.[1] ?? '';
    rig.takeSent();
    rig.takeFrames();
    rig.receive(request('BYE', { toTag, cseq: 2 }));
    expect(rig.takeWire()).toEqual(['487 INVITE', '200 BYE']);
    expect(rig.takeClient()).toEqual(['sip CANCEL']);
  });
});

describe('requests inside a dialog', () => {
  test.each(['INFO', 'MESSAGE', 'NOTIFY', 'REFER', 'OPTIONS', 'UPDATE'])(
    '%s is delivered with the dialog id',
    (method) => {
      const rig = new EngineRig();
      const { toTag, dialog } = establish(rig);
      rig.receive(request(method, { toTag, cseq: 2 }));
      expect(rig.lastDialog()).toBe(dialog);
      const transaction = rig.lastTransaction();
      expect(rig.takeClient()).toEqual([`sip ${method}`]);
      rig.command(`sip|${transaction}|`, answer(200, 'OK'));
      expect(rig.takeWire()).toEqual([`200 ${method}`]);
    },
  );

  test('re-INVITE, 200, ACK: the ACK has a transaction of its own', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('INVITE', { toTag, cseq: 2, contact: '<sip:moved@192.0.2.77>' }));
    const transaction = rig.lastTransaction();
    rig.command(`sip|${transaction}|`, answer(200, 'OK', { body: SDP }));
    expect(rig.takeWire()).toEqual(['100 INVITE', '200 INVITE']);
    rig.receive(request('ACK', { toTag, cseq: 2 }));
    expect(rig.lastTransaction()).not.toBe(transaction);
    rig.command('sip||call-1;from-tag=peer', order('BYE', 'sip:placeholder'));
    expect(rig.lastRequest().uri).toBe('sip:moved@192.0.2.77');
  });

  test('re-INVITE while one is open: 500 with Retry-After', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('INVITE', { toTag, cseq: 2 }));
    rig.takeSent();
    rig.receive(request('INVITE', { toTag, cseq: 3 }));
    const [refusal] = rig.takeSent();
    expect(refusal?.message).toMatchObject({ status: 500 });
    expect(Number(refusal?.message.headers.get('retry-after'))).toBeLessThanOrEqual(10);
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.takeSent();
    rig.receive(request('INVITE', { toTag, cseq: 4 }));
    expect(rig.takeWire()).toEqual(['100 INVITE']);
  });

  test('re-INVITE that crosses ours: 491', () => {
    const rig = new EngineRig();
    const { toTag, dialog } = establish(rig);
    rig.command(`sip||${dialog}`, order('INVITE', 'sip:placeholder', { body: SDP }));
    const ours = rig.lastRequest();
    rig.takeSent();
    rig.receive(request('INVITE', { toTag, cseq: 2 }));
    expect(rig.takeWire()).toEqual(['491 INVITE']);
    rig.receive(reply(ours, 200, { body: SDP }));
    rig.takeSent();
    rig.receive(request('INVITE', { toTag, cseq: 3 }));
    expect(rig.takeWire()).toEqual(['100 INVITE']);
  });

  test('re-INVITE, CANCEL: 487, the call goes on', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('INVITE', { toTag, cseq: 2, branch: 'z9hG4bKre' }));
    rig.takeSent();
    rig.receive(request('CANCEL', { toTag, cseq: 2, branch: 'z9hG4bKre' }));
    expect(rig.takeWire()).toEqual(['200 CANCEL', '487 INVITE']);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('an old CSeq: 500', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig, { cseq: 10 });
    rig.receive(request('INFO', { toTag, cseq: 9 }));
    expect(rig.takeWire()).toEqual(['500 INFO']);
  });

  test.each([
    ['BYE', 'wrong', '481 BYE'],
    ['INVITE', 'wrong', '481 INVITE'],
    ['INFO', 'wrong', '481 INFO'],
    ['OPTIONS', 'wrong', '481 OPTIONS'],
  ])('%s with an unknown tag: 481', (method, toTag, expected) => {
    const rig = new EngineRig();
    establish(rig);
    rig.receive(request(method, { toTag, cseq: 5 }));
    expect(rig.takeWire()).toEqual([expected]);
  });

  test('an unknown method: 501 with Allow', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('NEWMETHOD', { toTag, cseq: 3 }));
    expect(rig.lastResponse().headers.has('allow')).toBe(true);
    expect(rig.takeWire()).toEqual(['501 NEWMETHOD']);
  });

  test('re-INVITE, 200, CANCEL, ACK: 200, and the call goes on', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('INVITE', { toTag, cseq: 2, body: SDP, branch: 'z9hG4bKr' }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK', { body: SDP }));
    rig.takeSent();
    rig.takeFrames();
    rig.receive(request('CANCEL', { toTag, cseq: 2, branch: 'z9hG4bKr' }));
    rig.receive(request('ACK', { toTag, cseq: 2 }));
    rig.advance(60_000);
    expect(rig.takeWire()).toEqual(['200 CANCEL']);
    expect(rig.takeClient()).toEqual(['sip ACK']);
    expect(rig.stats.active.dialogs).toBe(1);
  });

  test('BYE while a re-INVITE is open: 487 for it', () => {
    const rig = new EngineRig();
    const { toTag } = establish(rig);
    rig.receive(request('INVITE', { toTag, cseq: 2 }));
    rig.takeSent();
    rig.receive(request('BYE', { toTag, cseq: 3 }));
    rig.command(`sip|${rig.lastTransaction()}|`, answer(200, 'OK'));
    expect(rig.takeWire()).toEqual(['487 INVITE', '200 BYE']);
  });
});

describe('refusals', () => {
  test.each([
    ['no Contact', request('INVITE', { contact: false }), '400 INVITE'],
    ['bad Contact', request('INVITE', { contact: '<nonsense>' }), '400 INVITE'],
    ['Require', request('INVITE', { extra: ['Require: 100rel', 'Require: timer, x'] }), '420 INVITE'],
    ['scheme', request('INVITE').replace('INVITE sip:', 'INVITE mailto:'), '416 INVITE'],
    ['sips without TLS', request('INVITE').replace('INVITE sip:', 'INVITE sips:'), '416 INVITE'],
    ['version', request('INVITE').replace('SIP/2.0\r\nVia', 'SIP/3.0\r\nVia'), '505 INVITE'],
    ['BYE without dialog', request('BYE'), '481 BYE'],
    ['UPDATE without dialog', request('UPDATE'), '481 UPDATE'],
    ['PRACK without dialog', request('PRACK'), '481 PRACK'],
    ['NOTIFY without dialog', request('NOTIFY'), '481 NOTIFY'],
    ['not routed', request('REGISTER'), '405 REGISTER'],
    ['unknown method', request('DANCE'), '501 DANCE'],
    ['tel URI', request('INVITE').replace(/INVITE sip:\S+/, 'INVITE tel:+4930'), '100 INVITE'],
    [
      'Max-Forwards 0 concerns proxies only',
      request('OPTIONS').replace('Forwards: 70', 'Forwards: 0'),
      '200 OPTIONS',
    ],
    ['Max-Forwards nonsense', request('OPTIONS').replace('Forwards: 70', 'Forwards: -1'), '400 OPTIONS'],
  ])('%s', (_name, text, expected) => {
    const rig = new EngineRig();
    rig.takeSent();
    rig.receive(text);
    expect(rig.takeWire()).toEqual([expected]);
  });

  test('420 lists every option of every Require that is not known', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { extra: ['Require: precondition', 'Require: 100rel, timer, x'] }));
    expect(rig.lastResponse().headers.get('unsupported')).toBe('precondition, timer, x');
  });

  test('the same request over another path: 482', () => {
    const rig = new EngineRig();
    rig.receive(request('INVITE', { branch: 'z9hG4bKa' }));
    rig.receive(request('INVITE', { branch: 'z9hG4bKb' }));
    expect(rig.takeWire()).toEqual(['100 INVITE', '482 INVITE']);
  });

  test('our own INVITE comes back: 482', () => {
    const rig = new EngineRig();
    rig.command('sip||', order('INVITE', 'sip:loop@192.0.2.9', { body: SDP }));
    const via = rig.lastRequest().headers.get('via') ?? '';
    rig.takeSent();
    rig.receive(request('INVITE', { via: `Via: SIP/2.0/UDP proxy.example;branch=z9hG4bKp, ${via}` }));
    expect(rig.takeWire()).toEqual(['482 INVITE']);
  });

  test('nobody routes INVITE: 503 with Retry-After; OPTIONS says the same', () => {
    const rig = new EngineRig({ connect: false });
    rig.receive(request('INVITE'));
    rig.receive(request('OPTIONS', { callId: 'o' }));
    expect(rig.sent.map(({ message }) => message.headers.get('retry-after'))).toEqual(['2', '2']);
    expect(rig.takeWire()).toEqual(['503 INVITE', '503 OPTIONS']);
  });

  test('peers of RFC 2543: no From tag, no cookie in the branch, told apart by their headers', () => {
    const rig = new EngineRig();
    const old = (cseq: number): string =>
      request('INVITE', { cseq, callId: `old-${cseq}`, via: 'Via: SIP/2.0/UDP 192.0.2.9:5060' }).replace(
        ';tag=peer',
        '',
      );
    rig.receive(old(1));
    rig.receive(old(1));
    rig.receive(old(2));
    expect(rig.takeWire()).toEqual(['100 INVITE', '100 INVITE', '100 INVITE']);
    expect(rig.stats.retransmissionsIn).toBe(1);
  });

  test('stray responses and ACKs, keep-alives and rubbish are dropped and counted', () => {
    const rig = new EngineRig();
    rig.receive(
      'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKno\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n',
    );
    rig.receive(request('ACK', { toTag: 'x' }));
    rig.receive('\r\n\r\n');
    rig.receive('rubbish');
    rig.receive('SIP/2.0 200 OK\r\nVia: x\r\n\r\n');
    expect(rig.takeWire()).toEqual([]);
    expect(rig.stats.drops).toEqual({ stray_response: 1, stray_ack: 1, keepalive: 1, malformed_response: 2 });
    expect(rig.stats.parseErrors).toBe(2);
  });

  test('a display name outside the grammar reaches the application in quotes', () => {
    const rig = new EngineRig();
    rig.takeFrames();
    rig.receive(request('INVITE').replace('From: <', 'From: Jürgen <'));
    expect(rig.takeFrames()[0]?.payload).toContain('From: "Jürgen" <sip:peer@192.0.2.9>;tag=peer\r\n');
    expect(rig.lastResponse().headers.get('from')).toContain('Jürgen <');
  });
});
