import { Talk, office, taken, withPerson, type TalkOptions } from './conversation.js';

interface Row {
  readonly name: string;
  readonly options?: TalkOptions;
  /** The caller's words; `#1` is a key; `~0.4 words` are heard with that confidence. */
  readonly turns: readonly string[];
  /** What the answer to each turn contains, in the order of the turns; shorter lists check the first ones. */
  readonly says?: readonly (string | RegExp)[];
  readonly never?: RegExp;
  /** Date, time, purpose and name of what was booked. */
  readonly booked?: readonly (readonly string[])[];
  readonly hangup?: string;
}

function play(row: Row): { readonly talk: Talk; readonly answers: readonly string[] } {
  const talk = new Talk(row.options ?? {});
  talk.start();
  const answers = row.turns.map((turn) => {
    if (turn.startsWith('#')) return talk.press(turn.slice(1) as '1');
    const doubtful = /^~([\d.]+) (.*)$/.exec(turn);
    return doubtful === null ? talk.say(turn) : talk.say(doubtful[2] ?? '', Number(doubtful[1]));
  });
  return { talk, answers };
}

function check(row: Row): void {
  const { talk, answers } = play(row);
  (row.says ?? []).forEach((wanted, k) => {
    if (typeof wanted === 'string') expect(answers[k]).toContain(wanted);
    else expect(answers[k]).toMatch(wanted);
  });
  if (row.never !== undefined) expect(answers.join('\n')).not.toMatch(row.never);
  if (row.booked !== undefined) {
    expect(talk.booked.map(({ date, time, purpose, userName }) => [date, time, purpose, userName])).toEqual(
      row.booked,
    );
  }
  if (row.hangup !== undefined) expect(talk.hangup).toBe(row.hangup);
}

