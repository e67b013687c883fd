import { requestId, turnId } from '../../../src/kernel/ids.js';
import type { DialogInput, IntentName } from '../../../src/dialog/core/types.js';
import { office, Talk, taken } from './conversation.js';

const COMPLETE = 'book me tomorrow at ten about my grades, my name is Ada Lovelace';

/** A conversation whose requests the test answers; brought to the read-back and agreed to. */
function agreed(): Talk {
  const talk = new Talk({ manual: true });
  talk.start();
  talk.say(COMPLETE);
  talk.input({
    type: 'intent',
    requestId: talk.pendingId,
    result: { intent: 'APPOINTMENT_SCHEDULING', confidence: 0.9, method: 'pattern', entities: {} },
  });
  talk.input({ type: 'availability', requestId: talk.pendingId, result: { status: 'ok', busy: [] } });
  expect(talk.say('yes')).toBe('');
  return talk;
}

const booking = (talk: Talk, outcome: Extract<DialogInput, { type: 'booking' }>['outcome']): string =>
  talk.input({ type: 'booking', requestId: talk.pendingId, outcome });

const BOOKED = /You are booked/;

describe('booking', () => {
  test('yes > nothing is said before the store answers > booked > said', () => {
    const talk = agreed();
    expect(talk.of('book')).toHaveLength(1);
    expect(booking(talk, 'booked')).toMatch(BOOKED);
  });

  test('yes > waiting > filler > waiting > another filler > booked > said', () => {
    const talk = agreed();
    const first = talk.input({ type: 'waiting', requestId: talk.pendingId });
    const second = talk.input({ type: 'waiting', requestId: talk.pendingId });
    expect(first).not.toBe('');
    expect(second).not.toBe(first);
    expect(talk.said.at(-1)?.filler).toBe(true);
    expect(booking(talk, 'booked')).toMatch(BOOKED);
  });

  test('yes > waiting for ever > at most three fillers', () => {
    const talk = agreed();
    const fillers = Array.from({ length: 6 }, () =>
      talk.input({ type: 'waiting', requestId: talk.pendingId }),
    );
    expect(fillers.filter((text) => text !== '')).toHaveLength(3);
  });

  test('yes > conflict > alternatives > one of them > yes > another key', () => {
    const talk = agreed();
    booking(talk, 'conflict');
    const offer = talk.input({
      type: 'availability',
      requestId: talk.pendingId,
      result: { status: 'ok', busy: [taken('2026-11-24', '10:00', '10:30')] },
    });
    expect(offer).toMatch(/somebody else has just taken 10 AM.*9:30 AM or 10:30 AM/);
    talk.say('ten thirty');
    talk.say('yes');
    expect(talk.of('book').map((effect) => effect.idempotencyKey)).toEqual(['c1:0', 'c1:1']);
    expect(booking(talk, 'booked')).toMatch(/booked.*10:30 AM/);
  });

  test('yes > unknown > resolved by its key: booked > said', () => {
    const talk = agreed();
    expect(booking(talk, 'unknown')).toBe('');
    expect(talk.of('resolve_booking').map((effect) => effect.idempotencyKey)).toEqual(['c1:0']);
    expect(booking(talk, 'booked')).toMatch(BOOKED);
  });

  test('yes > unknown > not found > sent again under the same key > booked > said', () => {
    const talk = agreed();
    booking(talk, 'unknown');
    expect(booking(talk, 'not_found')).toBe('');
    expect(talk.of('book').map((effect) => effect.idempotencyKey)).toEqual(['c1:0', 'c1:0']);
    expect(booking(talk, 'booked')).toMatch(BOOKED);
  });

  test('yes > unknown > unknown > says that it cannot tell, and offers a call-back', () => {
    const talk = agreed();
    booking(talk, 'unknown');
    const words = booking(talk, 'unknown');
    expect(words).toMatch(/can not tell whether your booking went through.*call you back/);
    expect(words).not.toMatch(BOOKED);
    talk.say('yes');
    expect(talk.of('request_callback')).toEqual([
      expect.objectContaining({ userName: 'Ada Lovelace', callerNumber: '+12025550142' }),
    ]);
  });

  test('yes > unknown > not found > unavailable > says that it cannot tell', () => {
    const talk = agreed();
    booking(talk, 'unknown');
    booking(talk, 'not_found');
    expect(booking(talk, 'unavailable')).toMatch(/can not tell whether/);
  });

  test('yes > unavailable > says that nothing is booked, and offers a person', () => {
    const talk = agreed();
    const words = booking(talk, 'unavailable');
    expect(words).toMatch(/can not reach our calendar right now, so nothing is booked. Shall I connect you/);
    expect(words).not.toMatch(BOOKED);
  });

  test('yes > the caller talks > a filler, and the booking goes on', () => {
    const talk = agreed();
    expect(talk.say('actually make it three')).toMatch(/booking/);
    expect(talk.of('book')).toHaveLength(1);
    expect(booking(talk, 'booked')).toMatch(/booked.*10 AM/);
  });

  test('yes > an answer to another request > nothing', () => {
    const talk = agreed();
    expect(talk.input({ type: 'booking', requestId: requestId('d99'), outcome: 'booked' })).toBe('');
    expect(talk.state.pending?.kind).toBe('book');
  });

  test('yes > an answer of another kind > nothing', () => {
    const talk = agreed();
    expect(
      talk.input({ type: 'availability', requestId: talk.pendingId, result: { status: 'ok', busy: [] } }),
    ).toBe('');
    expect(talk.state.pending?.kind).toBe('book');
  });

  test('store down when the time is checked > says so at once', () => {
    const talk = new Talk({ storeDown: true, business: office });
    talk.start();
    expect(talk.say(COMPLETE)).toMatch(/can not reach our calendar.*call you back/);
    expect(talk.of('book')).toHaveLength(0);
  });
});

