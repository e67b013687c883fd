import { LeibnizError } from '../../src/kernel/errors.js';
import type { LiveFact } from '../../src/live/core/types.js';
import type { LineEvent, LineHolder, LiveCommand, LiveReply } from '../../src/session/live/commands.js';
import type { ConsoleLine } from '../../src/session/live/supervised-call.js';
import { ReplayCall, type ReplayOptions } from './harness.js';

const ADA = { id: 'u1', name: 'Ada' };
const SUE = { id: 'u2', name: 'Sue' };
const HOURS = 'We are open from nine to five on weekdays.';
const GREETING = /^Hello, this is /;

/** A console on a call: keeps what it hears and is told. */
class Desk {
  readonly events: LineEvent[] = [];
  readonly chunks: Int16Array[] = [];
  closed: string | undefined;
  readonly #line: ConsoleLine;

  constructor(
    private readonly call: ReplayCall,
    private readonly who = ADA,
    holder: Partial<LineHolder> = {},
  ) {
    this.#line = call.live.find('call-1').listen(
      { supervisor: who, mayBarge: true, ...holder },
      {
        audio: (stereo) => this.chunks.push(stereo),
        event: (event) => this.events.push(event),
        closed: (reason) => (this.closed = reason),
      },
    );
  }

  command(command: LiveCommand): LiveReply {
    return this.call.live.find('call-1').command(command, this.who);
  }

  /** Takes the call, with the microphone on. */
  take(force = false): this {
    this.command({ type: 'take', force });
    this.mode('take');
    return this.mic(true);
  }

  mode(mode: 'listen' | 'barge' | 'take'): this {
    this.#line.control({ type: 'mode', mode });
    return this;
  }

  mic(on: boolean): this {
    this.#line.control({ type: 'mic', on });
    return this;
  }

  /** Speaks for so long, a tone, and then is quiet with the microphone on. */
  async speak(ms: number, quietMs = 1500): Promise<void> {
    for (let at = 0; at < ms + quietMs; at += 20) {
      const pcm = new Int16Array(320);
      if (at < ms) for (let i = 0; i < 320; i++) pcm[i] = 8000 * Math.sin((2 * Math.PI * 500 * i) / 16_000);
      this.#line.audio(pcm);
      await this.call.time.advance(20);
    }
  }

  leave(): void {
    this.#line.detach();
  }

  /** Loudest samples of both sides since the last look. */
  loudness(): { caller: number; agent: number } {
    let [caller, agent] = [0, 0];
    for (const chunk of this.chunks.splice(0)) {
      for (let i = 0; i < chunk.length; i += 2) {
        caller = Math.max(caller, Math.abs(chunk[i] as number));
        agent = Math.max(agent, Math.abs(chunk[i + 1] as number));
      }
    }
    return { caller, agent };
  }
}

/** What the caller's telephone hears, loudest sample by 20 ms. */
function ear(call: ReplayCall): { loud: () => number } {
  let loudest = 0;
  call.phone.subscribe((event) => {
    if (event.type === 'audio') for (const s of event.pcm) loudest = Math.max(loudest, Math.abs(s));
  });
  return {
    loud: () => {
      const heard = loudest;
      loudest = 0;
      return heard;
    },
  };
}

function facts(call: ReplayCall): LiveFact[] {
  const told: LiveFact[] = [];
  call.live.subscribe((batch): void => {
    if (batch.kind === 'facts') told.push(...batch.facts);
  });
  return told;
}

const whisper = (kind: string, o: object = {}): LiveCommand =>
  ({ type: 'whisper', kind, expiresTurns: 2, ...o }) as LiveCommand;
const refusal = (run: () => unknown): string | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof LeibnizError ? error.code : 'other';
  }
};
const dial = (options: ReplayOptions = {}): Promise<ReplayCall> =>
  ReplayCall.dial({ colleague: 'I can see your file', ...options });

