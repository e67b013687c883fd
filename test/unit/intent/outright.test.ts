import { join } from 'node:path';
import { outrightReader } from '../../../src/dialog/intent/core/outright.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { packCatalogue } from '../../support/root-catalogue.js';

/** What the classifier would take the topic for, and what the words come to. */
const rows: readonly (readonly [taken: string, words: string, right: string])[] = [
  ['RAG_QUERY', 'I would like an appointment about a letter I got', 'APPOINTMENT_SCHEDULING'],
  ['RAG_QUERY', 'hello, could I see somebody about the fees', 'APPOINTMENT_SCHEDULING'],
  ['RAG_QUERY', "I'm hoping to stop by regarding the form", 'APPOINTMENT_SCHEDULING'],
  ['RAG_QUERY', 'appointment about the deadline please', 'APPOINTMENT_SCHEDULING'],
  ['RAG_QUERY', 'is there any chance to meet with someone to go over the rules', 'APPOINTMENT_SCHEDULING'],
  ['CALLBACK_REQUEST', 'we want to sit down with somebody about the bill', 'APPOINTMENT_SCHEDULING'],
  ['OUT_OF_SCOPE', 'can you book me a meeting about the fence', 'APPOINTMENT_SCHEDULING'],
  ['APPOINTMENT_CANCEL', 'I need to push my appointment about the fees', 'APPOINTMENT_CHANGE'],
  // Questions that an appointment is named in.
  ['APPOINTMENT_SCHEDULING', 'do I really need an appointment for that', 'RAG_QUERY'],
  ['APPOINTMENT_SCHEDULING', 'could I walk in without an appointment', 'RAG_QUERY'],
  ['APPOINTMENT_SCHEDULING', 'can I make an appointment on your website', 'RAG_QUERY'],
  ['APPOINTMENT_SCHEDULING', 'is a first appointment free', 'RAG_QUERY'],
  // No requests: nothing is changed.
  ['RAG_QUERY', 'where do I go for an appointment about the fees', 'RAG_QUERY'],
  ['RAG_QUERY', 'what should I bring to an appointment about the form', 'RAG_QUERY'],
  ['RAG_QUERY', "I don't want an appointment, what is the fee", 'RAG_QUERY'],
  ['RAG_QUERY', 'who can I see about the fees', 'RAG_QUERY'],
  ['RAG_QUERY', 'I have a question about the fees', 'RAG_QUERY'],
  ['RAG_QUERY', 'my appointment about the fees, how long was it', 'RAG_QUERY'],
  ['APPOINTMENT_CANCEL', 'I do not want to move my appointment, cancel it', 'APPOINTMENT_CANCEL'],
  ['APPOINTMENT_CANCEL', 'cancel my appointment about the fees', 'APPOINTMENT_CANCEL'],
  ['HUMAN_HANDOFF', 'I need to talk to a person about the fees', 'HUMAN_HANDOFF'],
];

describe.each(['.', 'packs/clinic', 'packs/bank'])('what is said outright: %s', (folder) => {
  const { outright } = packCatalogue(join(projectRoot(), folder));
  if (outright === undefined) throw new Error('no requests');
  const read = outrightReader(outright);
  test.each(rows)('%s: "%s" is %s', (taken, words, right) => {
    expect(read(words, { intent: taken, confidence: 0.55 }).intent).toBe(right);
  });

  it('leaves alone what is plainly foreign', () => {
    const foreign = { intent: 'OUT_OF_SCOPE', confidence: 0.97 };
    expect(read('I need an appointment for an oil change', foreign)).toBe(foreign);
  });
});