describe('requests', () => {
  test('turn > turn before its intent > the words are joined and the first answer is dropped', () => {
    const talk = new Talk({ manual: true });
    talk.start();
    talk.say('I would like to book.');
    const first = talk.pendingId;
    talk.say('an appointment tomorrow');
    expect(talk.of('classify').at(-1)?.text).toBe('I would like to book an appointment tomorrow');
    const stale = { intent: 'GOODBYE', confidence: 1, method: 'pattern', entities: {} } as const;
    expect(talk.input({ type: 'intent', requestId: first, result: stale })).toBe('');
    expect(talk.hangup).toBeUndefined();
  });

  test('question > the caller goes on before the answer > the late answer is dropped', () => {
    const talk = new Talk({ manual: true });
    talk.start();
    talk.say('where is your office');
    talk.input({
      type: 'intent',
      requestId: talk.pendingId,
      result: { intent: 'RAG_QUERY', confidence: 0.9, method: 'embedding', entities: {} },
    });
    const late = talk.pendingId;
    talk.say('goodbye');
    const answer = { found: true, answer: 'Hall B.', sources: [], confidence: 1 };
    expect(talk.input({ type: 'knowledge', requestId: late, result: answer })).toBe('');
  });

  test('classification is slow > waiting > one moment', () => {
    const talk = new Talk({ manual: true });
    talk.start();
    talk.say('where is your office');
    expect(talk.input({ type: 'waiting', requestId: talk.pendingId })).toBe('One moment, please.');
  });

  test('an intent nobody is sure of > asked again', () => {
    const talk = new Talk({ manual: true });
    talk.start();
    talk.say('mumble mumble');
    const unsure = { intent: 'GOODBYE', confidence: 0.2, method: 'embedding', entities: {} } as const;
    expect(talk.input({ type: 'intent', requestId: talk.pendingId, result: unsure })).toMatch(
      /did not understand/,
    );
  });

  test('the sources of an answer are kept with it', () => {
    const talk = new Talk();
    talk.start();
    talk.say('where is your office?');
    expect(talk.said.find((say) => say.promptId === 'knowledge.answer')?.sources).toEqual(['location#1']);
  });
});

