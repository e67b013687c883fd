import { faultsOf, misheard } from '../../eval/scenarios/verdict.js';

const wanted = { date: '2026-12-07', time: '10:30', purposes: ['course registration'], name: 'Emily Clark' };
const booked = {
  date: '2026-12-07',
  time: '10:30',
  purpose: 'course registration',
  user_name: 'Emily Clark',
};

describe('verdict on a booking', () => {
  test('exactly one appointment with everything as said has no fault', () => {
    expect(faultsOf(wanted, [booked])).toEqual([]);
  });

  test('none, two, and each wrong field are faults', () => {
    expect(faultsOf(wanted, [])).toEqual(['nothing was booked']);
    expect(faultsOf(wanted, [booked, booked])).toEqual(['2 appointments were booked']);
    const wrong = { date: '2026-12-08', time: '10:00', purpose: 'housing', user_name: 'Emily Clarke' };
    expect(faultsOf(wanted, [wrong])).toHaveLength(4);
  });
});

describe('what was heard in place of what was said', () => {
  test('spelling of numbers and punctuation do not count', () => {
    expect(misheard(['ten thirty a m.', 'Goodbye'], ['10:30 a.m.', 'Good-bye.'])).toEqual([]);
  });

  test('a turn that was heard otherwise, one that was not heard, and one that nobody said', () => {
    expect(misheard(['ten a m.', 'Emily Clark.'], ['Tenuine.', 'Emily Clark.'])).toEqual([
      { said: 'ten a m.', heard: 'Tenuine.' },
    ]);
    expect(misheard(['Hello there.', 'Emily Clark.'], ['Emily Clark.'])).toEqual([
      { said: 'Hello there.', heard: '' },
    ]);
    expect(misheard(['Emily Clark.'], ['Emily Clark.', 'Okay.'])).toEqual([{ said: '', heard: 'Okay.' }]);
  });
});
