import { randomInt, seededRng } from '../../../../../src/kernel/rng.js';
import { wallMs } from '../../../../../src/kernel/time.js';
import type { BusySpan, DialogResult } from '../../../../../src/dialog/core/effects.js';
import { practice } from '../../schedule/oracle.js';
import { Desk, office, type DeskOptions } from './desk.js';

const OPEN = 'i would like to make an appointment';

function talk(turns: readonly string[], options: DeskOptions = {}): Desk {
  const desk = new Desk(options).begin(turns[0]);
  for (const text of turns.slice(1)) desk.say(text);
  return desk;
}

const atReadBack = (options: DeskOptions = {}): Desk =>
  talk([OPEN, 'tuesday', 'two', 'transfer credits', 'Ada Lovelace'], options);

const stored = (desk: Desk): readonly string[] =>
  desk.booked.map(({ date, time, purpose, pii }) => `${date} ${time} ${purpose} ${pii.userName}`);

test.each<[string, readonly string[], string]>([
  [
    'slot by slot',
    [OPEN, 'friday', 'ten', 'transfer credits', 'Ada Lovelace', 'yes'],
    '2026-12-04 10:00 transfer credits Ada Lovelace',
  ],
  [
    'everything in one sentence, one read-back',
    ['I need an appointment tomorrow at ten about transfer credits my name is John Smith', 'yes'],
    '2026-12-03 10:00 transfer credits John Smith',
  ],
  [
    'the earliest there is',
    [OPEN, 'what is the earliest you have', 'yes', 'transfer credits', 'Ada Lovelace', 'yes'],
    '2026-12-02 11:30 transfer credits Ada Lovelace',
  ],
  [
    'a place among the offers',
    [OPEN, 'friday', 'in the morning', 'the last one', 'transfer credits', 'Ada Lovelace', 'yes'],
    '2026-12-04 11:30 transfer credits Ada Lovelace',
  ],
  [
    'other offers, later than these',
    [
      OPEN,
      'friday',
      'in the morning',
      'anything later',
      'the first one',
      'transfer credits',
      'Ada Lovelace',
      'yes',
    ],
    '2026-12-04 12:00 transfer credits Ada Lovelace',
  ],
  [
    'a question that answers ours',
    [OPEN, 'can we do thursday', 'is three possible', 'transfer credits', 'Ada Lovelace', 'yes'],
    '2026-12-03 15:00 transfer credits Ada Lovelace',
  ],
  [
    'a correction while something else is asked',
    [OPEN, 'tuesday', 'two', 'actually can we do friday instead', 'transfer credits', 'Ada Lovelace', 'yes'],
    '2026-12-11 14:00 transfer credits Ada Lovelace',
  ],
])('%s', (_kind, turns, expected) => expect(stored(talk(turns))).toEqual([expected]));

test.each<[string, string, string]>([
  ['no thursday', 'thursday by its week', '2026-12-10 14:00 transfer credits Ada Lovelace'],
  ['actually make it 3', 'a time', '2026-12-08 15:00 transfer credits Ada Lovelace'],
  [
    'the time should be four',
    'a named field with its value',
    '2026-12-08 16:00 transfer credits Ada Lovelace',
  ],
  ['could we make it half an hour later', 'a shift', '2026-12-08 14:30 transfer credits Ada Lovelace'],
  ['same time next week', 'a week on', '2026-12-15 14:00 transfer credits Ada Lovelace'],
  ["no it's about graduation", 'a service', '2026-12-08 14:00 degree planning Ada Lovelace'],
  ["it's not Lovelace it's Gomez", 'a part of the name', '2026-12-08 14:00 transfer credits Ada Gomez'],
])('"%s" at the read-back corrects %s, and only that is read back', (text, _kind, expected) => {
  const desk = atReadBack().say(text);
  expect(desk.booked).toEqual([]);
  expect(desk.open).toBe('book.confirm');
  expect(desk.last.split(' ').length).toBeLessThan(16);
  expect(stored(desk.say('yes'))).toEqual([expected]);
});

test.each([
  ['wrong day', 'book.day'],
  ['no not tuesday', 'book.day'],
  ['right but not at two', 'book.time'],
  ['wrong name', 'book.name'],
  ['yes but earlier', 'book.offer'],
])('"%s" clears what it refuses and asks for it', (text, question) => {
  const desk = atReadBack().say(text);
  expect([desk.open, desk.booked]).toEqual([question, []]);
});

test.each<[string, string, RegExp]>([
  ['saturday', 'a closed day', /closed on Saturdays.*Monday, December 7th/],
  ['christmas', 'a holiday, by its name', /December 25th, because of Christmas Day/],
  ['yesterday', 'a day that is over', /already over/],
  [
    'tuesday the ninth',
    'a weekday that is not that date',
    /Do you mean Tuesday, December 8th, or Wednesday, December 9th/,
  ],
])('"%s" is %s', (day, _kind, said) => expect(talk([OPEN, day]).last).toMatch(said));

test('a time between the beginnings has the nearest offered, not the hours', () => {
  const desk = talk([OPEN, 'friday', '4:15 pm']);
  expect(desk.last).toMatch(/4:15 PM.*4 PM or 4:30 PM/);
  expect(desk.last).not.toMatch(/open from/);
});

