import { ReplayCall } from './harness.js';

const LONG =
  'The library is open every day. It opens at eight in the morning and closes at eleven at night, and the group rooms can be reserved online.';

const talkative = { answers: { library: LONG } };

describe('barge-in', () => {
  test('agent speaks, caller speaks over it: cut, only what was heard is kept, the new question is answered', async () => {
    const call = await ReplayCall.dial(talkative);
    await call.speak('Tell me about the library.');
    await call.time.advance(3500);
    const answer = await call.ask('What are your opening hours?');
    expect(answer).toContain('9 AM to 5 PM');
    const cut = call.of('agent_finished').find((event) => !event.complete);
    expect(cut?.pii.heard).not.toBe('');
    expect(LONG.startsWith(cut?.pii.heard.slice(0, 20) ?? '-')).toBe(true);
    expect(cut?.pii.heard.length ?? 0).toBeLessThan(LONG.length);
    expect(call.of('barge_in').map((e) => e.outcome)).toContain('cut');
  });

  test('agent speaks, cough: it goes on and everything is heard', async () => {
    const call = await ReplayCall.dial(talkative);
    await call.speak('Tell me about the library.');
    await call.time.advance(3500);
    await call.noise(300);
    await call.listen();
    expect(call.of('barge_in')).toMatchObject([{ outcome: 'resumed' }]);
    expect(call.of('agent_finished').every((event) => event.complete)).toBe(true);
  });

  test('key by INFO before the first packet: greeted, then the key is taken', async () => {
    const call = await ReplayCall.dial({ firstKey: '5' });
    expect(call.heard).toEqual(call.agentTexts);
    expect(call.heard).toEqual([
      expect.stringMatching(/^Hello, this is /),
      expect.stringMatching(/^Sorry, I did not understand that/),
    ]);
  });

  test('agent speaks, key: cut at once', async () => {
    const call = await ReplayCall.dial(talkative);
    await call.speak('Tell me about the library.');
    await call.time.advance(3000);
    call.phone.sendDtmf('0');
    await call.time.advance(600);
    expect(call.of('barge_in').map((e) => e.reason)).toContain('dtmf');
  });
});

test('a crash in the middle of an answer: the record shows what was being said', async () => {
  const call = await ReplayCall.dial(talkative);
  await call.speak('Tell me about the library.');
  await call.time.advance(3500);
  const crashed = await call.store.calls.get('call-1');
  expect(crashed?.turns.at(-1)?.role).toBe('user');
  const speaking = crashed?.events.filter(({ type }) => type === 'agent_speaking').at(-1);
  expect(JSON.stringify(speaking?.payload)).toContain('The library is open every day.');
});

describe('partial words', () => {
  test('are told while the caller speaks, and leave the turn as it is', async () => {
    const call = await ReplayCall.dial({ partials: true });
    const before = call.events.length;
    await call.speak('What are your opening hours today, please?');
    const whileSpeaking = call.events.slice(before).map(({ event }) => event);
    const partial = whileSpeaking.filter((event) => event.type === 'heard_words' && !event.final);
    expect(partial.length).toBeGreaterThan(1);
    expect(partial[0]).not.toHaveProperty('confidence');
    expect(whileSpeaking.some((event) => event.type === 'speech_ended')).toBe(false);
    await call.listen();
    expect(call.turns).toEqual(['What are your opening hours today, please?']);
    expect(call.agentTexts.join(' ')).toContain('9 AM to 5 PM');
  });
});

describe('the recogniser in trouble', () => {
  test('late by two seconds: the turn waits for it and is answered', async () => {
    const call = await ReplayCall.dial({ sttDelayMs: 2000 });
    expect(await call.ask('What are your opening hours?')).toContain('9 AM to 5 PM');
    expect(Math.max(...call.gaps)).toBeLessThan(3500);
  });

  test('fails once: asked again and answered', async () => {
    const call = await ReplayCall.dial({ stt: (index) => (index === 0 ? { error: 'failed' } : undefined) });
    expect(await call.ask('What are your opening hours?')).toContain('9 AM to 5 PM');
  });

  test('always fails: asked to repeat, then offered the keypad, then a person or a call-back', async () => {
    const call = await ReplayCall.dial({ stt: () => ({ error: 'failed' }) });
    const replies = [
      await call.ask('Hello there you.'),
      await call.ask('Hello there you.'),
      await call.ask('Hello there you.'),
    ];
    expect(new Set(replies).size).toBe(3);
    expect(replies[1]).toMatch(/press/i);
    expect(replies[2]).toMatch(/connect|call you back/i);
  });
});

describe('silence and loss', () => {
  test('nobody speaks: two different re-prompts, a goodbye, the end', async () => {
    const call = await ReplayCall.dial();
    await call.time.advance(90_000);
    const said = call.agentTexts.slice(1);
    expect(new Set(said).size).toBe(said.length);
    expect(said.at(-1)).toMatch(/goodbye/i);
    expect(call.leg.ended).toBe('silence');
  });

  test('the phone stops sending in the middle of a call: the clock goes on and the caller is asked', async () => {
    const call = await ReplayCall.dial();
    await call.ask('What are your opening hours?');
    await call.muted(20_000);
    expect(call.agentTexts.length).toBeGreaterThan(3);
  });

  test('the answer is spoken to its last sample before the agent hangs up', async () => {
    const call = await ReplayCall.dial();
    await call.ask('Goodbye.');
    await call.time.advance(2000);
    expect(call.leg.ended).toBe('agent_goodbye');
    expect(call.of('agent_finished').at(-1)?.complete).toBe(true);
  });
});

test('the longest call ends with a goodbye that is heard to its end, whatever is said meanwhile', async () => {
  const call = await ReplayCall.dial({ maxCallMs: 20_000 });
  await call.ask('What are your opening hours?');
  await call.time.advance(20_000);
  expect(call.leg.ended).toBe('max_duration');
  expect(call.agentTexts.at(-1)).toMatch(/longest time.*Goodbye/);
  expect(call.of('agent_finished').at(-1)?.complete).toBe(true);
});

test('keys without end: the call says goodbye at its thousandth line', async () => {
  const call = await ReplayCall.dial();
  for (let n = 0; n < 1200 && call.leg.ended === undefined; n++) {
    call.session.dtmf('7');
    await call.time.advance(20);
  }
  await call.time.advance(15_000);
  expect(call.leg.ended).toBe('max_duration');
  expect(call.store.appended.filter(({ kind }) => kind === 'turn').length).toBeLessThan(1050);
});

test('transfer refused: the agent comes back and says so', async () => {
  const call = await ReplayCall.dial();
  const reply = await call.ask('I want to speak to a person.');
  // Without a configured person the office offers to call back instead.
  expect(reply).toMatch(/connect|call you back/i);
});

test('the same call twice gives the same decisions at the same times', async () => {
  const run = async (): Promise<string> => {
    const call = await ReplayCall.dial({ net: { loss: 0.05, latencyMs: 20, jitterMs: 50 }, seed: 42 });
    await call.ask('What are your opening hours?');
    await call.ask('I would like to book an appointment.');
    await call.ask('Tuesday December first at three p.m.');
    return JSON.stringify([call.events, call.store.appended]);
  };
  expect(await run()).toBe(await run());
});