describe('a person takes the call', () => {
  test('the agent falls silent, both sides are written down, nobody is answered by the machine', async () => {
    const call = await dial();
    await call.speak('What are your opening hours?');
    await call.time.advance(2500);
    const said = call.agentTexts.length;
    const phone = ear(call);
    const desk = new Desk(call).take();
    await call.time.advance(100);
    phone.loud();
    await call.time.advance(400);
    expect(phone.loud()).toBeLessThan(100);
    await desk.speak(900);
    expect(phone.loud()).toBeGreaterThan(3000);
    await call.speak('My name is Grace.');
    await desk.speak(0, 12_000);
    expect(call.agentTexts.length).toBe(said);
    expect(call.leg.ended).toBeUndefined();
    expect(call.lines.slice(-2)).toEqual(['human: I can see your file', 'user: My name is Grace.']);
  });

  test.each([
    ['resume', { next: 'resume' as const }, /back to where we were|let us go on/i],
    ['ask_open_question', { next: 'ask_open_question' as const }, /\?/],
    ['say', { next: 'say' as const, say: 'I am back with you.' }, /^I am back with you/],
  ])(
    'handed back (%s): it speaks within 1.5 s, does not greet, and knows what was said',
    async (_n, how, words) => {
      const call = await dial();
      const desk = new Desk(call).take();
      await desk.speak(900);
      await call.speak('My name is Grace.');
      await call.time.advance(1500);
      const [at, said, heard] = [call.time.now(), call.agentTexts.length, call.of('agent_started').length];
      desk.command({ type: 'hand_back', note: 'Grace wants to move.', ...how });
      await call.time.advance(1500);
      expect(call.of('agent_started').length).toBeGreaterThan(heard);
      const first = call.events.find(({ at: when, event }) => when >= at && event.type === 'agent_started');
      expect((first?.at ?? 9999) - at).toBeLessThan(1500);
      const back = call.agentTexts.slice(said);
      expect(back[0]).toMatch(words);
      expect(back.join(' ')).not.toMatch(GREETING);
      const known = JSON.stringify(call.session.snapshot.state.memory);
      for (const part of ['I can see your file', 'My name is Grace', 'Grace wants to move']) {
        expect(known).toContain(part);
      }
      expect(call.lines).toContain('human: Grace wants to move.');
      await call.listen();
      expect(await call.ask('What are your opening hours?')).toContain('9 AM to 5 PM');
    },
  );

  test('taken before the greeting: it is never said', async () => {
    const call = await ReplayCall.ring();
    const desk = new Desk(call).take();
    await desk.speak(500, 3000);
    desk.command({ type: 'hand_back', next: 'resume' });
    await call.time.advance(6000);
    expect(call.agentTexts.length).toBeGreaterThan(0);
    expect(call.agentTexts.join(' ')).not.toMatch(GREETING);
  });

  test('taken while the agent says goodbye: nobody hangs up, and the agent speaks when it gets the call back', async () => {
    const call = await dial();
    await call.speak('Goodbye.');
    await call.time.advance(1500);
    const desk = new Desk(call).take();
    await desk.speak(500, 3000);
    expect(call.leg.ended).toBeUndefined();
    const said = call.agentTexts.length;
    desk.command({ type: 'hand_back', next: 'resume' });
    await call.time.advance(1500);
    expect(call.agentTexts.slice(said).join(' ')).toMatch(/\?/);
  });

  test('the line is lost: the caller hears a word after 2 s, and the agent after 5 s', async () => {
    const call = await dial();
    const told = facts(call);
    const desk = new Desk(call).take();
    await desk.speak(500);
    const said = call.agentTexts.length;
    desk.leave();
    await call.time.advance(1900);
    expect(call.agentTexts.length).toBe(said);
    await call.time.advance(200);
    expect(call.agentTexts.slice(said)).toHaveLength(1);
    await call.time.advance(4400);
    const back = call.agentTexts.slice(said + 1).join(' ');
    expect(back).toMatch(/\?/);
    expect(told).toContainEqual({
      type: 'control',
      call_id: 'call-1',
      controller: 'agent',
      user: ADA,
      reason: 'socket_lost',
    });
    await call.listen();
    expect(await call.ask('What are your opening hours?')).toContain('9 AM to 5 PM');
  });

  test('no audio comes of who has taken it: the agent has it again after 10 s', async () => {
    const call = await dial();
    const desk = new Desk(call);
    desk.command({ type: 'take', force: false });
    desk.mode('take');
    const said = call.agentTexts.length;
    await call.time.advance(9900);
    expect(call.agentTexts.length).toBe(said);
    await call.time.advance(300);
    expect(call.agentTexts.length).toBeGreaterThan(said);
    expect(desk.events.at(-1)).toEqual({ type: 'mode', mode: 'listen' });
  });

  test('one person at a time: another is refused, an admin takes it by force, and only the holder gives it back', async () => {
    const call = await dial();
    const [ada, sue] = [new Desk(call, ADA).take(), new Desk(call, SUE)];
    await ada.speak(200, 100);
    expect(refusal(() => sue.command({ type: 'take', force: false }))).toBe('CONTROL_TAKEN');
    expect(refusal(() => sue.command({ type: 'hand_back', next: 'resume' }))).toBe('CONTROL_TAKEN');
    sue.mode('take');
    expect(sue.events).toEqual([{ type: 'mic_refused', reason: 'not_in_control' }]);
    sue.take(true);
    expect(ada.events.at(-1)).toEqual({ type: 'mode', mode: 'listen' });
    const said = call.agentTexts.length;
    await sue.speak(200, 3000);
    expect(call.agentTexts.length).toBe(said);
    expect(refusal(() => ada.command({ type: 'hand_back', next: 'resume' }))).toBe('CONTROL_TAKEN');
    sue.command({ type: 'hand_back', next: 'resume' });
    expect(refusal(() => sue.command({ type: 'hand_back', next: 'resume' }))).toBe('NOT_ALLOWED_NOW');
  });

  test('a booking that is committed meanwhile is told when the call comes back', async () => {
    const call = await dial();
    await call.ask('I would like to book an appointment.');
    await call.ask('Tuesday December first.');
    await call.ask('Three p.m.');
    await call.ask('Course registration.');
    await call.ask('Ada Lovelace.');
    call.store.delayMs = 1500;
    await call.speak('Yes.');
    await call.time.advance(700);
    const desk = new Desk(call).take();
    await desk.speak(200, 3000);
    call.store.delayMs = 0;
    expect((await call.store.appointments.list()).total).toBe(1);
    const said = call.agentTexts.length;
    desk.command({ type: 'hand_back', next: 'resume' });
    await call.time.advance(1500);
    expect(call.agentTexts.slice(said).join(' ')).toMatch(/booked/i);
  });

  test('the caller hangs up: the console is told, and a late command learns that it is late', async () => {
    const call = await dial();
    const desk = new Desk(call).take();
    call.leg.hangup('caller_hangup');
    await call.time.advance(100);
    expect(desk.closed).toBe('call_ended');
    expect(refusal(() => desk.command({ type: 'end' }))).toBe('CALL_ENDED');
    expect(refusal(() => call.live.find('nobody'))).toBe('NOT_FOUND');
  });
});