test('a taken time has the nearest free ones offered', () => {
  const startMs = wallMs(Date.UTC(2026, 11, 4, 15));
  const busy: readonly BusySpan[] = [{ resource: 'office', startMs, endMs: wallMs(startMs + 1_800_000) }];
  expect(talk([OPEN, 'friday', 'ten'], { busy }).last).toMatch(/10 AM.*taken.*9:30 AM or 10:30 AM/);
});

test('a day that was badly heard is read back by itself', () => {
  const desk = new Desk().begin(OPEN).say('friday', 0.4).say('ten');
  expect(desk.open).toBe('book.check');
  expect(desk.say('yes').open).toBe('book.service');
});

test('a name in no list that was badly heard is asked to be spelled, once', () => {
  const desk = talk([OPEN, 'friday', 'ten', 'transfer credits']).say('Zorblat Qwixley', 0.5);
  expect(desk.open).toBe('book.spell');
  expect(desk.say('Zorblat Qwixley', 0.5).open).toBe('book.confirm');
});

test('a name that is corrected to the same twice is asked for letter by letter', () => {
  const desk = atReadBack().say('no, it is Ada Lovelace');
  expect(desk.open).not.toBe('book.spell');
  if (desk.open === 'book.change') desk.say('my name is Ada Lovelace');
  else desk.say('no, my name is Ada Lovelace');
  expect(desk.open).toBe('book.spell');
});

test('a name that is disputed and heard the same again is part of the next read-back', () => {
  const desk = atReadBack().say('no, it is Ada Lovelace');
  if (desk.open === 'book.change') desk.say('tuesday at two');
  expect(desk.open).toBe('book.confirm');
  expect(desk.last).toMatch(/Ada Lovelace/);
});

test('what cannot be read where a change is asked for is asked again; "nothing" reads everything back', () => {
  const desk = atReadBack().say('no').say('no weight, make it to the other two place');
  expect(desk.open).toBe('book.change');
  expect(desk.say('nothing').last).toMatch(/Tuesday.*2 PM.*Ada Lovelace/);
});

describe('consent', () => {
  test('a yes into the read-back does not book; it is read back again', () => {
    const desk = atReadBack();
    desk.heardToEnd = false;
    desk.say('yes');
    expect([desk.booked, desk.open]).toEqual([[], 'book.confirm']);
    expect(desk.last).toMatch(/transfer credits.*Ada Lovelace/);
  });

  test('after a detour only the question is put again', () =>
    expect(atReadBack().say('where do i park').last).toMatch(
      /^(Shall I book that\?|So, shall I book it\?)$/,
    ));

  test('"no" twice without a change offers to leave it, and a yes to that leaves it', () => {
    const desk = atReadBack().say('no').say('nothing').say('no');
    expect(desk.open).toBe('book.drop');
    desk.say('yes');
    expect([desk.outcome?.type, desk.booked, desk.released]).toEqual(['cancelled', [], ['c1:1']]);
  });

  test.each(['1', '2'] as const)('key %s', (digit) => {
    const desk = atReadBack().press(digit);
    expect([desk.booked.length, desk.open]).toEqual(digit === '1' ? [1, 'none'] : [0, 'book.change']);
  });
});

describe('the store', () => {
  const change = (status: Extract<DialogResult, { type: 'change' }>['status']): DialogResult => ({
    type: 'change',
    status,
  });

  test('keeps the chosen time while the rest is asked; another time moves what is kept', () => {
    const desk = talk([OPEN, 'tuesday', 'two']);
    expect(desk.requests.filter(({ type }) => type === 'hold')).toMatchObject([
      { holdKey: 'c1:1', slot: { time: '14:00' } },
    ]);
    desk.say('transfer credits').say('Ada Lovelace').say('make it three');
    expect(desk.requests.findLast(({ type }) => type === 'hold')).toMatchObject({
      holdKey: 'c1:1',
      slot: { time: '15:00' },
    });
    expect(desk.say('yes').booked).toMatchObject([{ holdKey: 'c1:1', time: '15:00' }]);
  });

  test('somebody faster: other times, another key, never that time again', () => {
    const desk = atReadBack({ replies: { book: [change('conflict')] } }).say('yes');
    expect(desk.last).toMatch(/just taken 2 PM/);
    expect(desk.last).not.toMatch(/have.*\b2 PM/);
    desk.say('the first one').say('yes');
    const keys = desk.requests.flatMap((request) =>
      request.type === 'book' ? [request.idempotencyKey] : [],
    );
    expect(keys).toEqual(['c1:1:1', 'c1:1:2']);
  });

  test('no answer is resolved under its key before anything is said', () => {
    const replies = { book: [change('unknown')], resolve_booking: [change('not_found')] };
    const desk = atReadBack({ replies }).say('yes');
    const sent = desk.requests.filter(({ type }) => type === 'book' || type === 'resolve_booking');
    expect(sent.map(({ type }) => type)).toEqual(['book', 'resolve_booking', 'book']);
    expect(new Set(sent.map((request) => 'idempotencyKey' in request && request.idempotencyKey)).size).toBe(
      1,
    );
    expect(desk.last).toMatch(/booked for/);
  });

  test.each<[string, DeskOptions['replies'], string]>([
    ['not known', { book: [change('unknown')], resolve_booking: [change('unknown')] }, 'callback'],
    ['down', { book: [{ type: 'failed', why: 'unavailable' }] }, 'handoff'],
    [
      'down while times are looked up',
      { check_availability: [{ type: 'failed', why: 'timeout' }] },
      'handoff',
    ],
  ])('%s: nothing is promised and somebody takes over', (_kind, replies, task) => {
    const desk = new Desk(replies === undefined ? {} : { replies }).begin(OPEN).say('tuesday').say('two');
    for (const text of ['transfer credits', 'Ada Lovelace', 'yes']) {
      if (desk.top !== undefined) desk.say(text);
    }
    expect(desk.outcome).toMatchObject({ type: 'replace', task });
    expect(desk.said.join(' ')).not.toMatch(/booked for/);
  });
});

