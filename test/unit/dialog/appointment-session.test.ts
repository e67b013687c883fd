import { wallMs } from '../../../src/kernel/time.js';
import {
  createAppointmentSession,
  processAppointment,
  viewAppointment,
  type AppointmentPorts,
  type AppointmentSession,
} from '../../../src/dialog/appointment-session.js';
import type { BookingResult } from '../../../src/dialog/core/types.js';
import { MONDAY_9, office, prompts, taken } from './conversation.js';

function portsWith(
  answers: { book?: BookingResult[]; resolve?: BookingResult[]; down?: boolean } = {},
): AppointmentPorts & {
  readonly keys: string[];
} {
  const keys: string[] = [];
  return {
    business: office,
    prompts,
    keys,
    wall: () => wallMs(MONDAY_9),
    availability: async () =>
      answers.down === true
        ? { status: 'unavailable' }
        : { status: 'ok', busy: [taken('2026-11-24', '10:00', '10:30')] },
    book: async (key) => {
      keys.push(key);
      return answers.book?.shift() ?? 'booked';
    },
    resolve: async () => answers.resolve?.shift() ?? 'booked',
  };
}

/** Saves and loads the session between any two sentences, as the API does. */
async function run(ports: AppointmentPorts, ...inputs: readonly string[]): Promise<AppointmentSession> {
  let session = createAppointmentSession('s1', ports);
  for (const input of inputs) {
    const loaded = JSON.parse(JSON.stringify(session)) as AppointmentSession;
    session = await processAppointment(loaded, input, ports);
  }
  return session;
}

test('create > the first state, prompt and slots', () => {
  expect(viewAppointment(createAppointmentSession('s1', portsWith()))).toEqual({
    session_id: 's1',
    current_state: 'INITIAL_GREETING',
    next_prompt: 'Sure, I can book that for you. What day would you like to come in?',
    slots_filled: {},
    slots_remaining: ['preferred_date', 'preferred_time', 'purpose', 'user_name'],
    is_complete: false,
  });
});

test('day > time > topic > name > yes: the states go from waiting to completed', async () => {
  const ports = portsWith();
  const inputs = ['tomorrow', 'half past two', 'transfer credits', 'Ada Lovelace', 'yes'];
  const states: string[] = [];
  let session = createAppointmentSession('s1', ports);
  for (const input of inputs) {
    session = await processAppointment(session, input, ports);
    states.push(session.appointment.state);
  }
  expect(states).toEqual([
    'WAITING_FOR_TIME',
    'WAITING_FOR_PURPOSE',
    'WAITING_FOR_NAME',
    'CONFIRMATION',
    'COMPLETED',
  ]);
  expect(viewAppointment(session)).toMatchObject({
    current_state: 'COMPLETED',
    is_complete: true,
    slots_filled: {
      preferred_date: '2026-11-24',
      preferred_time: '14:30',
      purpose: 'transfer credits',
      user_name: 'Ada Lovelace',
    },
    slots_remaining: [],
  });
  expect(session.nextPrompt).toMatch(/You are booked/);
});

test('a completed session takes nothing more', async () => {
  const ports = portsWith();
  const done = await run(ports, 'tomorrow at two about grades, my name is Ada', 'yes', 'make it three');
  expect(done.appointment.minute).toBe(14 * 60);
  expect(ports.keys).toEqual(['s1:0']);
});

test('taken > alternatives > one of them > yes', async () => {
  const ports = portsWith();
  const offered = await run(ports, 'tomorrow at ten about grades, my name is Ada');
  expect(offered.nextPrompt).toMatch(/taken.*9:30 AM or 10:30 AM/);
  expect(
    viewAppointment(await run(ports, 'tomorrow at ten about grades, my name is Ada', 'the later one', 'yes')),
  ).toMatchObject({
    is_complete: true,
    slots_filled: { preferred_time: '10:30' },
  });
});

test('never mind > cancelled', async () => {
  const session = await run(portsWith(), 'tomorrow', 'never mind');
  expect(viewAppointment(session)).toMatchObject({ current_state: 'CANCELLED', is_complete: false });
});

test('yes > unknown > resolved as booked > completed', async () => {
  const session = await run(
    portsWith({ book: ['unknown'] }),
    'tomorrow at two about grades, my name is Ada',
    'yes',
  );
  expect(session.appointment.state).toBe('COMPLETED');
});

test('yes > unknown > not found > sent again under the same key', async () => {
  const ports = portsWith({ book: ['unknown', 'booked'], resolve: ['not_found'] });
  const session = await run(ports, 'tomorrow at two about grades, my name is Ada', 'yes');
  expect(session.appointment.state).toBe('COMPLETED');
  expect(ports.keys).toEqual(['s1:0', 's1:0']);
});

test('yes > unknown > unknown > not called booked', async () => {
  const ports = portsWith({ book: ['unknown'], resolve: ['unknown'] });
  const session = await run(ports, 'tomorrow at two about grades, my name is Ada', 'yes');
  expect(session.appointment.state).toBe('CONFIRMATION');
  expect(session.nextPrompt).toMatch(/can not tell/);
});

test('yes > conflict > alternatives under a new key', async () => {
  const ports = portsWith({ book: ['conflict', 'booked'] });
  const session = await run(
    ports,
    'tomorrow at two about grades, my name is Ada',
    'yes',
    'half past two',
    'yes',
  );
  expect(session.appointment.state).toBe('COMPLETED');
  expect(ports.keys).toEqual(['s1:0', 's1:1']);
});

test('store down > says so, nothing is booked', async () => {
  const session = await run(portsWith({ down: true }), 'tomorrow at two about grades, my name is Ada');
  expect(session.nextPrompt).toMatch(/can not reach our calendar/);
  expect(session.appointment.state).not.toBe('COMPLETED');
});

test('not understood > asked in other words, the state stays', async () => {
  const session = await run(portsWith(), 'tomorrow', 'purple');
  expect(session.appointment.state).toBe('WAITING_FOR_TIME');
  expect(session.nextPrompt).toMatch(/did not get the time/);
});