describe('silence', () => {
  test('silence > silence > silence: each is answered in another way, the last with goodbye', () => {
    const talk = new Talk();
    talk.start();
    talk.say('book me tomorrow at ten');
    const words = [1, 2, 3].map((count) => talk.input({ type: 'silence', count }));
    expect(new Set(words).size).toBe(3);
    expect(words[1]).toMatch(/press 1/);
    expect(words[2]).toMatch(/Goodbye/);
    expect(talk.hangup).toBe('silence');
  });

  test('silence while a request is open > nothing', () => {
    const talk = agreed();
    expect(talk.input({ type: 'silence', count: 3 })).toBe('');
    expect(talk.hangup).toBeUndefined();
  });

  test('not_understood > not_understood > keys > not_understood > person', () => {
    const talk = new Talk();
    talk.start();
    const words = [1, 2, 3].map((n) => talk.input({ type: 'not_understood', turnId: turnId(`n${n}`) }));
    expect(words[0]).toMatch(/did not understand/);
    expect(words[1]).toMatch(/press 1/);
    expect(words[2]).toMatch(/connect you to an advisor/);
  });

  test('after the end nothing is said any more', () => {
    const talk = new Talk();
    talk.start();
    talk.say('goodbye');
    expect(talk.say('hello?')).toBe('');
    expect(talk.input({ type: 'silence', count: 1 })).toBe('');
  });
});

describe('what was heard', () => {
  test('read-back cut off early > yes > read back again > heard > yes > booked', () => {
    const talk = new Talk();
    talk.start();
    const readBack = talk.say(COMPLETE);
    talk.input({ type: 'heard', said: readBack, text: readBack.slice(0, 30), complete: false });
    expect(talk.say('yes')).toMatch(/10 AM, for Ada Lovelace. Is that right/);
    expect(talk.booked).toHaveLength(0);
    expect(talk.say('yes')).toMatch(BOOKED);
  });

  test('read-back cut off at "is that right" > yes > booked', () => {
    const talk = new Talk();
    talk.start();
    const readBack = talk.say(COMPLETE);
    talk.input({ type: 'heard', said: readBack, text: readBack.slice(0, -12), complete: false });
    expect(talk.say('yes')).toMatch(BOOKED);
  });

  test('read-back cut off > a correction is taken all the same', () => {
    const talk = new Talk();
    talk.start();
    const readBack = talk.say(COMPLETE);
    talk.input({ type: 'heard', said: readBack, text: readBack.slice(0, 30), complete: false });
    expect(talk.say('make it eleven')).toMatch(/11 AM/);
  });
});

describe('the rest of an answer that comes over the reply', () => {
  /** The last thing that was said, cut off before any of it was heard. */
  const cutOff = (talk: Talk): void => {
    for (const { text } of talk.state.lastSaid) {
      talk.input({ type: 'heard', said: text, text: '', complete: false });
    }
  };

  test('yes > booked, unheard > that is right > the booking is said again', () => {
    const talk = new Talk();
    talk.start();
    talk.say(COMPLETE);
    expect(talk.say('Yes.')).toMatch(BOOKED);
    cutOff(talk);
    expect(talk.say('That is right.')).toMatch(BOOKED);
    expect(talk.booked).toHaveLength(1);
    expect(talk.say('no thanks')).toMatch(/goodbye/i);
  });

  test('a question that was not heard is not missed, it is asked again', () => {
    const talk = new Talk();
    talk.start();
    const asked = talk.say('book an appointment');
    cutOff(talk);
    expect(talk.say('yes please')).toBe(asked);
  });

  test('a filler that was cut is no question', () => {
    const talk = new Talk();
    talk.start();
    talk.say('book an appointment');
    talk.input({ type: 'heard', said: 'One moment, please.', text: '', complete: false });
    expect(talk.state.cutOff).toBe(false);
  });
});