describe('who listens', () => {
  test('hears the caller left and the agent right, 50 ms at a time; nothing is tapped without listeners', async () => {
    const call = await dial();
    const desk = new Desk(call);
    desk.loudness();
    await call.speak('What are your opening hours?');
    const whileSpeaking = desk.loudness();
    expect(whileSpeaking.caller).toBeGreaterThan(2000);
    await call.listen();
    expect(desk.loudness().agent).toBeGreaterThan(2000);
    await call.time.advance(1000);
    expect(desk.chunks.length).toBe(20);
    expect(desk.chunks.every((chunk) => chunk.length === 1600)).toBe(true);
    desk.leave();
    desk.chunks.length = 0;
    await call.time.advance(1000);
    expect(desk.chunks).toEqual([]);
  });

  test('is not heard, unless they barge with the microphone on; nobody hears themselves', async () => {
    const call = await dial();
    const [ada, sue] = [new Desk(call, ADA), new Desk(call, SUE, { mayBarge: false })];
    await call.time.advance(500);
    const phone = ear(call);
    await ada.mic(true).speak(300, 0);
    expect(ada.events).toEqual([{ type: 'mic_refused', reason: 'mode' }]);
    await ada.mode('barge').speak(300, 0);
    expect(phone.loud()).toBeLessThan(100);
    sue.mode('barge');
    expect(sue.events).toEqual([{ type: 'mic_refused', reason: 'forbidden' }]);
    ada.mic(true).loudness();
    sue.loudness();
    await ada.speak(400, 0);
    expect(phone.loud()).toBeGreaterThan(3000);
    expect(sue.loudness().agent).toBeGreaterThan(3000);
    expect(ada.loudness().agent).toBeLessThan(100);
  });

  test('levels are told five times a second, while somebody wants them', async () => {
    const call = await dial();
    const told: LiveFact[] = [];
    const { meter, leave } = call.live.subscribe((batch) => {
      if (batch.kind === 'facts') told.push(...batch.facts.filter(({ type }) => type === 'levels'));
    });
    await call.time.advance(1000);
    expect(told).toEqual([]);
    meter(['call-1']);
    await call.speak('What are your opening hours?');
    await call.time.advance(100);
    expect(told.some((fact) => fact.type === 'levels' && fact.caller_dbfs > -30)).toBe(true);
    meter([]);
    const before = told.length;
    await call.time.advance(1000);
    expect(told.length - before).toBeLessThan(2);
    leave();
  });

  test('at most five', async () => {
    const call = await dial();
    for (let i = 0; i < 5; i++) new Desk(call);
    expect(refusal(() => new Desk(call))).toBe('CAPACITY_FULL');
  });
});

