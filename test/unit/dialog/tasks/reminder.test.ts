import type { KnownAppointment } from '../../../../src/dialog/core/effects.js';
import { instantOf } from '../../../../src/dialog/core/schedule/calendar.js';
import { wallMs } from '../../../../src/kernel/time.js';
import { FakeStore } from '../../../../src/store/testing/fake-store.js';
import { shippedContext } from '../../../support/shipped-context.js';
import { Talk, WEDNESDAY } from '../../../support/talk.js';
import { VirtualTime } from '../../../support/virtual-time.js';

const NAME = 'Ada Lovelace';
const WHEN = 'Monday, December 7th at 10 AM';

/** An outbound call that has just been answered, about an appointment that stands in the calendar. */
async function reminded(): Promise<{ talk: Talk; hello: string; appointment: KnownAppointment }> {
  const context = await shippedContext();
  const time = new VirtualTime(WEDNESDAY);
  const store = new FakeStore({ scheduler: time });
  const { timezone } = context.business;
  const startsAtMs = instantOf({ date: '2026-12-07', minute: 600 }, timezone).wallMs;
  const endsAtMs = wallMs(startsAtMs + 1_800_000);
  await store.appointments.book({
    ...{ startsAtMs, endsAtMs, occupiedUntilMs: endsAtMs, resource: 'office', capacity: 1, timezone },
    ...{ date: '2026-12-07', time: '10:00', serviceId: 'degree-planning', purpose: 'degree planning' },
    pii: { userName: NAME },
    idempotencyKey: 'given',
  });
  const [appointment] = (await store.appointments.list({})).items as unknown as KnownAppointment[];
  if (appointment === undefined) throw new Error('nothing was booked');
  const talk = new Talk({ context, store, time });
  const hello = await talk.input({ type: 'start', task: 'reminder', appointment, outbound: true });
  return { talk, hello, appointment };
}

const outcomes = (talk: Talk): readonly string[] =>
  talk.of('note').flatMap(({ note }) => (note.kind === 'reminder' ? [note.outcome] : []));

const isPrivate = (text: string): boolean => /lovelace|december|degree|10 am/i.test(text);

describe('a reminder', () => {
  test('says who calls, and nothing private before a human being and the right one has answered', async () => {
    const { talk, hello } = await reminded();
    expect(hello).toMatch(/automated assistant/);
    expect(isPrivate(hello)).toBe(false);
    const who = await talk.say('yes');
    expect(who).toContain(NAME);
    expect(who).not.toMatch(/december|degree/i);
    expect(await talk.say('this is she')).toContain(WHEN);
  });

  test('tells an answering machine nothing and gives the line up', async () => {
    const { talk } = await reminded();
    const first = await talk.say(
      "You have reached the Lovelace family. We can't come to the phone right now.",
    );
    const second = await talk.say('Please leave a message after the tone.');
    expect(talk.hungUp).toBe('no_answer');
    expect([first, second].some((text) => /december|degree/i.test(text))).toBe(false);
    expect(outcomes(talk)).toEqual(['nobody']);
  });

  test.each([
    ['by words', ['yes', 'yes', "yes I'll be there"]],
    ['by keys', ['~1', '~1', '~1']],
  ])('is confirmed %s, and leaves the appointment as it is', async (_how, turns) => {
    const { talk, appointment } = await reminded();
    for (const turn of turns) await (turn.startsWith('~') ? talk.press(turn.slice(1)) : talk.say(turn));
    expect(outcomes(talk)).toEqual(['confirmed']);
    expect(await talk.booked()).toMatchObject([{ id: appointment.id, date: '2026-12-07', time: '10:00' }]);
    expect(talk.question).toBe('anything_else');
  });

  test.each(['cancel it please', 'please cancel', "I can't come, cancel my appointment", '~3'])(
    'cancels after a read-back only: %s',
    async (wish) => {
      const { talk } = await reminded();
      await talk.say('yes');
      await talk.say('yes');
      const asked = await (wish.startsWith('~') ? talk.press('3') : talk.say(wish));
      expect(asked).toContain(WHEN);
      expect(await talk.booked()).toHaveLength(1);
      await talk.say('yes');
      expect(await talk.booked()).toHaveLength(0);
    },
  );

  test.each(['can we move it to Tuesday at two', 'Tuesday at two would be better', 'I need another time'])(
    'moves it: %s',
    async (wish) => {
      const { talk } = await reminded();
      await talk.say('yes');
      await talk.say('yes');
      await talk.say(wish);
      if (talk.question === 'move' && !/is that right/i.test(talk.last)) await talk.say('Tuesday at two');
      expect(await talk.booked()).toMatchObject([{ date: '2026-12-07' }]);
      await talk.say('yes');
      expect(await talk.booked()).toMatchObject([{ date: '2026-12-08', time: '14:00' }]);
    },
  );

  test('"no" asks what shall become of it', async () => {
    const { talk } = await reminded();
    await talk.say('yes');
    await talk.say('yes');
    expect(await talk.say("no, I can't")).toMatch(/move it to another time, or cancel/);
    await talk.say('cancel it');
    await talk.say('yes');
    expect(await talk.booked()).toHaveLength(0);
  });

  test.each(['no', 'no, wrong number', "that's not me", '~2'])(
    'tells a stranger nothing: %s',
    async (words) => {
      const { talk } = await reminded();
      await talk.say('yes');
      const reply = await (words.startsWith('~') ? talk.press('2') : talk.say(words));
      expect(reply).not.toMatch(/december|degree/i);
      if (talk.hungUp === undefined) await talk.say('no');
      expect(talk.hungUp).toBeDefined();
      expect(outcomes(talk)).toEqual(['wrong_person']);
    },
  );

  test.each([0, 1, 2])('is opted out of at every question: %i answers before', async (answers) => {
    for (const by of ['words', 'key']) {
      const { talk } = await reminded();
      for (let turn = 0; turn < answers; turn++) await talk.say('yes');
      const reply = await (by === 'key' ? talk.press('9') : talk.say('stop calling me'));
      expect(reply).toMatch(/not be called/);
      expect(outcomes(talk)).toEqual(['opted_out']);
      expect((await talk.store.outbound.doNotCall()).items).toMatchObject([
        { source: by === 'key' ? 'key' : 'words', pii: { number: talk.callerNumber } },
      ]);
      expect(talk.hungUp).toBeDefined();
      expect(await talk.booked()).toHaveLength(1);
    }
  });

  test('where the list cannot be written the wish is kept as a message before anything is said of it', async () => {
    const { talk } = await reminded();
    talk.store.bookingFaults.push('unavailable');
    expect(await talk.say('stop calling me')).toMatch(/not be called/);
    expect((await talk.store.callbacks.list()).items).toMatchObject([{ kind: 'message' }]);
    expect(talk.hungUp).toBeDefined();
  });

  test('any other call of ours says who calls and what about, and key 9 ends it and all others', async () => {
    const talk = new Talk({ context: await shippedContext() });
    const hello = await talk.input({ type: 'start', outbound: true, topic: 'the open day' });
    expect(hello).toMatch(/automated assistant calling for .* about the open day/);
    expect(await talk.press('9')).toMatch(/not be called/);
    expect([talk.hungUp, (await talk.store.outbound.doNotCall()).total]).toEqual(['agent_goodbye', 1]);
  });

  test('without a record it is an ordinary call', async () => {
    const talk = new Talk({ context: await shippedContext() });
    expect(await talk.input({ type: 'start', task: 'reminder' })).toMatch(/help you/);
  });
});
