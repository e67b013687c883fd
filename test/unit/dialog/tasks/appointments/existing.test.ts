import { wallMs } from '../../../../../src/kernel/time.js';
import type { Business } from '../../../../../src/dialog/core/business.js';
import type { BusySpan, KnownAppointment } from '../../../../../src/dialog/core/effects.js';
import type { TaskId } from '../../../../../src/dialog/core/tasks/task.js';
import { Desk, office, type DeskOptions } from './desk.js';

const NUMBER = '+12025550142';

function appointment(
  id: string,
  day: number,
  hour: number,
  more: Partial<KnownAppointment> = {},
): KnownAppointment {
  const startsAtMs = wallMs(Date.UTC(2026, 11, day, hour + 5));
  const [date, time] = [`2026-12-${String(day).padStart(2, '0')}`, `${String(hour).padStart(2, '0')}:00`];
  return {
    ...{
      id,
      reference: 'K7M4PX',
      version: 3,
      startsAtMs,
      endsAtMs: wallMs(startsAtMs + 1_800_000),
      date,
      time,
    },
    ...{ resource: 'office', serviceId: 'transfer-credit', purpose: 'transfer credits' },
    pii: { userName: 'Ida Keller', callerNumber: NUMBER, birthDate: '1984-03-25' },
    ...more,
  };
}

const tuesday = appointment('a', 8, 10);
const thursday = appointment('b', 10, 14, {
  reference: 'Q2W3E4',
  serviceId: 'degree-planning',
  purpose: 'degree planning',
});
const guarded: Business = { ...office, identification: ['reference', 'birth_date'] };

const known = (task: TaskId, options: DeskOptions = {}): Desk =>
  new Desk({
    task,
    callerNumber: NUMBER,
    appointments: [tuesday],
    business: { ...office, identification: ['phone'] },
    ...options,
  });

const where = (desk: Desk): readonly string[] => desk.appointments.map(({ date, time }) => `${date} ${time}`);

describe('move', () => {
  test.each<[string, string]>([
    ['i want to reschedule my appointment from tuesday to friday', '2026-12-04 10:00'],
    ['can you change that to four', '2026-12-08 16:00'],
    ['can we make it half an hour later', '2026-12-08 10:30'],
    ['move it to next thursday at two', '2026-12-10 14:00'],
  ])('"%s"', (text, expected) => {
    const desk = known('move').begin(text);
    expect([desk.open, where(desk)]).toEqual(['move.confirm', ['2026-12-08 10:00']]);
    expect(where(desk.say('yes'))).toEqual([expected]);
    expect(desk.known.appointment?.version).toBe(4);
    expect(desk.requests.findLast(({ type }) => type === 'move')).toMatchObject({
      expectedVersion: 3,
      idempotencyKey: 'c1:1:1',
    });
  });

  test('the old time chooses among several, the new one beside it is kept', () => {
    const desk = known('move', { appointments: [tuesday, thursday] }).begin('I have to move my appointment');
    expect(desk.open).toBe('move.which');
    expect(where(desk.say('the tuesday one, to friday at eleven').say('yes'))).toEqual([
      '2026-12-04 11:00',
      '2026-12-10 14:00',
    ]);
  });

  test('its own time does not stand in its way', () => {
    const busy: readonly BusySpan[] = [
      { resource: 'office', startMs: tuesday.startsAtMs, endMs: wallMs(tuesday.startsAtMs + 3_600_000) },
    ];
    const desk = known('move', { busy }).begin('can we make it half an hour later');
    expect(desk.open).toBe('move.confirm');
  });

  test('"actually keep it" changes nothing and gives the kept time back', () => {
    const desk = known('move').begin('move it to friday').say('actually keep it');
    expect([desk.outcome?.type, where(desk), desk.released]).toEqual([
      'cancelled',
      ['2026-12-08 10:00'],
      ['c1:1'],
    ]);
  });

  test('a changed appointment is read anew and asked for again', () => {
    const changed = { ...tuesday, version: 4, date: '2026-12-09' };
    const desk = known('move', {
      replies: { move: [{ type: 'change', status: 'stale', appointment: changed }] },
    })
      .begin('move it to friday')
      .say('yes');
    expect(desk.open).toBe('move.confirm');
    expect(desk.last).toMatch(/Wednesday, December 9th.*Friday, December 4th/);
    desk.say('yes');
    expect(desk.requests.findLast(({ type }) => type === 'move')).toMatchObject({
      expectedVersion: 4,
      idempotencyKey: 'c1:1:2',
    });
  });
});

