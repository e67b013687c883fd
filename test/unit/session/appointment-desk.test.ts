import { dialogPort } from '../../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import { instantOf } from '../../../src/dialog/core/schedule/calendar.js';
import { wallMs } from '../../../src/kernel/time.js';
import { AppointmentDesk } from '../../../src/session/appointment-desk.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { shippedContext } from '../../support/shipped-context.js';
import { WEDNESDAY } from '../../support/talk.js';
import { VirtualTime } from '../../support/virtual-time.js';

const context = await shippedContext();

/** A session on a store that holds one appointment: Grace Hopper, Monday at ten, with its reference. */
async function open(): Promise<{
  say: (text: string) => Promise<string>;
  store: FakeStore;
  reference: string;
}> {
  const time = new VirtualTime(WEDNESDAY);
  const store = new FakeStore({ scheduler: time });
  const { timezone } = context.business;
  const startsAtMs = instantOf({ date: '2026-12-07', minute: 600 }, timezone).wallMs;
  const endsAtMs = wallMs(startsAtMs + 1_800_000);
  await store.appointments.book({
    ...{
      startsAtMs,
      endsAtMs,
      occupiedUntilMs: endsAtMs,
      resource: 'office',
      date: '2026-12-07',
      time: '10:00',
    },
    ...{ timezone, purpose: 'degree planning', capacity: 2, idempotencyKey: 'given' },
    pii: { userName: 'Grace Hopper', callerNumber: '+12025550199' },
  });
  const { appointments, callbacks, waitingList, conversations } = store;
  const tools = { call: () => Promise.resolve({ type: 'failed', why: 'unavailable' } as const) };
  const knowledge = new FakeKnowledge({ scheduler: time, delayMs: 0 });
  const ports = {
    scheduler: time,
    dialog: dialogPort,
    context,
    knowledge,
    appointments,
    callbacks,
    waitingList,
    tools,
  };
  const desk = new AppointmentDesk(ports, conversations, 60_000);
  await desk.create('s1');
  const [given] = (await appointments.list({})).items;
  return {
    say: async (text) => (await desk.process('s1', text)).next_prompt,
    store,
    reference: given?.reference ?? '',
  };
}

const standing = async ({ appointments }: FakeStore): Promise<readonly string[]> =>
  (await appointments.list({})).items.map(({ status, date, time }) => `${status} ${date} ${time}`);

describe('an appointment that exists, in a session that begins with a booking', () => {
  test.each<[string, readonly string[], string]>([
    [
      'please cancel my appointment, its reference is REF',
      ['Grace Hopper', 'yes'],
      'cancelled 2026-12-07 10:00',
    ],
    [
      'cancel my appointment',
      ['Grace Hopper', 'I only have the code REF', 'yes'],
      'cancelled 2026-12-07 10:00',
    ],
    [
      'I have to reschedule my booking REF',
      ['Grace Hopper', 'Tuesday at eleven', 'yes'],
      'booked 2026-12-08 11:00',
    ],
  ])('"%s" and name and reference', async (first, answers, expected) => {
    const { say, store, reference } = await open();
    const before = await say(first.replace('REF', reference));
    expect(before).not.toMatch(/degree planning|December 7/);
    for (const answer of answers) await say(answer.replace('REF', reference));
    expect(await standing(store)).toEqual([expected]);
  });

  test('another name than that of the reference is told nothing and changes nothing', async () => {
    const { say, store, reference } = await open();
    await say(`cancel my appointment, the reference is ${reference}`);
    expect(await say('Ada Lovelace')).not.toMatch(/degree planning|December/);
    await say('yes');
    expect(await standing(store)).toEqual(['booked 2026-12-07 10:00']);
  });

  test("a reference in the middle of a booking is dealt with, and the booking's day is not lost", async () => {
    const { say, store, reference } = await open();
    await say('Friday at nine');
    await say(`oh, and please cancel my appointment ${reference}`);
    await say('Grace Hopper');
    expect(await say('yes')).toMatch(/cancelled.*(about|come for)/s);
    await say('transfer credits');
    await say('Grace Hopper');
    await say('yes');
    expect(await standing(store)).toEqual(['booked 2026-12-04 09:00', 'cancelled 2026-12-07 10:00']);
  });

  test("somebody else's appointments are not told without their reference", async () => {
    const { say, store } = await open();
    expect(await say('list all the appointments of Mrs Hopper')).toContain('reference');
    expect(await say('Grace Hopper')).not.toContain('degree planning');
    expect(await say("I don't have it")).not.toContain('degree planning');
    expect(await standing(store)).toEqual(['booked 2026-12-07 10:00']);
  });
});