describe('what is whispered', () => {
  test('say: in the next gap, not over the caller, in the words that were given', async () => {
    const call = await dial();
    const told = facts(call);
    const desk = new Desk(call);
    const speaking = call.speak('Tell me about your opening hours today please.');
    await call.time.advance(600);
    expect(desk.command(whisper('say', { text: 'Our car park is closed.' }))).toMatchObject({
      state: 'queued',
    });
    await speaking;
    expect(call.agentTexts.join(' ')).not.toContain('car park');
    await call.listen();
    await call.time.advance(3000);
    expect(call.agentTexts.at(-1)).toBe('Our car park is closed.');
    expect(told.flatMap((fact) => (fact.type === 'instruction' ? [fact.state] : []))).toEqual([
      'queued',
      'used',
    ]);
  });

  test('a fact answers the question before any document does', async () => {
    const call = await dial();
    const desk = new Desk(call);
    const told = desk.command(whisper('fact', { text: 'The library is closed for repair until Monday.' }));
    expect(told).toMatchObject({ state: 'used' });
    expect(await call.ask('Tell me about the library.')).toContain('closed for repair');
    expect(await call.ask('What are your opening hours?')).toContain('9 AM to 5 PM');
  });

  test('a goal needs a language model', async () => {
    const call = await dial();
    const reply = new Desk(call).command(whisper('goal', { text: 'Offer a call-back.' }));
    expect(reply).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('language model') as string,
    });
  });

  test('a value for the open question is taken as if the caller had said it', async () => {
    const call = await dial();
    await call.ask('I would like to book an appointment.');
    const desk = new Desk(call);
    const value = 'Tuesday December first';
    expect(desk.command(whisper('set_slot', { slot: 'preferred_date', value }))).toMatchObject({
      state: 'used',
    });
    await call.time.advance(4000);
    expect(call.session.snapshot.state.stack.at(-1)?.task).toBe('book');
    expect(desk.command(whisper('set_slot', { slot: 'shoe_size', value: '42' }))).toMatchObject({
      state: 'refused',
    });
  });

  test('at a read-back "yes" books nothing, however it is put: an agreement is the caller\'s alone', async () => {
    const call = await dial();
    await call.ask('I would like to book an appointment.');
    await call.ask('Tuesday December first.');
    await call.ask('Three p.m.');
    await call.ask('Course registration.');
    await call.ask('Ada Lovelace.');
    const desk = new Desk(call);
    for (const value of [
      'yes',
      'yes please',
      'sure, Tuesday',
      'that is right',
      'yes, book it',
      'no, goodbye',
    ]) {
      const told = desk.command(whisper('set_slot', { slot: 'preferred_date', value }));
      expect([value, told]).toMatchObject([value, { state: 'refused' }]);
    }
    await call.time.advance(2000);
    expect((await call.store.appointments.list()).total).toBe(0);
    expect(call.leg.ended).toBeUndefined();
  });

  test('a transfer is offered, and made only when the caller agrees', async () => {
    const call = await dial();
    const said = call.agentTexts.length;
    new Desk(call).command(whisper('offer_transfer'));
    await call.listen();
    expect(call.agentTexts.slice(said).join(' ')).toMatch(/\?/);
    expect(call.leg.transfers).toEqual([]);
  });

  test('repeat says the last words once more; what waits too long expires', async () => {
    const call = await dial();
    const told = facts(call);
    const desk = new Desk(call);
    const last = await call.ask('What are your opening hours?');
    desk.command(whisper('repeat'));
    await call.listen();
    expect(last).toContain(call.agentTexts.at(-1) as string);
    const speaking = call.speak('Tell me about the library.');
    await call.time.advance(400);
    desk.command(whisper('say', { text: 'Too late.', expiresTurns: 0 }));
    await speaking;
    await call.listen();
    await call.time.advance(2000);
    expect(call.agentTexts.join(' ')).not.toContain('Too late.');
    expect(told.flatMap((fact) => (fact.type === 'instruction' ? [fact.state] : [])).at(-1)).toBe('expired');
  });

  test('nothing while a person has the call', async () => {
    const call = await dial();
    const desk = new Desk(call).take();
    expect(refusal(() => desk.command(whisper('say', { text: 'Hello.' })))).toBe('NOT_ALLOWED_NOW');
  });
});