describe('expectations', () => {
  test('each question says what it expects and what keys mean', () => {
    const talk = new Talk();
    talk.start();
    expect(talk.last?.expectation).toEqual({
      kind: 'free',
      decision: false,
      keypad: { '1': 'book an appointment', '0': 'a person' },
    });
    const kinds = ['book an appointment', 'tomorrow', 'ten', 'grades', 'Ada'].map((words) => {
      talk.say(words);
      return talk.last?.expectation.kind;
    });
    expect(kinds).toEqual(['date', 'time', 'purpose', 'name', 'yes_no']);
    expect(talk.last?.expectation).toEqual({
      kind: 'yes_no',
      decision: true,
      keypad: { '0': 'a person', '1': 'yes', '2': 'no' },
    });
  });

  test('offered times are keys', () => {
    const talk = new Talk({ busy: [taken('2026-11-24', '10:00', '10:30')] });
    talk.start();
    talk.say('book me tomorrow at ten');
    expect(talk.last?.expectation.keypad).toEqual({
      '0': 'a person',
      '1': 'Tuesday, November 24th at 9:30 AM',
      '2': 'Tuesday, November 24th at 10:30 AM',
    });
    expect(talk.press('2')).toMatch(/talk about/);
  });

  test('the greeting says that an automated assistant speaks', () => {
    expect(new Talk().start()).toMatch(/automated assistant of the Brookfield University Advising Office/);
  });
});

describe('bounds', () => {
  test('a very long sentence is cut, not refused', () => {
    const talk = new Talk();
    talk.start();
    expect(talk.say(`book an appointment ${'and so on '.repeat(2000)}`)).toMatch(/day/);
    expect(JSON.stringify(talk.state).length).toBeLessThan(30_000);
  });

  test('odd text throws nowhere', () => {
    const odd = [
      '',
      ' ',
      '...',
      '?',
      '\u0000',
      '💡',
      'a'.repeat(5000),
      '99/99/9999',
      '25:99',
      '0',
      '-1',
      '{name}',
      '31st 31st',
      'null',
    ];
    for (const opening of [
      '',
      'book an appointment',
      'book me tomorrow',
      'book me tomorrow at ten',
      COMPLETE,
    ]) {
      for (const text of odd) {
        const talk = new Talk();
        talk.start();
        if (opening !== '') talk.say(opening);
        expect(() => talk.say(text)).not.toThrow();
      }
    }
  });

  test('two hundred turns leave the state small', () => {
    const talk = new Talk();
    talk.start();
    for (let k = 0; k < 100; k++) {
      talk.say('where is your office?');
      talk.say('book me tomorrow at ten');
      talk.say('never mind');
    }
    expect(JSON.stringify(talk.state).length).toBeLessThan(3000);
  });
});

describe('an intent that leads away from an open question', () => {
  const asked = (): Talk => {
    const talk = new Talk({ manual: true });
    talk.start();
    talk.say('book an appointment');
    talk.input({
      type: 'intent',
      requestId: talk.pendingId,
      result: { intent: 'APPOINTMENT_SCHEDULING', confidence: 0.9, method: 'pattern', entities: {} },
    });
    return talk;
  };
  const answered = (text: string, intent: IntentName, confidence: number): Talk => {
    const talk = asked();
    talk.say(text);
    const result = { intent, confidence, method: 'embedding', entities: {} } as const;
    talk.input({ type: 'intent', requestId: talk.pendingId, result });
    return talk;
  };

  test('a badly heard answer that resembles a goodbye does not end the call', () => {
    const talk = answered('Worst.', 'GOODBYE', 0.5);
    expect(talk.hangup).toBeUndefined();
    expect(talk.last?.text).toMatch(/did not get the day/);
  });

  test('a sure goodbye does', () => {
    expect(answered('I have to run now, take care', 'GOODBYE', 0.9).hangup).toBe('agent_goodbye');
  });

  test('words that are no question are not looked up', () => {
    expect(answered('Elephants and umbrellas.', 'RAG_QUERY', 0.5).of('query_knowledge')).toEqual([]);
  });

  test('a question is, without the words that lead over to it', () => {
    expect(answered('Wait, where is your office?', 'RAG_QUERY', 0.5).of('query_knowledge')).toMatchObject([
      { text: 'where is your office?' },
    ]);
  });
});
