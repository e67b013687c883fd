import { consentByRequest, consentToEnd } from '../../../../src/dialog/core/consent.js';
import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import type { OpenQuestion } from '../../../../src/dialog/core/nlu/types.js';
import { caseLexicon, READ_BACK, TIME, verdictOn } from '../../../eval/consent/answers.js';

const lexicon = caseLexicon();
const moment = { date: '2026-12-04', minute: 600 };
const QUESTIONS: Readonly<Record<string, OpenQuestion>> = {
  confirm: READ_BACK,
  suggest: { id: 'book.suggested', expects: 'yes_no', readBack: false, time: READ_BACK.time, asked: moment },
  cancel: { id: 'cancel.confirm', expects: 'yes_no', time: TIME, asked: moment },
  callback: { id: 'callback.offer', expects: 'yes_no', time: TIME },
  handoff: { id: 'handoff.offer', expects: 'yes_no', time: TIME },
};

describe('what an answer comes to', () => {
  test.each([
    // Offers that are taken in other words than a yes.
    ['suggest', "That's okay, too.", 'agreed'],
    ['suggest', 'This one suits me, as well', 'agreed'],
    ['suggest', "let's try this one", 'agreed'],
    ['suggest', 'yeah, that is it', 'agreed'],
    ['suggest', 'just give that a try please', 'agreed'],
    ['handoff', 'okay we can try that', 'agreed'],
    ['confirm', "know, that's correct", 'agreed'],
    // What is kept is not cancelled, and orders no call.
    ['callback', "I'd rather keep it, yes", 'unclear'],
    ['callback', 'yes, I will keep my session', 'refused'],
    ['handoff', 'we want to keep that, sure', 'refused'],
    ['cancel', "I'd like to keep it, yeah", 'unclear'],
    ['cancel', "no, I'm going to be there", 'refused'],
    ['cancel', 'yes I will make it', 'refused'],
    ['cancel', 'I still need my appointment', 'refused'],
    ['cancel', 'yes please drop it', 'agreed'],
    ['confirm', 'yes keep that time', 'agreed'],
    // Put off, given up.
    ['confirm', "yes, I'll decide on it later", 'unclear'],
    ['suggest', 'perhaps later', 'unclear'],
    ['confirm', 'fine, skip the whole thing', 'refused'],
    ['confirm', 'alright, never mind the appointment', 'refused'],
    ['confirm', 'okay, farewell', 'unclear'],
    // Right once, not now.
    ['confirm', 'this was correct until last week', 'corrected'],
    ['confirm', 'it used to be fine', 'unclear'],
    // Beside an agreement stands something that nobody read.
    ['callback', 'yes the parrot', 'unclear'],
    ['handoff', "know, I'm okay", 'refused'],
  ])('%s: "%s" is %s', (question, text, kind) => {
    expect(verdictOn(text, QUESTIONS[question] as OpenQuestion, lexicon).kind).toBe(kind);
  });

  test.each([
    ["Know, that's everything", true],
    ['know thanks a lot bye', true],
    ['Know thank you, have a nice day', true],
    ["I know that's all you do", false],
    ['know where you are', false],
    ['no, do not hang up', false],
    ["please don't end the call yet", false],
    ["don't disconnect me", false],
    ['okay bye now', true],
  ])('anything else? "%s" ends the call: %s', (text, ends) => {
    const question: OpenQuestion = { id: 'anything_else', expects: 'matter', time: TIME };
    const said = interpret({ text, confidence: 0.9 }, question, lexicon);
    const consent =
      consentToEnd(said, { questionId: question.id, heardToEnd: true }) ?? consentByRequest(said, 'goodbye');
    expect(consent !== undefined).toBe(ends);
  });

  test.each([
    ['I will confirm it later', false],
    ["let's sort that out later", false],
    ['something later please', true],
    ['do you have anything later', true],
    ['could we make it later', true],
  ])('"%s" asks for a later time: %s', (text, wanted) => {
    const { mentions } = interpret({ text, confidence: 1 }, READ_BACK, lexicon);
    expect(mentions.some(({ type }) => type === 'other')).toBe(wanted);
  });
});
