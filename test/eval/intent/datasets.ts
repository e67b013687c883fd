import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../../src/threads/project-root.js';

/** A sentence with the intents that are right for it. */
export interface Utterance {
  readonly text: string;
  /** Right answers; the first one names the class it is counted under. */
  readonly accepted: readonly [string, ...string[]];
}

/** The project's own sentences: `dev` for tuning, `test` held out. */
export function ownUtterances(split: 'dev' | 'test'): Utterance[] {
  const file = join(projectRoot(), 'test/eval/intent', `utterances-${split}.yaml`);
  const byIntent = parse(readFileSync(file, 'utf8')) as Record<string, string[]>;
  return Object.entries(byIntent).flatMap(([intent, texts]) =>
    texts.map((text): Utterance => ({ text, accepted: accepting(intent) })),
  );
}

/** Small talk is no business of the office and none of its answers: it may stand for a greeting or for what is foreign. */
const accepting = (intent: string): Utterance['accepted'] =>
  intent === 'GREETING' || intent === 'OUT_OF_SCOPE' ? [intent, 'SMALL_TALK'] : [intent];

/** CLINC150 intents that an office has too. */
const CLINC_SAME: Readonly<Record<string, string>> = {
  greeting: 'GREETING',
  goodbye: 'GOODBYE',
  repeat: 'REPEAT',
  schedule_meeting: 'APPOINTMENT_SCHEDULING',
};

/** CLINC150 intents that an office could understand either way; they are not counted. */
const CLINC_AMBIGUOUS = new Set([
  ...[
    'yes',
    'no',
    'maybe',
    'thank_you',
    'cancel',
    'cancel_reservation',
    'confirm_reservation',
    'change_speed',
  ],
  ...['meeting_schedule', 'calendar', 'calendar_update', 'what_can_i_ask_you', 'accept_reservations'],
]);

/** CLINC150: the validation half, its other intents and its out-of-scope sentences as OUT_OF_SCOPE. */
export function clinc150(dataDir: string): Utterance[] {
  const file = join(dataDir, 'intent/clinc150_train_val.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<'val' | 'oos_val', [string, string][]>;
  return [...rows.val, ...rows.oos_val]
    .filter(([, label]) => !CLINC_AMBIGUOUS.has(label))
    .map(([text, label]): Utterance => ({ text, accepted: accepting(CLINC_SAME[label] ?? 'OUT_OF_SCOPE') }));
}

/** NLU++ intents that react to something said before; a sentence with nothing else is not counted. */
const NLU_REACTIONS = new Set(['affirm', 'deny', 'acknowledge', 'dont_know', 'thank']);

/**
 * NLU++ (banking and hotels, spoken style). Its modular intents are combined: `appointment` or `booking` with
 * `change`, `cancel…` or `make…`, and the general ones. What is left belongs to banks and hotels.
 */
export function nluPlusPlus(dataDir: string): Utterance[] {
  const root = join(dataDir, 'intent/nlupp/data');
  return ['banking', 'hotels'].flatMap((domain) =>
    readdirSync(join(root, domain))
      .sort()
      .flatMap((name) => {
        const rows = JSON.parse(readFileSync(join(root, domain, name), 'utf8')) as {
          text: string;
          intents?: string[];
        }[];
        return rows
          .map(({ text, intents = [] }) => ({ text, intents: new Set(intents) }))
          .filter(
            ({ intents }) => intents.size === 0 || [...intents].some((name) => !NLU_REACTIONS.has(name)),
          )
          .map(({ text, intents }): Utterance => ({ text, accepted: acceptedOf(intents) }));
      }),
  );
}

function acceptedOf(intents: ReadonlySet<string>): Utterance['accepted'] {
  const meeting = intents.has('appointment') || intents.has('booking');
  const accepted: string[] = [];
  if (intents.has('handoff')) accepted.push('HUMAN_HANDOFF');
  if (meeting && intents.has('change')) accepted.push('APPOINTMENT_CHANGE');
  if (meeting && intents.has('cancel_close_leave_freeze')) accepted.push('APPOINTMENT_CANCEL');
  if (
    meeting &&
    accepted.length === 0 &&
    (intents.has('make_open_apply_setup_get_activate') || intents.has('new'))
  ) {
    accepted.push('APPOINTMENT_SCHEDULING');
  }
  if (intents.has('repeat')) accepted.push('REPEAT');
  if (intents.has('end_call')) accepted.push('GOODBYE');
  if (accepted.length === 0 && intents.size === 1 && intents.has('greet')) accepted.push('GREETING');
  const [first, ...rest] = accepted;
  return first === undefined ? accepting('OUT_OF_SCOPE') : [first, ...rest];
}

/** Openers of callers from `conversations/openers.tsv` of a folder of cases: the later ones are about an appointment that exists. */
export function openers(casesDir: string): Utterance[] {
  return caseRows(casesDir, 'openers').map(([text = '']): Utterance => {
    return {
      text,
      accepted: EXISTING.test(text)
        ? ['APPOINTMENT_FIND', 'APPOINTMENT_CHANGE', 'APPOINTMENT_CANCEL']
        : ['APPOINTMENT_SCHEDULING'],
    };
  });
}

/** "My appointment", "make it": an appointment that exists. "Missed my appointment" wants a new one. */
const EXISTING = /\b(?:my appointment|make it tomorrow)\b(?!.*\bnew one)/;

/** Questions of callers, answerable or not: never a booking. */
export const questions = (casesDir: string): Utterance[] =>
  ['questions', 'questions-unanswerable'].flatMap((name) =>
    caseRows(casesDir, name).map(([text = '']): Utterance => ({
      text,
      accepted: ['RAG_QUERY', 'OUT_OF_SCOPE'],
    })),
  );

function caseRows(casesDir: string, name: string): string[][] {
  return readFileSync(join(casesDir, 'conversations', `${name}.tsv`), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}