describe('cancel', () => {
  test('asks which of several, reads it back, and gives it back at a yes', () => {
    const desk = known('cancel', { appointments: [tuesday, thursday] }).begin(
      'i want to cancel my appointment',
    );
    expect(desk.open).toBe('cancel.which');
    expect(desk.say('the thursday one').last).toMatch(/degree planning, Thursday/);
    expect(where(desk.say('yes please'))).toEqual(['2026-12-08 10:00']);
  });

  test.each(['no', 'actually keep it', 'never mind', "that's not me"])('"%s" keeps it', (text) => {
    const desk = known('cancel').begin('cancel my appointment').say(text);
    expect([where(desk), desk.outcome?.type]).toEqual([['2026-12-08 10:00'], 'cancelled']);
  });

  test('"that’s not me" ends what was shown', () =>
    expect(known('cancel').begin('cancel my appointment').say("that's not me").outcome).toMatchObject({
      forgetIdentity: true,
    }));

  test('wanting another time instead becomes a move', () => {
    const desk = known('cancel').begin('cancel my appointment').say('can i move it to friday instead');
    expect([desk.open, where(desk.say('yes'))]).toEqual(['move.confirm', ['2026-12-11 10:00']]);
  });
});

describe('find', () => {
  test('tells the one that was asked for, and the reference only when asked', () => {
    const options = { appointments: [tuesday, thursday] };
    const desk = known('find', options).begin('what time is my appointment on thursday');
    expect(desk.last).toMatch(/Thursday, December 10th at 2 PM/);
    expect(desk.last).not.toMatch(/Q/);
    expect(known('find').begin('what is my confirmation number').last).toMatch(/K 7 M 4 P X/);
  });
});

describe('identify', () => {
  const asking = (options: DeskOptions = {}): Desk =>
    new Desk({ task: 'find', business: guarded, appointments: [tuesday], ...options }).begin(
      'when is my appointment',
    );

  test.each<[string, readonly string[]]>([
    ['name and spelled reference', ['Ida Keller', 'k seven m four p x']],
    ['name and birth date', ['Ida Keller', "i don't have it", 'march twenty fifth nineteen eighty four']],
  ])('%s', (_kind, turns) => {
    const desk = asking();
    for (const text of turns) desk.say(text);
    expect(desk.last).toMatch(/December 8th at 10 AM/);
  });

  test('a reference on the keypad', () => {
    const desk = asking().say('Ida Keller');
    for (const key of '576479') desk.press(key as '5');
    expect(desk.last).toMatch(/December 8th/);
  });

  test('the caller’s number is not enough where the business asks for more', () => {
    const desk = asking({ callerNumber: NUMBER });
    expect(desk.open).toBe('identify.reference');
  });

  test('a name that nobody has and a name with a wrong proof hear the same words, and a person takes over', () => {
    const said = ['Bob Stone', 'Ida Keller'].map((name) => {
      const desk = asking().say(name);
      for (const code of ['a one b two c three', 'd four e five f six', 'g seven h eight i nine']) {
        if (desk.top !== undefined) desk.say(code);
      }
      expect(desk.outcome).toMatchObject({ type: 'replace', task: 'handoff' });
      return desk.said.join(' ');
    });
    expect(said[0]).toBe(said[1]);
    expect(said[0]).not.toMatch(/December/);
  });

  test('proofs that are secrets are marked as such', () => {
    const desk = asking().say('Ida Keller');
    const frame = desk.top;
    const listening = frame?.task.listening(frame.state, { lexicon: desk.lexicon } as never);
    expect(listening).toMatchObject({ secret: true });
  });
});

describe('waiting list', () => {
  const full: readonly BusySpan[] = [
    { resource: 'office', startMs: wallMs(0), endMs: wallMs(Date.UTC(2030, 0, 1)) },
  ];
  const offered = (): Desk =>
    new Desk({ business: { ...office, waitingList: true }, busy: full })
      .begin('i need an appointment on friday')
      .say('at ten');

  test('is promised after it is committed', () => {
    const desk = offered();
    expect(desk.open).toBe('waitlist.confirm');
    desk.say('yes please').say('Ada Lovelace').say('two oh two five five five oh one four two');
    expect(desk.requests.at(-1)).toMatchObject({
      type: 'join_waiting_list',
      from: '2026-12-04',
      to: '2026-12-04',
      pii: { name: 'Ada Lovelace' },
    });
    expect(desk.last).toMatch(/You are on the waiting list/);
  });

  test('a no goes on with another day', () => expect(offered().say('no').open).toBe('book.day'));
});