describe('the end', () => {
  test('end: a goodbye, and the call is over', async () => {
    const call = await dial();
    new Desk(call).command({ type: 'end', say: 'We close now. Goodbye.' });
    await call.time.advance(6000);
    expect(call.heard.at(-1)).toBe('We close now. Goodbye.');
    expect(call.leg.ended).toBe('supervisor_hangup');
  });

  test('end by the person who has the call: at once', async () => {
    const call = await dial();
    const desk = new Desk(call).take();
    await desk.speak(300);
    desk.command({ type: 'end' });
    expect(call.leg.ended).toBe('supervisor_hangup');
  });

  test('transfer: to the person of the business file only; when it fails the agent goes on', async () => {
    const call = await dial();
    const desk = new Desk(call);
    expect(refusal(() => desk.command({ type: 'transfer', target: 'sip:evil@example.org' }))).toBe(
      'BAD_REQUEST',
    );
    desk.command({ type: 'transfer', target: 'person' });
    expect(call.leg.transfers).toHaveLength(1);
    const said = call.agentTexts.length;
    call.leg.emit({ type: 'transfer', state: 'failed', at: call.time.now() });
    await call.time.advance(1500);
    expect(call.agentTexts.length).toBeGreaterThan(said);
  });
});

test('the stream tells of a call from its beginning to its end', async () => {
  const call = await ReplayCall.ring({ answers: { hours: HOURS } });
  const told = facts(call);
  await call.listen();
  await call.ask('What are your opening hours?');
  call.leg.hangup('caller_hangup');
  await call.time.advance(1000);
  const types = new Set(told.map(({ type }) => type));
  for (const type of ['speaking', 'line', 'latency', 'call_updated', 'call_ended']) {
    expect(types).toContain(type);
  }
  const lines = told.flatMap((fact) => (fact.type === 'line' ? [fact] : []));
  expect(lines.map(({ index }) => index)).toEqual(lines.map((_line, index) => index));
  expect(lines.map(({ role }) => role)).toEqual(expect.arrayContaining(['agent', 'user']));
  expect(lines.every(({ start_ms, end_ms }) => start_ms !== null && start_ms < end_ms)).toBe(true);
  expect(told.at(-1)).toMatchObject({ type: 'call_ended', reason: 'caller_hangup' });
});