describe('a practice with people', () => {
  test('the service is asked first, the person is named in the read-back', () => {
    const desk = talk(['i need an appointment'], { business: practice });
    expect(desk.open).toBe('book.service');
    desk.say('a treatment').say('next monday').say('ten').say('Ada Lovelace');
    expect(desk.last).toMatch(/a treatment.*10 AM with Doctor Chen, for Ada Lovelace/);
    desk.say('yes');
    expect(desk.booked[0]).toMatchObject({ resource: 'chen', capacity: 1 });
    expect((desk.booked[0]?.occupiedUntilMs ?? 0) - (desk.booked[0]?.startsAtMs ?? 0)).toBe(75 * 60_000);
  });

  test('a service with a form has it filled in first; its values go with the booking', () => {
    const services = practice.services.map((one) => ({ ...one, form: 'new-guest' }));
    const desk = new Desk({
      business: { ...practice, services },
      form: { type: 'done', result: { formId: 'intake', pii: { values: {}, notes: { insured: 'yes' } } } },
    }).begin('i need a treatment next monday at ten my name is Ada Lovelace');
    expect(desk.say('yes').booked).toMatchObject([{ pii: { notes: { insured: 'yes' } } }]);
  });
});

test('what is stored is exactly what was read back and agreed to, over generated dialogs', () => {
  const rng = seededRng(20261202);
  const pick = <T>(items: readonly T[]): T => items[randomInt(rng, 0, items.length - 1)] as T;
  const days = [
    'friday',
    'tomorrow',
    'next tuesday',
    'december tenth',
    'the earliest',
    'next week',
    'saturday',
    'any day',
  ];
  const times = [
    'ten',
    'two thirty',
    'in the morning',
    'after three',
    'noon',
    '4:45',
    'what do you have',
    'eight pm',
  ];
  const offers = [
    'the first one',
    'the last one',
    'anything later',
    'none of those',
    'what about eleven',
    'either is fine',
  ];
  const services = ['transfer credits', 'degree planning', 'something private'];
  const names = ['Ada Lovelace', 'John Smith', 'Maria Lopez', 'my name is Tom Baker'];
  const confirms = [
    'yes',
    'yes',
    'yes please',
    'no',
    'make it three',
    'no thursday',
    'wrong name',
    'hmm',
    'yes but earlier',
  ];
  let agreed = 0;
  for (let round = 0; round < 200; round++) {
    const busy = Array.from({ length: randomInt(rng, 0, 40) }, (): BusySpan => {
      const startMs = wallMs(Date.UTC(2026, 11, 2, 14) + randomInt(rng, 0, 700) * 1_800_000);
      return { resource: 'office', startMs, endMs: wallMs(startMs + 1_800_000) };
    });
    const desk = new Desk({ business: { ...office, waitingList: false }, busy }).begin(OPEN);
    for (let turn = 0; turn < 25 && desk.top !== undefined; turn++) {
      const question = desk.open.split('.')[1] ?? '';
      const answers = {
        day: days,
        time: times,
        offer: offers,
        service: services,
        name: names,
        confirm: confirms,
      }[question];
      const before = desk.top.state as {
        readonly slot?: { readonly date: string; readonly minute: number };
        readonly purpose?: string;
        readonly pii: { readonly name?: string };
      };
      desk.say(pick(answers ?? ['yes', 'no', 'nothing', 'friday']));
      const [booking] = desk.booked;
      if (booking === undefined) continue;
      agreed += 1;
      const minute = Number(booking.time.slice(0, 2)) * 60 + Number(booking.time.slice(3));
      expect([question, booking.date, minute, booking.purpose, booking.pii.userName]).toEqual([
        'confirm',
        before.slot?.date,
        before.slot?.minute,
        before.purpose,
        before.pii.name,
      ]);
      const clash = busy.some(
        (span) => span.startMs < booking.occupiedUntilMs && span.endMs > booking.startsAtMs,
      );
      expect(clash).toBe(false);
      expect(desk.top).toBeUndefined();
    }
  }
  expect(agreed).toBeGreaterThan(120);
});
