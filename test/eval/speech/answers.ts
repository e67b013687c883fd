import { join } from 'node:path';
import type { BenchMetrics } from '../../../bench/report.js';
import { loadBusiness } from '../../../src/dialog/business.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { expectedSpeech } from '../../../src/dialog/core/expected-speech.js';
import { addDays } from '../../../src/dialog/core/language/local-date.js';
import { findMentions } from '../../../src/dialog/core/language/mentions.js';
import { findIntroducedName, readName } from '../../../src/dialog/core/language/names.js';
import { findPurpose, readPurpose } from '../../../src/dialog/core/language/purposes.js';
import { tokenize } from '../../../src/dialog/core/language/tokens.js';
import { readYesNo } from '../../../src/dialog/core/language/yes-no.js';
import { spokenDate } from '../../../src/dialog/core/spoken.js';
import { requestId } from '../../../src/kernel/ids.js';
import type { ExpectationKind, ExpectedSpeech } from '../../../src/kernel/vocab.js';
import type { SttEngine } from '../../../src/speech/ports.js';
import { Flite } from '../../../src/speech/tts/flite.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import type { Degrade } from './degrade.js';
import { round } from './statistics.js';

const VOICES = ['rms', 'awb', 'kal16'] as const;
/** A Saturday: what "Tuesday" means must not depend on the day of the run. */
const TODAY = '2026-11-21';

interface Answer {
  readonly kind: ExpectationKind;
  readonly decision: boolean;
  readonly text: string;
}

/** Sentences that answer none of the questions. */
const ELSEWHERE = [
  'What are your opening hours?',
  "I don't know.",
  'Can I speak to a person?',
  'Do you have anything next month?',
  'How do I drop a class?',
  'Could you repeat that?',
  'I need to cancel my appointment.',
  'My daughter wants to come.',
  'Is parking free?',
  'My name is Priya Raman.',
  'Giuseppe Ferrara.',
  'It is about my scholarship.',
  'I want to study abroad.',
  'Financial aid.',
  'Housing.',
  'I failed chemistry.',
  'I am not sure.',
  'The weather is lovely in Paris.',
];

/**
 * Answers to the dialog's questions in our own voices, understood with and without the dialog's expectation, and
 * sentences that answer something else, which must stay what they are.
 */
export async function answerMetrics(
  stt: SttEngine,
  ttsFile: string,
  lines: readonly { readonly name: string; readonly line: Degrade }[],
): Promise<BenchMetrics> {
  const business = await loadBusiness(join(projectRoot(), 'business.yaml'));
  const flite = Flite.load(ttsFile);
  const expected = (kind: ExpectationKind, decision: boolean): ExpectedSpeech =>
    expectedSpeech({ kind, decision }, { business, today: TODAY });
  let seed = 0;
  const hear = async (
    text: string,
    voice: string,
    line: Degrade,
    speech: ExpectedSpeech,
  ): Promise<string> => {
    const { pcm } = flite.speak({ text, voice, speed: 1, sampleRateHz: 16_000 });
    const result = await stt.transcribe({
      requestId: requestId('answer'),
      pcm: line(pcm, seed),
      sampleRateHz: 8000,
      kind: 'final',
      expected: speech,
    });
    if (!result.ok) throw new Error(`no transcript: ${result.error.message}`);
    return result.value.text;
  };
  const report: Record<string, BenchMetrics> = {};
  for (const { name, line } of lines) {
    const answers = ANSWERS.flatMap((answer) => VOICES.map((voice) => ({ answer, voice })));
    const right = { free: 0, expected: 0 };
    for (const { answer, voice } of answers) {
      seed++;
      const meant = meaning(answer, answer.text, business);
      const is = (heard: string): number => (meaning(answer, heard, business) === meant ? 1 : 0);
      right.free += is(await hear(answer.text, voice, line, []));
      right.expected += is(await hear(answer.text, voice, line, expected(answer.kind, answer.decision)));
    }
    let changed = 0;
    const others = ELSEWHERE.flatMap((text) => VOICES.map((voice) => ({ text, voice })));
    for (const { text, voice } of others) {
      seed++;
      const free = await hear(text, voice, line, []);
      for (const kind of ['date', 'time', 'purpose', 'name'] as const) {
        if ((await hear(text, voice, line, expected(kind, false))) !== free) changed++;
      }
      if ((await hear(text, voice, line, expected('yes_no', true))) !== free) changed++;
    }
    report[name] = {
      n: answers.length,
      understood: round(right.free / answers.length),
      understood_when_expected: round(right.expected / answers.length),
      other_sentences: others.length * 5,
      other_sentences_replaced: changed,
    };
  }
  return report;
}

/** What the dialog takes from an answer. A time without its half of the day means what the opening hours allow. */
function meaning({ kind, decision }: Answer, text: string, { services }: Business): string {
  const ref = { today: TODAY, expected: kind === 'date' || decision, timeExpected: kind === 'time' };
  const slots = findMentions(tokenize(text), ref).map(({ value }) =>
    value.kind === 'time' ? value.minutes.find((minute) => minute >= 540 && minute < 1020) : value,
  );
  switch (kind) {
    case 'purpose': {
      return readPurpose(text, services)?.text ?? '';
    }
    case 'name': {
      return findIntroducedName(text) ?? readName(text) ?? '';
    }
    case 'yes_no': {
      return JSON.stringify([readYesNo(text)?.answer, slots, findPurpose(text, services)?.text]);
    }
    default: {
      return JSON.stringify(slots);
    }
  }
}

const PURPOSES = ['course registration', 'transfer credits', 'degree planning', 'changing my major'];
const NAMES = ['John Smith', 'Anna Miller', 'Susan Taylor', 'Laura Thompson', 'James Walker', 'Sarah Baker'];
const DAYS = [2, 4, 9, 10, 11, 12, 13, 17, 19, 27].map((ahead) => spokenDate(addDays(TODAY, ahead)));
const CLOCK = [
  'nine a m',
  'nine thirty a m',
  'ten a m',
  'eleven a m',
  'twelve p m',
  'one p m',
  'two thirty p m',
];
const ANSWERS: readonly Answer[] = [
  ...DAYS.map((day): Answer => ({ kind: 'date', decision: false, text: `${day}.` })),
  ...DAYS.map((day): Answer => ({ kind: 'yes_no', decision: true, text: `No, ${day}.` })),
  ...[...CLOCK, "At three o'clock in the afternoon", 'At half past ten in the morning'].map(
    (time): Answer => ({ kind: 'time', decision: false, text: `${time}.` }),
  ),
  ...PURPOSES.map((it): Answer => ({ kind: 'purpose', decision: false, text: `It is about ${it}.` })),
  ...PURPOSES.map((it): Answer => ({ kind: 'yes_no', decision: true, text: `No, it is about ${it}.` })),
  ...NAMES.flatMap((it): Answer[] => [
    { kind: 'name', decision: false, text: `${it}.` },
    { kind: 'name', decision: false, text: `My name is ${it}.` },
  ]),
  ...['Yes, that is right.', 'Yes.', 'No.', 'Yes please.'].map((text): Answer => ({
    kind: 'yes_no',
    decision: true,
    text,
  })),
];
