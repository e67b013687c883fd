import { wallMs } from '../../src/kernel/time.js';
import { ReplayCall } from './harness.js';

/** Books Tuesday 1 December at three in the afternoon, up to the read-back. */
async function upToReadBack(call: ReplayCall): Promise<string> {
  await call.ask('I would like to book an appointment.');
  await call.ask('Tuesday December first.');
  await call.ask('Three p.m.');
  await call.ask('Course registration.');
  return call.ask('Ada Lovelace.');
}

const booked = {
  date: '2026-12-01',
  time: '15:00',
  purpose: 'course registration',
  pii: { userName: 'Ada Lovelace' },
};

describe('a booking over a bad network', () => {
  test.each([
    ['no loss', {}],
    ['3 % loss', { loss: 0.03 }],
    ['10 % loss', { loss: 0.1 }],
    ['60 ms jitter', { latencyMs: 30, jitterMs: 60 }],
    ['3 % loss, jitter and reordering', { latencyMs: 20, jitterMs: 40, loss: 0.03, reorder: 0.05 }],
  ])('%s', async (_name, net) => {
    const call = await ReplayCall.dial({ net });
    const readBack = await upToReadBack(call);
    expect(readBack).toMatch(/Tuesday.*Ada Lovelace/);
    expect((await call.store.appointments.list()).total).toBe(0);
    expect(await call.ask('Yes.')).toMatch(/booked/i);
    const { items } = await call.store.appointments.list();
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject(booked);
  });
});

describe('what the caller decides', () => {
  test('a correction at the read-back changes the day and is read back again', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    expect(await call.ask('No, Thursday.')).toMatch(/Thursday/);
    await call.ask('Yes.');
    const { items } = await call.store.appointments.list();
    expect(items.map((a) => a.date)).toEqual(['2026-12-03']);
  });

  test('a refused read-back books nothing', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    await call.ask('No.');
    await call.ask('Goodbye.');
    expect(call.leg.ended).toBe('agent_goodbye');
    expect((await call.store.appointments.list()).total).toBe(0);
  });

  test('a caller who hangs up at the read-back has booked nothing, and the time is free for the next one', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    call.leg.hangup('caller_hangup');
    await call.time.advance(10_000);
    expect((await call.store.appointments.list()).total).toBe(0);
    const [from, to] = [wallMs(Date.UTC(2026, 11, 1)), wallMs(Date.UTC(2026, 11, 2))];
    expect(await call.store.appointments.busy(from, to)).toEqual([]);
    expect(call.store.appended.at(-1)).toMatchObject({ kind: 'call_ended', reason: 'caller_hangup' });
  });

  test('a question in the middle is answered, and the booking goes on', async () => {
    const call = await ReplayCall.dial();
    await call.ask('I would like to book an appointment.');
    const answer = await call.ask('What are your opening hours?');
    expect(answer).toContain('9 AM to 5 PM');
    await call.ask('Tuesday December first.');
    await call.ask('Three p.m.');
    await call.ask('Course registration.');
    await call.ask('Ada Lovelace.');
    await call.ask('Yes.');
    expect((await call.store.appointments.list()).items[0]).toMatchObject(booked);
  });
});

describe('the store in trouble', () => {
  test('the reply to the commit is lost: found by its key, booked once, confirmed', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    call.store.bookingFaults.push('reply_lost');
    expect(await call.ask('Yes.')).toMatch(/booked/i);
    expect((await call.store.appointments.list()).total).toBe(1);
  });

  test('the connection breaks before the commit: nothing is called booked that is not', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    call.store.bookingFaults.push('commit_lost');
    const reply = await call.ask('Yes.');
    const { total } = await call.store.appointments.list();
    expect(/you are booked/i.test(reply)).toBe(total === 1);
  });

  test('slow: a filler first, then the confirmation', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    call.store.delayMs = 1500;
    const before = call.agentTexts.length;
    await call.speak('Yes.');
    await call.listen(2500);
    const texts = call.agentTexts.slice(before);
    expect(texts.length).toBeGreaterThanOrEqual(2);
    expect(texts[0]).not.toMatch(/you are booked/i);
    expect(texts.slice(1).join(' ')).toMatch(/booked/i);
  });

  test('down: said so, a call-back is offered, the transcript is kept', async () => {
    const call = await ReplayCall.dial();
    await upToReadBack(call);
    call.store.down = true;
    const reply = await call.ask('Yes.');
    expect(reply).not.toMatch(/you are booked/i);
    expect(reply).toMatch(/call you back|connect you/i);
    const turns = call.store.appended.filter((e) => e.kind === 'turn');
    expect(turns.length).toBeGreaterThanOrEqual(10);
  });
});
