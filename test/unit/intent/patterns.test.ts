import { classifyByPattern, PATTERN_THRESHOLD } from '../../../src/dialog/intent/core/patterns.js';
import type { IntentName } from '../../../src/dialog/core/types.js';

const intentOf = (text: string): IntentName | undefined => classifyByPattern(text)?.intent;

describe('plain wordings', () => {
  it.each<[IntentName, string]>([
    ['APPOINTMENT_SCHEDULING', 'I want to book an appointment'],
    ['APPOINTMENT_SCHEDULING', "Hi, I'd like to make an appointment, please."],
    ['APPOINTMENT_SCHEDULING', 'uh can i um schedule a meeting with my adviser'],
    ['APPOINTMENT_SCHEDULING', 'do you have any openings on thursday'],
    ['APPOINTMENT_SCHEDULING', 'can I come in tomorrow at three'],
    ['APPOINTMENT_SCHEDULING', 'appointment please'],
    ['APPOINTMENT_CHANGE', 'move my appointment'],
    ['APPOINTMENT_CHANGE', "I'd like to reschedule"],
    ['APPOINTMENT_CHANGE', 'can we push my meeting back to friday'],
    ['APPOINTMENT_CANCEL', 'cancel my appointment'],
    ['APPOINTMENT_CANCEL', 'cancel'],
    ['APPOINTMENT_CANCEL', 'my appointment on friday has to be cancelled'],
    ['HUMAN_HANDOFF', 'speak to a human'],
    ['HUMAN_HANDOFF', 'can you put me through to someone'],
    ['HUMAN_HANDOFF', 'Operator!'],
    ['HUMAN_HANDOFF', "I don't want to talk to a machine"],
    ['RAG_QUERY', 'what are your opening hours'],
    ['RAG_QUERY', 'when do you close today'],
    ['RAG_QUERY', 'where are you located'],
    ['GOODBYE', 'no thanks bye'],
    ['GOODBYE', "No, that's it. Have a nice day!"],
    ['GOODBYE', "that's all, thank you"],
    ['REPEAT', 'can you repeat that'],
    ['REPEAT', 'Sorry, what?'],
    ['REPEAT', "I didn't catch that"],
    ['GREETING', 'Hello?'],
    ['GREETING', 'good morning this is anna'],
  ])('%s: %s', (intent, text) => {
    const result = classifyByPattern(text);
    expect(result?.intent).toBe(intent);
    expect(result?.confidence).toBeGreaterThan(PATTERN_THRESHOLD);
    expect(result?.method).toBe('pattern');
  });
});

describe('what a recogniser makes of it', () => {
  it.each<[IntentName, string]>([
    ['APPOINTMENT_SCHEDULING', 'i want to book a point meant'],
    ['APPOINTMENT_SCHEDULING', 'i want to make an apointment'],
    ['APPOINTMENT_CANCEL', 'cancel the pointment'],
    ['APPOINTMENT_CHANGE', 'i want to re-schedule'],
    ['GOODBYE', 'good by'],
    ['GOODBYE', 'ok bye bye'],
    ['HUMAN_HANDOFF', 'human. human.'],
    ['APPOINTMENT_SCHEDULING', 'I I want to to book an appointment'],
  ])('%s: %s', (intent, text) => {
    expect(intentOf(text)).toBe(intent);
  });
});

describe('negation', () => {
  it.each<[IntentName | undefined, string]>([
    [undefined, "I don't want to book an appointment"],
    [undefined, 'I do not want to cancel my appointment'],
    [undefined, 'no need to speak to a person'],
    ['APPOINTMENT_SCHEDULING', 'No, not cancel. I want to book an appointment.'],
    ['APPOINTMENT_CHANGE', "I don't want to cancel my appointment I want to move it to Wednesday"],
    ['APPOINTMENT_SCHEDULING', 'I was not able to book an appointment online'],
    ['APPOINTMENT_SCHEDULING', "can't I book an appointment"],
    ['APPOINTMENT_SCHEDULING', "don't you have any appointments on monday"],
    ['APPOINTMENT_CANCEL', "I don't need my appointment anymore"],
    ['APPOINTMENT_CHANGE', "I can't make my appointment"],
    [undefined, "that's not it"],
  ])('%s: %s', (intent, text) => {
    expect(intentOf(text)).toBe(intent);
  });
});

describe('several things at once', () => {
  it.each<[IntentName, string]>([
    ['APPOINTMENT_SCHEDULING', 'Hello, good morning. I would like an appointment, thank you, bye.'],
    ['RAG_QUERY', 'Hi there, what are your opening hours?'],
    ['HUMAN_HANDOFF', 'cancel my appointment and let me talk to a person'],
    ['APPOINTMENT_CHANGE', 'I have an appointment on Monday but I want to reschedule'],
  ])('%s: %s', (intent, text) => {
    expect(intentOf(text)).toBe(intent);
  });

  it.each(['Hello, my dog is purple.', 'Huh, I lost my card eight days ago.', 'I have no idea, sorry'])(
    'the polite half does not stand for the rest: %s',
    (text) => {
      expect(intentOf(text)).toBeUndefined();
    },
  );
});

describe('things that only sound alike', () => {
  it.each([
    'can I cancel a class',
    'I want to change my major',
    'can I repeat a course',
    'transfer fifty dollars to my savings',
    'book a table for two',
    'make an appointment for an oil change',
    'am I speaking with a real person',
    'what should I bring to my appointment',
    'what happens if I miss my appointment',
    'is there a fee if I cancel my appointment',
    'do I need an appointment',
    'repeat the last song',
    'the person I want to pay',
    'text John saying I want to book an appointment',
    'where is my class schedule',
    'yes',
    'no',
    'thank you',
  ])('%s', (text) => {
    expect(['RAG_QUERY', undefined]).toContain(intentOf(text));
  });
});

it('"move it to Friday" means an appointment only while one is talked about', () => {
  expect(classifyByPattern('move it to friday')).toBeUndefined();
  expect(classifyByPattern('move it to friday', { previous_intent: 'APPOINTMENT_SCHEDULING' })?.intent).toBe(
    'APPOINTMENT_CHANGE',
  );
});

it.each(['', '   ', '?!', '\0', '日本語', '|||', "'''"])('takes any text: %j', (text) => {
  expect(classifyByPattern(text)).toBeUndefined();
});

it('long input does not blow up any pattern', () => {
  const pieces = [
    'ok great ',
    'no thanks ',
    'hi there ',
    'not to ',
    'my the ',
    'can i ',
    'that is all ',
    'a b ',
  ];
  for (const first of pieces) {
    for (const second of pieces) {
      expect(() => classifyByPattern((first + second).repeat(100) + '!x')).not.toThrow();
    }
  }
});