const BOOKING: readonly Row[] = [
  {
    name: 'everything in one sentence > yes > no thanks',
    turns: [
      'book me with an advisor next Tuesday at half past two about transferring credits, my name is Ada Lovelace',
      'yes',
      'no thanks',
    ],
    says: [
      'appointment about transfer credits, on Tuesday, December 1st, at 2:30 PM, for Ada Lovelace. Is that right?',
      'You are booked, Ada Lovelace: Tuesday, December 1st, at 2:30 PM.',
      'Goodbye',
    ],
    booked: [['2026-12-01', '14:30', 'transfer credits', 'Ada Lovelace']],
    hangup: 'agent_goodbye',
  },
  {
    name: 'book > day > time > topic > name > yes',
    turns: [
      "I'd like to book an appointment",
      'on Wednesday',
      'ten thirty',
      'course registration',
      'Grace Hopper',
      "that's right",
    ],
    says: [/day/, 'Wednesday, November 25th', '10:30 AM is free', /name/, 'Is that right?', 'You are booked'],
    booked: [['2026-11-25', '10:30', 'course registration', 'Grace Hopper']],
  },
  {
    name: 'time before day > day: "three" is the afternoon by the opening hours',
    turns: ['I need an appointment at three', 'tomorrow', 'graduation', 'Alan Turing', 'yes'],
    says: [/day/, '3 PM is free'],
    booked: [['2026-11-24', '15:00', 'degree planning', 'Alan Turing']],
  },
  {
    name: 'read-back > no, Thursday > closed for the holiday > yes to the day offered > yes',
    turns: [
      'book me on Tuesday at ten about my grades, my name is Ada Lovelace',
      'no, Thursday',
      'yes',
      'yes',
    ],
    says: [
      'tomorrow, Tuesday, November 24th',
      'closed on Thursday, November 26th, because of Thanksgiving. Would Monday, November 30th, work for you?',
      'on Monday, November 30th, at 10 AM',
      'You are booked',
    ],
    booked: [['2026-11-30', '10:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'read-back > no > what should I change > the time > four > yes',
    turns: [
      'book me tomorrow at ten about my grades, my name is Ada Lovelace',
      'no',
      'the time',
      'four',
      'yes',
    ],
    says: [/Is that right/, /What should I change/, /time/, 'at 4 PM', 'You are booked'],
    booked: [['2026-11-24', '16:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'read-back > actually make it three > yes',
    turns: [
      'book me tomorrow at ten about my grades, my name is Ada Lovelace',
      'actually make it three',
      'yes',
    ],
    says: [/10 AM/, 'at 3 PM', 'You are booked'],
    booked: [['2026-11-24', '15:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'read-back > yes but make it an hour later > yes',
    turns: [
      'book me tomorrow at ten about my grades, my name is Ada Lovelace',
      'yes but make it an hour later',
      'yes',
    ],
    says: [/10 AM/, 'at 11 AM', 'You are booked'],
    booked: [['2026-11-24', '11:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'read-back > the same time a day later > yes',
    turns: ['book me tomorrow at ten about my grades, my name is Ada Lovelace', 'a day later please', 'yes'],
    says: [/24th/, 'November 25th, at 10 AM'],
    booked: [['2026-11-25', '10:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'read-back > not Tuesday, Wednesday > yes',
    turns: ['book me on Tuesday at ten about my grades, my name is Ada', 'not Tuesday, Wednesday', 'yes'],
    says: [/Tuesday, November 24th|Tuesday, December 1st/, 'Wednesday'],
  },
  {
    name: "read-back > no, it's Ida > yes",
    turns: ['book me tomorrow at ten about my grades, my name is Ada Byron', "no, it's Ida", 'yes'],
    says: [/Ada Byron/, 'for Ida. Is that right'],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ida']],
  },
  {
    name: 'a name understood wrongly again and again is asked for in another way, and taken when it is spelled',
    turns: [
      'book me tomorrow at ten about my grades, my name is Annabella',
      'no, my name is Annabella',
      'no, my name is Annabella',
      'A N N A, M I L L E R',
      'yes',
    ],
    says: [/Annabella\. Is/, /Annabella\. Is/, /spell/, 'for Anna Miller. Is that right', /booked/],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Anna Miller']],
  },
  {
    name: 'read-back > the name is wrong > spelled letters > yes',
    turns: [
      'book me tomorrow at ten about my grades, my name is Eight a',
      'the name is wrong',
      'A. D. A.',
      'yes',
    ],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'taken time > alternatives > the second one > yes',
    options: { busy: [taken('2026-11-24', '10:00', '10:30')] },
    turns: ['book me tomorrow at ten about my grades, my name is Ada Lovelace', 'the second one', 'yes'],
    says: [
      '10 AM is already taken. Tomorrow, Tuesday, November 24th, I have 9:30 AM or 10:30 AM.',
      'at 10:30 AM',
    ],
    booked: [['2026-11-24', '10:30', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'taken time > alternatives > neither > another day',
    options: { busy: [taken('2026-11-24', '10:00', '10:30')] },
    turns: ['book me tomorrow at ten', 'no', 'wednesday at ten', 'grades', 'Ada Lovelace', 'yes'],
    says: [/taken/, 'What other day', '10 AM is free'],
    booked: [['2026-11-25', '10:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'taken time > do you have anything on Wednesday > its times are offered',
    options: { busy: [taken('2026-11-24', '10:00', '10:30')] },
    turns: [
      'book me tomorrow at ten',
      'do you have anything on Wednesday?',
      '9 am',
      'grades',
      'Ada Lovelace',
      'yes',
    ],
    says: [/taken/, /On Wednesday, November 25th, I have 9 AM, .* or 4:30 PM/],
    booked: [['2026-11-25', '09:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'full day > the next day is offered',
    options: { busy: [taken('2026-11-24', '09:00', '17:00')] },
    turns: ['book me tomorrow at ten', 'the first one'],
    says: [
      /10 AM is already taken. I have nothing free tomorrow.* On Wednesday, November 25th, I have 10 AM or 10:30|9:30 AM or 10 AM/,
    ],
  },
  {
    name: 'Saturday > closed > the next open day > yes',
    turns: ['can I get an appointment on Saturday', 'yes', 'noon', 'grades', 'Ada', 'yes'],
    says: ['We are closed on Saturdays. Would Monday, November 30th, work for you?', 'Monday, November 30th'],
    booked: [['2026-11-30', '12:00', 'academic standing', 'Ada']],
  },
  {
    name: 'holiday > named',
    turns: ['I want an appointment on thanksgiving'],
    says: ['We are closed on Thursday, November 26th, because of Thanksgiving.'],
  },
  {
    name: 'yesterday > already over',
    turns: ['I want an appointment on November 20th'],
    says: [/is already over/],
  },
  {
    name: 'too far ahead > the last day',
    turns: ['I want an appointment on June 15th'],
    says: [/too far ahead. The last day I can book is Sunday, February 21st/],
  },
  {
    name: 'the office closes at five > six in the evening > hours and alternatives',
    turns: ['I want an appointment tomorrow at 6 pm'],
    says: [/open from 9 AM to 5 PM. .*4 PM or 4:30 PM/],
  },
  {
    name: 'half past nine is too soon at nine > alternatives',
    turns: ['I want an appointment today at half past nine'],
    says: [/9:30 AM is too soon. .*10 AM or 10:30 AM/],
  },
  {
    name: 'ten past two is not on the grid > nearest times',
    turns: ['I want an appointment tomorrow at ten past two'],
    says: [/no appointment that begins at 2:10 PM. .*2 PM or 2:30 PM/],
  },
  {
    name: 'February 30th > does not exist',
    turns: ['I want an appointment on February 30th'],
    says: [/does not exist/],
  },
  {
    name: 'weekday and date that do not fit > asked again',
    turns: ['book me on Friday, November 24th', 'Tuesday'],
    says: [/not sure about the day. In the calendar it is Tuesday, November 24th/, /Tuesday/],
  },
  {
    name: 'next week > Tuesday is the one of next week > in the afternoon > offers > the last one',
    turns: [
      'an appointment next week please',
      'tuesday',
      'in the afternoon',
      'the last one',
      'grades',
      'Ada',
      'yes',
    ],
    says: [/day/, 'Tuesday, December 1st', /noon, 2:30 PM or 4:30 PM|noon, .* or 4:30 PM/],
    booked: [['2026-12-01', '16:30', 'academic standing', 'Ada']],
  },
  {
    name: 'as soon as possible > the first times',
    turns: ['I need an appointment as soon as possible', '10', 'grades', 'Ada', 'yes'],
    says: [/Today, Monday, November 23rd, I have 10 AM/],
    booked: [['2026-11-23', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'what times do you have on Wednesday > one of them',
    turns: ['book an appointment', 'what times do you have on wednesday', 'nine', 'grades', 'Ada', 'yes'],
    says: [/day/, /On Wednesday, November 25th, I have 9 AM/],
    booked: [['2026-11-25', '09:00', 'academic standing', 'Ada']],
  },
  {
    name: 'free words as topic are kept and shortened',
    turns: [
      'book me tomorrow at ten',
      "It's about my roommate who plays the drums all night long and I really can not sleep at all any more",
      'Ada',
      'yes',
    ],
    booked: [
      [
        '2026-11-24',
        '10:00',
        'roommate who plays the drums all night long and I really can not sleep at all',
        'Ada',
      ],
    ],
  },
  {
    name: 'two or three > the first is taken up',
    turns: ['book me tomorrow at two or three', 'grades', 'Ada', 'yes'],
    booked: [['2026-11-24', '14:00', 'academic standing', 'Ada']],
  },
  {
    name: 'offers > anything later > later ones > the first one',
    options: { busy: [taken('2026-11-24', '10:00', '10:30')] },
    turns: [
      'book me tomorrow at ten about grades, my name is Ada',
      'do you have anything later?',
      'the first one',
      'yes',
    ],
    says: [/9:30 AM or 10:30 AM/, /I have 11 AM, .* or 4:30 PM/],
    booked: [['2026-11-24', '11:00', 'academic standing', 'Ada']],
  },
  {
    name: 'one o clock as a bare "one"',
    turns: ['book an appointment', 'tomorrow', 'one', 'grades', 'Ada', 'yes'],
    booked: [['2026-11-24', '13:00', 'academic standing', 'Ada']],
  },
  {
    name: 'any day next week > offers of next week',
    turns: ['book an appointment', 'any day next week', 'the second one', 'grades', 'Ada', 'yes'],
    says: [/day/, /On Monday, November 30th, I have 9 AM, .* or 4:30 PM/],
  },
  {
    name: 'I can only do mornings > morning times',
    turns: ['book an appointment', 'tomorrow', 'I can only do mornings', '9:30'],
    says: [/day/, /time/, /I have 9 AM, .* or 11:30 AM/],
  },
  {
    name: 'between two and four > times in between',
    turns: ['book an appointment', 'tomorrow between two and four'],
    says: [/day/, /I have 2 PM, .* or 3:30 PM/],
  },
  {
    name: 'tomorrow > in two hours is today',
    turns: ['book an appointment', 'in two hours', 'grades', 'Ada', 'yes'],
    booked: [['2026-11-23', '11:00', 'academic standing', 'Ada']],
  },
  {
    name: 'a person offered in the middle > the caller goes on with the booking instead',
    turns: ['book me tomorrow at ten', 'how tall is the president?', 'about transfer credits', 'Ada', 'yes'],
    says: [/free/, /Shall I connect you/, /name/],
    booked: [['2026-11-24', '10:00', 'transfer credits', 'Ada']],
  },
  {
    name: 'never mind > nothing is booked',
    turns: ['book me tomorrow at ten', 'never mind'],
    says: [/free/, 'I have not booked anything'],
    booked: [],
  },
  {
    name: 'start over > asked from the beginning',
    turns: ['book me tomorrow at ten', 'start over'],
    says: [/free/, /day/],
  },
];

const NOISE: readonly Row[] = [
  {
    name: 'Thirsday > half passed two',
    turns: ['book an appointment', 'Thirsday December 3rd', 'half passed two', 'grades', 'Ada', 'yes'],
    booked: [['2026-12-03', '14:30', 'academic standing', 'Ada']],
  },
  {
    name: 'to-morrow > too thirty p m',
    turns: ['book an appointment', 'To-morrow.', 'Too thirty p M..', 'grades', 'Ada', 'yes'],
    booked: [['2026-11-24', '14:30', 'academic standing', 'Ada']],
  },
  {
    name: 'Next to Tuesday > at for',
    turns: ['book an appointment', 'Next to Tuesday.', 'At for.', 'yes', 'grades', 'Ada', 'yes'],
    says: [/day/, 'December 1st', 'I heard Tuesday, December 1st at 4 PM. Is that right?'],
    booked: [['2026-12-01', '16:00', 'academic standing', 'Ada']],
  },
  {
    name: 'a day heard badly is read back before anything else > no > asked again',
    turns: [
      'book an appointment',
      '~0.4 wednesday at ten',
      'no',
      'friday December 4th at ten',
      'grades',
      'Ada',
      'yes',
    ],
    says: [/day/, 'I heard Wednesday, November 25th at 10 AM. Is that right?', /day/],
    booked: [['2026-12-04', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'a yes heard badly is asked for again',
    turns: ['book me tomorrow at ten about grades, my name is Ada', '~0.3 yes', 'yes'],
    says: [/Is that right/, /was that a yes/, 'You are booked'],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'words heard too badly are not taken',
    turns: ['book an appointment', '~0.1 wednesday'],
    says: [/day/, /did not get the day/],
    booked: [],
  },
];

const QUESTIONS: readonly Row[] = [
  {
    name: 'question > answer > anything else > no',
    turns: ['where is your office?', 'no'],
    says: ['Our office is in Hall B, room 12. Is there anything else', 'Goodbye'],
    hangup: 'agent_goodbye',
  },
  {
    name: 'question in the middle > answer and back to the same question',
    turns: ['book me tomorrow at ten', 'before that, where is your office?', 'grades', 'Ada', 'yes'],
    says: [/talk about/, /Hall B, room 12. .*appointment.*\?/],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'question at the name > it is not taken for a name',
    turns: ['book me tomorrow at ten about grades', 'what do I need to bring?', 'Ada Lovelace', 'yes'],
    says: [/name/, 'Please bring your student ID. Now, back to your appointment.'],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada Lovelace']],
  },
  {
    name: 'yes, and what do I need to bring > booked, then answered',
    turns: ['book me tomorrow at ten about grades, my name is Ada', 'yes, and what do I need to bring?'],
    says: [/Is that right/, /You are booked, Ada.*Please bring your student ID. .*else/],
  },
  {
    name: 'unknown > shall I connect you > yes > transfer',
    turns: ['what is the meaning of life', 'yes'],
    says: [/don't know that. Shall I connect you to a person/, 'I will connect you to an advisor'],
  },
  {
    name: 'unknown > shall I connect you > no > anything else',
    turns: ['what is the meaning of life', 'no'],
    says: [/Shall I connect you/, /anything else/],
  },
  {
    name: 'unknown in the middle > no > back to the booking',
    turns: ['book me tomorrow at ten', 'how tall is the president?', 'no', 'grades', 'Ada', 'yes'],
    says: [/talk about/, /Shall I connect you/, /back to your appointment/],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'out of scope > says what it can do',
    turns: ['sing me a song'],
    says: [/can not help with that. I can book/],
  },
];

const PEOPLE: readonly Row[] = [
  {
    name: 'speak to a person > transfer',
    turns: ['I would like to speak to a person'],
    says: ['I will connect you to an advisor'],
  },
  {
    name: 'person, accepted > hangs up as transferred',
    options: { transfer: 'accepted' },
    turns: ['operator please'],
    hangup: 'transferred',
  },
  {
    name: 'person, refused > comes back and offers a call-back > yes',
    options: { transfer: 'refused' },
    turns: ['let me talk to somebody', 'yes'],
    says: [
      /could not reach anybody. You are back with me. Shall I ask somebody to call you back/,
      /will call you back by the end/,
    ],
  },
  {
    name: 'person, none configured > says so and offers a call-back > no > anything else',
    options: { business: office },
    turns: ['let me talk to somebody', 'no'],
    says: [/nobody I can connect you to right now. Shall I ask somebody to call you back/, /anything else/],
  },
  {
    name: 'person, none configured and no call-backs > says so and goes on',
    options: { business: { ...office, callback: { offered: false, within: 'later' } } },
    turns: ['let me talk to somebody'],
    says: [/nobody I can connect you to.*during our opening hours.*anything else/],
  },
  {
    name: 'call-back without a known number > keys > promised',
    options: { business: office, callerNumber: null },
    turns: ['let me talk to somebody', 'yes', '#2', '#0', '#2', '#5', '#5', '#5', '#0', '#1', '##'],
    says: [/call you back/, /type it on your phone/, '', '', '', '', '', '', '', '', /will call you back/],
  },
  {
    name: 'call-back number said in words > promised',
    options: { business: office, callerNumber: null },
    turns: ['let me talk to somebody', 'yes', 'two oh two five five five oh one four two'],
    says: [/call you back/, /type it/, /will call you back/],
  },
  {
    name: 'cancel my appointment > offered a person > yes > transfer',
    turns: ['cancel my appointment', 'yes please'],
    says: [
      /To cancel an appointment, I need one of my colleagues. Shall I connect you/,
      /connect you to an advisor/,
    ],
  },
  {
    name: 'move my appointment, nobody to transfer to > call-back',
    options: { business: office },
    turns: ['I need to reschedule my appointment'],
    says: [/To move an appointment.*call you back/],
  },
  {
    name: 'zero on the keypad in the middle of a booking > transfer',
    turns: ['book me tomorrow at ten', '#0'],
    says: [/free/, /connect you to an advisor/],
  },
];

const LADDER: readonly Row[] = [
  {
    name: 'not understood three times at the beginning > other words > keys > person',
    turns: ['blah blah', 'foo bar', 'gna gna'],
    says: [/can not help with that/, /press 1/, /trouble understanding.*connect you to an advisor/],
  },
  {
    name: 'day not understood twice > keys > 2 > times by key',
    turns: ['book an appointment', 'purple', 'elephants', '#2', '#1', 'grades', 'Ada', '#1'],
    says: [
      /day/,
      /did not get the day/,
      /press 1 for today, Monday, November 23rd, 2 for tomorrow, Tuesday, November 24th/,
      /Tuesday, November 24th, these times are free: press 1 for 9 AM/,
    ],
    booked: [['2026-11-24', '09:00', 'academic standing', 'Ada']],
  },
  {
    name: 'time not understood twice > free times by key > 2',
    turns: ['book an appointment tomorrow', '~0.1 mumble', '~0.1 mumble', '#2', 'grades', 'Ada', '#1'],
    says: [
      /What time|at what time/,
      /did not get the time/,
      /Tuesday, November 24th, these times are free: press 1 for 9 AM, 2 for 1 PM/,
    ],
    booked: [['2026-11-24', '13:00', 'academic standing', 'Ada']],
  },
  {
    name: 'time not understood three times > a person',
    turns: ['book an appointment tomorrow', '~0.1 mumble', '~0.1 mumble', '~0.1 mumble'],
    says: [/time/, /did not get the time/, /press 1/, /connect you to an advisor/],
  },
  {
    name: 'yes to what day > asked again > by keys',
    turns: ['book an appointment', 'yes', 'yes'],
    says: [/day/, /did not get the day/, /press 1/],
  },
  {
    name: 'no to the read-back > no to what to change > asked again > by keys',
    turns: ['book me tomorrow at ten about grades, my name is Ada', 'no', 'no', 'no'],
    says: [/Is that right/, /change/, /day|time|reason|name/, /1 for|press 1/],
    never: /right\?.*right\?.*right\?/s,
  },
  {
    name: 'read-back > corrected to what it is > read back > yes > booked',
    turns: [
      'book me tomorrow at ten about grades, my name is Ada',
      'No, it is about academic standing.',
      'yes',
    ],
    says: [/Is that right/, /about academic standing.*for Ada.*Is that right/, /You are booked/],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'no to the read-back > nothing to change > read back',
    turns: ['book me tomorrow at ten about grades, my name is Ada', 'no', 'nothing, it is fine', 'yes'],
    says: [/Is that right/, /change/, /Is that right/, /You are booked/],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Ada']],
  },
  {
    name: 'no to the read-back > forget it, in two sentences > nothing is booked',
    turns: [
      'book me tomorrow at ten about grades, my name is Ada',
      'no',
      'Forget it. I do not want an appointment.',
    ],
    never: /connect you|by phone/,
    booked: [],
  },
  {
    name: 'the same, written as one sentence',
    turns: [
      'book me tomorrow at ten about grades, my name is Ada',
      'no',
      'Forget it, I do not want an appointment.',
    ],
    never: /connect you|by phone/,
    booked: [],
  },
  {
    name: 'a name that is corrected to the same for ever is confirmed by key or goes to a person',
    turns: [
      'book me tomorrow at ten about grades, my name is Ada',
      'no, my name is Ada',
      'no, my name is Ada',
      'Ada',
      'no, my name is Ada',
      'no, my name is Ada',
    ],
    says: [/for Ada/, /for Ada/, /spell/, /for Ada/, /for Ada/, /press 1/],
    booked: [],
  },
  {
    name: 'topic not understood twice > keys > 2 is transfer credits',
    turns: ['book me tomorrow at ten', '~0.1 mumble', '~0.1 mumble', '#2', 'Ada', '#1'],
    says: [/talk about/, /what is it about/i, /press 1 for course registration, 2 for transfer credits/],
    booked: [['2026-11-24', '10:00', 'transfer credits', 'Ada']],
  },
  {
    name: 'name not understood twice > under the number by key',
    turns: ['book me tomorrow at ten about grades', '~0.1 mumble', '~0.1 mumble', '#1', '#1'],
    says: [/name/, /say it again, or spell it/, /under your phone number, press 1/, 'for Caller 0142'],
    booked: [['2026-11-24', '10:00', 'academic standing', 'Caller 0142']],
  },
  {
    name: 'read-back by key > 2 > what to change by key > 2 > time > 1',
    turns: ['book me tomorrow at ten about grades, my name is Ada', '#2', '#2', 'eleven', '#1'],
    says: [/Is that right/, /What should I change/, /What time/, /11 AM/, 'You are booked'],
    booked: [['2026-11-24', '11:00', 'academic standing', 'Ada']],
  },
  {
    name: 'understood answers reset the ladder',
    turns: ['book an appointment', 'purple', 'wednesday', 'purple', 'nine'],
    says: [/day/, /did not get the day/, /What time/, /did not get the time/, /9 AM is free/],
  },
  {
    name: 'a key without meaning > asked again',
    turns: ['book me tomorrow at ten about grades, my name is Ada', '#7'],
    says: [/Is that right/, /say yes or no/],
  },
];

const TALK: readonly Row[] = [
  {
    name: 'repeat > the same words',
    turns: ['book me tomorrow at ten', 'could you repeat that?'],
    says: ['10 AM is free', '10 AM is free'],
  },
  {
    name: 'star on the keypad > the same words',
    turns: ['book me tomorrow at ten', '#*'],
    says: ['10 AM is free', '10 AM is free'],
  },
  {
    name: 'hold on > take your time',
    turns: ['book me tomorrow at ten', 'hold on a second', 'grades'],
    says: [/free/, /Take your time/, /name/],
  },
  {
    name: 'are you there > yes, and the question',
    turns: ['book me tomorrow at ten', 'are you there?'],
    says: [/free/, /I am here. What/],
  },
  {
    name: 'what can you do > says it',
    turns: ['what can you do?'],
    says: [/book an appointment with an advisor, and I can answer/],
  },
  { name: 'hello > greeting', turns: ['hello'], says: [/What can I do for you/] },
  {
    name: 'goodbye > hangs up',
    turns: ['okay thank you goodbye'],
    says: ['Goodbye'],
    hangup: 'agent_goodbye',
  },
  {
    name: 'answer > yes > asks what',
    turns: ['where is your office?', 'yes'],
    says: [/else/, /What can I do|How can I help/],
  },
  {
    name: 'answer > another question',
    turns: ['where is your office?', 'yes, what should I bring?'],
    says: [/Hall B/, /student ID/],
  },
  {
    name: 'answer > thanks > goodbye',
    turns: ['where is your office?', 'thank you very much'],
    says: [/Hall B/, 'Goodbye'],
  },
];

for (const [group, rows] of Object.entries({ BOOKING, NOISE, QUESTIONS, PEOPLE, LADDER, TALK })) {
  describe(group.toLowerCase(), () => {
    test.each(rows.map((row) => [row.name, row] as const))('%s', (_name, row) => check(row));
  });
}

test('a person to transfer to gets the configured address', () => {
  const talk = new Talk({ business: withPerson });
  talk.start();
  talk.say('operator');
  expect(talk.of('transfer').map(({ target }) => target)).toEqual(['sip:desk@example.org']);
});
