import type { Talk } from '../../support/talk.js';
import { tableOf } from './cases.js';
import { questionOf, type Office } from './office.js';

/** One sentence and whether it was dealt with rightly. */
export interface Judged {
  readonly right: boolean;
  readonly said: string;
  readonly got: string;
}

/** Opens a booking and answers up to a question. */
async function upTo(
  office: Office,
  question: 'open' | 'date' | 'time' | 'purpose' | 'name' | 'confirm',
): Promise<Talk> {
  const talk = office.talk();
  await talk.start();
  const answers: Readonly<Record<string, string>> = {
    open: 'i would like to make an appointment',
    date: 'friday',
    time: 'ten',
    purpose: 'transfer credits',
    name: 'Ada Lovelace',
    offer: 'the first one',
  };
  for (let turn = 0; turn < 8 && questionOf(talk) !== question; turn++) {
    await talk.say(answers[questionOf(talk)] ?? 'yes');
  }
  return talk;
}

/** Answers to a read-back: agreements book within one more question, nothing else books or hangs up. */
export async function readBack(office: Office): Promise<Record<'agreements' | 'others', readonly Judged[]>> {
  const result = { agreements: [] as Judged[], others: [] as Judged[] };
  for (const row of await tableOf('read-back.tsv')) {
    const said = row['caller'] ?? '';
    const talk = await upTo(office, 'confirm');
    let got = await talk.say(said);
    const isBooked = async (): Promise<boolean> => (await talk.booked()).length > 0;
    if (row['kind'] === 'agreement') {
      if (!(await isBooked())) got += ` / ${await talk.say('yes')}`;
      result.agreements.push({ right: await isBooked(), said, got });
    } else {
      result.others.push({
        right: !(await isBooked()) && (talk.hungUp === undefined || /bye/.test(said)),
        said,
        got,
      });
    }
  }
  return result;
}

/** Openers: a booking begins, or one that exists is spoken of. */
export async function openers(office: Office): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const row of await tableOf('openers.tsv')) {
    const said = row['caller'] ?? '';
    const talk = await upTo(office, 'open');
    const got = await talk.say(said);
    const task = talk.state.stack.map((frame) => frame.task).join('>');
    const wantsOther =
      /\b(cancel|move|reschedule|change my|my appointment|already have|when is|late|running|can't make|have an appointment)\b/.test(
        said,
      );
    const right = wantsOther
      ? /find|move|cancel|identify|callback|handoff/.test(task)
      : task.startsWith('book');
    judged.push({ right, said, got: `[${task}] ${got}` });
  }
  return judged;
}

/** Short sentences hang up on nobody who has not said goodbye. */
export async function shortSentences(office: Office): Promise<Record<'open' | 'after', readonly Judged[]>> {
  const result = { open: [] as Judged[], after: [] as Judged[] };
  for (const row of await tableOf('short-sentences.tsv')) {
    const said = row['caller'] ?? '';
    const isGoodbye = /\b(bye|goodbye|talk to you later|have a nice day|that's all|nope|nothing)\b/.test(
      said,
    );
    const open = await upTo(office, 'open');
    const first = await open.say(said);
    result.open.push({ right: open.hungUp === undefined || isGoodbye, said, got: first });
    const after = await upTo(office, 'open');
    await after.say('what are your opening hours');
    const second = await after.say(said);
    result.after.push({
      right: after.hungUp === undefined || isGoodbye || said === 'neither',
      said,
      got: second,
    });
  }
  return result;
}

const KEY_WORDS = /[a-z0-9]{3,}/g;
const NUMBERS: Readonly<Record<string, string>> = {
  '9': 'nine',
  '5': 'five',
  '4': 'four',
  '80': 'eighty',
  '75': 'seventy',
};

/** Questions that the documents answer: the answer holds a word of what it should say. */
export async function questions(office: Office): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const row of await tableOf('questions.tsv')) {
    const said = row['question'] ?? '';
    const talk = await upTo(office, 'open');
    const got = await talk.say(said);
    const wanted = [...(row['should'] ?? '').toLowerCase().matchAll(KEY_WORDS)].map(
      ([word]) => NUMBERS[word] ?? word,
    );
    const heard = got.toLowerCase().replaceAll(/\d+/g, (digits) => NUMBERS[digits] ?? digits);
    judged.push({ right: wanted.length === 0 || wanted.some((word) => heard.includes(word)), said, got });
  }
  return judged;
}

/** Questions that nothing answers: said so, and no task of another kind is begun. */
export async function unanswerable(office: Office): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const row of await tableOf('questions-unanswerable.tsv')) {
    const said = row['question'] ?? '';
    const talk = await upTo(office, 'open');
    const got = await talk.say(said);
    const isRefused = talk.effects.every((effect) => effect.type !== 'say' || effect.sources === undefined);
    judged.push({ right: isRefused && talk.state.stack.every(({ task }) => task !== 'book'), said, got });
  }
  return judged;
}

/** Words that do not answer the open question must not become its value: of names, nothing does. */
export async function noAnswers(office: Office): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const row of await tableOf('no-answer.tsv')) {
    if (row['question'] !== 'name') continue;
    const said = row['caller'] ?? '';
    const talk = await upTo(office, 'name');
    const got = await talk.say(said);
    judged.push({ right: questionOf(talk) !== 'confirm', said, got });
  }
  return judged;
}

/** Emergencies reach a person at once, at the open question and within a booking. */
export async function emergencies(office: Office): Promise<Record<'open' | 'booking', readonly Judged[]>> {
  const result = { open: [] as Judged[], booking: [] as Judged[] };
  for (const row of await tableOf('emergencies.tsv')) {
    const said = row['caller'] ?? '';
    for (const [key, question] of [
      ['open', 'open'],
      ['booking', 'name'],
    ] as const) {
      const talk = await upTo(office, question);
      const got = await talk.say(said);
      const isAlert = talk.of('say').some(({ promptId }) => promptId.startsWith('alert.'));
      result[key].push({
        right: isAlert && talk.state.stack.every(({ task }) => task !== 'book'),
        said,
        got,
      });
    }
  }
  return result;
}

/** Follow-ups, in order within each call; what is right is judged by reading, a lost call by the count. */
export async function followUps(office: Office): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  let call = '';
  let talk: Talk | undefined;
  for (const row of await tableOf('follow-ups.tsv')) {
    const id = (row['turn'] ?? '').split('.')[0] ?? '';
    if (id !== call || talk === undefined) {
      talk = await upTo(office, 'open');
      call = id;
    }
    const said = row['caller'] ?? '';
    const got = await talk.say(said);
    judged.push({ right: talk.hungUp === undefined, said: `${row['turn'] ?? ''} ${said}`, got });
  }
  return judged;
}
