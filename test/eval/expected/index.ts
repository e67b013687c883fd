import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import type { ExpectedSentences } from '../../../src/kernel/expected-sentences.js';
import { requestId } from '../../../src/kernel/ids.js';
import { checkModels } from '../../../src/speech/models.js';
import type { SttEngine, SttTranscript } from '../../../src/speech/ports.js';
import { expectedGraph, type ExpectedGraph } from '../../../src/speech/stt/moonshine-recognizer.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { telephoneLine } from '../speech/degrade.js';
import { shareOf } from '../share.js';
import { round } from '../speech/statistics.js';
import { clips, type Clip } from './clips.js';
import { agrees, isListed, meaningOf, rightness } from './meaning.js';
import { ANSWERS, type QuestionKind } from './phrases.js';
import { questions } from './questions.js';
import { reliability, type Judged } from './reliability.js';
import { voices } from './voices.js';

/** Settings of the evaluation of expected speech. */
export interface ExpectedEvalOptions {
  /** Nothing but the report; without it progress and every wrong reading go to standard error. */
  readonly json: boolean;
  /** `LEIBNIZ_DATA_DIR`, for recordings and noise. */
  readonly dataDir: string;
  /** `LEIBNIZ_CASES_DIR`: a folder with `conversations/unexpected-speech.jsonl`; that part is left out without it. */
  readonly casesDir: string | undefined;
  /** Use every n-th clip only. Default 1. */
  readonly every?: number;
}

/** One clip at one question. */
interface Heard extends Judged {
  readonly clip: Omit<Clip, 'pcm'>;
  readonly question: QuestionKind;
  readonly transcript: SttTranscript;
  /** What was heard without expectations. */
  readonly free: string;
  readonly right: boolean;
  /** An expected sentence that was not said: put there by expectation, or misheard without it. */
  readonly byBias: boolean;
  readonly byEar: boolean;
}

/** A transcript that comes late is a right one here, however slow the machine. */
const TIMEOUT_MS = 300_000;
/** Below this a dialog reads back what it heard. */
const DOUBTFUL = 0.5;
/** Log units between an agreement that is acted upon and anything else that was expected. */
const LEAST_MARGIN = 1.5;

/**
 * What expecting an answer does to answers and to everything else that may be said: gain beside false acceptance, by
 * kind, and how far confidence can be believed. Voices, phrases and speakers are those that nothing was tuned on.
 */
export async function run(options: ExpectedEvalOptions): Promise<BenchReport> {
  const files = checkModels();
  const stt = await openMoonshineStt({
    encoderFile: files.sttEncoder,
    decoderFile: files.sttDecoder,
    timeoutMs: TIMEOUT_MS,
  });
  const progress = options.json ? (): void => undefined : (text: string): void => console.error(text);
  try {
    const { expected, sources } = questions();
    const hear = hearer(stt, expected, progress);
    const rows: Heard[] = [];
    for (const clip of nth(clips('report', options.dataDir, sources), options.every)) {
      rows.push(...(await hear(clip)));
    }
    const metrics: Record<string, number | BenchMetrics> = {
      answers: answerMetrics(rows),
      consent: consentMetrics(rows),
      other: otherMetrics(rows),
      confidence: confidenceMetrics(rows),
    };
    let n = rows.length;
    if (options.casesDir !== undefined) {
      const cases: Heard[] = [];
      for (const clip of nth(unexpectedSpeech(options.casesDir), options.every)) {
        cases.push(...(await hear(clip)));
      }
      metrics['unexpected_speech'] = unexpectedMetrics(cases);
      n += cases.length;
    }
    return { name: 'eval.expected', n, metrics };
  } finally {
    await stt.close();
  }
}

function* nth<T>(items: Iterable<T>, every = 1): Generator<T> {
  let index = 0;
  for (const item of items) if (index++ % every === 0) yield item;
}

/** Hears a clip at each of its questions. */
function hearer(
  stt: SttEngine,
  expected: Readonly<Record<QuestionKind, ExpectedSentences>>,
  progress: (text: string) => void,
): (clip: Clip) => Promise<Heard[]> {
  const graphs = Object.fromEntries(
    Object.entries(expected).map(([kind, sentences]) => [kind, expectedGraph(sentences)]),
  ) as Record<QuestionKind, ExpectedGraph>;
  const ask = async (pcm: Int16Array, sentences?: ExpectedSentences): Promise<SttTranscript> => {
    const result = await stt.transcribe({
      requestId: requestId('expected'),
      pcm,
      sampleRateHz: 8000,
      kind: 'final',
      expected: sentences,
    });
    if (!result.ok) throw new Error(`no transcript: ${result.error.message}`);
    return result.value;
  };
  let count = 0;
  return async ({ pcm: make, ...clip }) => {
    const pcm = make();
    const free = await ask(pcm);
    const said = meaningOf(clip.text);
    const rows: Heard[] = [];
    for (const question of clip.at) {
      const transcript = await ask(pcm, expected[question]);
      const right = !transcript.noSpeech && meaningOf(transcript.text) === said;
      const wrong = !right && !transcript.noSpeech && isListed(transcript.text, graphs[question]);
      const biased = transcript.evidence?.hypotheses[0]?.source === 'biased';
      const { confidence = 0 } = transcript;
      rows.push({
        clip,
        question,
        transcript,
        free: free.text,
        right,
        rightness: rightness(clip.text, transcript.text),
        confidence,
        byBias: wrong && biased,
        byEar: wrong && !biased,
      });
      if (wrong && !ANSWERS.some((kind) => kind === clip.kind)) {
        progress(
          `${clip.kind}, ${clip.speaker}, at ${question}: "${clip.text}" is "${transcript.text}" (${confidence.toFixed(2)}, ${biased ? 'expected' : 'heard'}; freely "${free.text}")`,
        );
      }
    }
    if (++count % 100 === 0) progress(`expected: ${count} clips`);
    return rows;
  };
}

/** Answers in words that are expected: right without and with expectation. */
function answerMetrics(rows: readonly Heard[]): BenchMetrics {
  const report: Record<string, BenchMetrics> = {};
  for (const kind of ANSWERS) {
    const own = rows.filter(({ clip }) => clip.kind === kind);
    const free = own.filter((row) => meaningOf(row.free) === meaningOf(row.clip.text)).length;
    const right = own.filter((row) => row.right).length;
    report[kind] = {
      n: own.length,
      right_free: round(free / own.length),
      ...shareOf('right_expected', right, own.length),
    };
  }
  return report;
}

/** What a dialog asks of an agreement that it acts upon. */
const isSure = ({ confidence, transcript }: Heard): boolean =>
  confidence >= DOUBTFUL && (transcript.evidence?.margin ?? Infinity) >= LEAST_MARGIN;

/** What is no agreement and was taken for one, where consent is asked for. */
function consentMetrics(rows: readonly Heard[]): BenchMetrics {
  const of = (kinds: readonly string[]): BenchMetrics => {
    const own = rows.filter(({ clip, question }) => question === 'confirm' && kinds.includes(clip.kind));
    const taken = own.filter(({ transcript }) => agrees(transcript.text));
    const free = own.filter((row) => agrees(row.free));
    return {
      n: own.length,
      taken_for_agreement: taken.length,
      taken_for_agreement_without_expectation: free.length,
      taken_by_a_dialog_that_doubts: taken.filter(isSure).length,
      ...shareOf('share', taken.length, own.length),
    };
  };
  const agreements = rows.filter(({ clip }) => clip.kind === 'agreement');
  const acted = agreements.filter((row) => agrees(row.transcript.text) && isSure(row)).length;
  return {
    agreements: {
      n: agreements.length,
      taken: agreements.filter(({ transcript }) => agrees(transcript.text)).length,
      taken_by_a_dialog_that_doubts: acted,
      ...shareOf('share', acted, agreements.length),
    },
    refusals_and_hedges: of(['refusal', 'hedge']),
    near_words: of(['near_word']),
    people: of(['human', 'digit']),
    other_sentences: of(['elsewhere', 'greeting', 'near_name', 'wrong_weekday', 'off_grid_time']),
    noise: of(['noise']),
  };
}

/** What answers nothing and became an expected sentence. */
function otherMetrics(rows: readonly Heard[]): BenchMetrics {
  const report: Record<string, BenchMetrics> = {};
  const others = rows.filter(({ clip }) => !ANSWERS.some((kind) => kind === clip.kind));
  const kinds = [...new Set(others.map(({ clip }) => clip.kind as string))];
  for (const kind of [...kinds, 'all']) {
    const own = others.filter(({ clip }) => kind === 'all' || clip.kind === kind);
    const biased = own.filter(({ byBias }) => byBias);
    report[kind] = {
      n: own.length,
      by_expectation: biased.length,
      by_expectation_with_confidence_above_half: biased.filter(({ confidence }) => confidence >= DOUBTFUL)
        .length,
      misheard_without_it: own.filter(({ byEar }) => byEar).length,
      ...shareOf('by_expectation_share', biased.length, own.length),
    };
  }
  return report;
}

/** Confidence against how often the words were right; noise has none. */
function confidenceMetrics(rows: readonly Heard[]): BenchMetrics {
  const words = rows.filter(({ clip, transcript }) => clip.kind !== 'noise' && !transcript.noSpeech);
  const expected = words.filter(({ clip }) => ANSWERS.some((kind) => kind === clip.kind));
  return {
    all: reliability(words),
    answers: reliability(expected),
    expected_in_place_of_heard: reliability(
      words.filter(({ transcript }) => transcript.evidence?.hypotheses[0]?.source === 'biased'),
    ),
    people: reliability(words.filter(({ clip }) => clip.kind === 'human' || clip.kind === 'digit')),
  };
}

/** Phrases of the given cases in flite's voices over G.711, at questions that expect something else. */
function* unexpectedSpeech(casesDir: string): Generator<Clip> {
  const file = join(casesDir, 'conversations', 'unexpected-speech.jsonl');
  const line = telephoneLine(0);
  const texts = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((row) => (JSON.parse(row) as { readonly t: string }).t);
  for (const voice of [...voices('tune'), ...voices('report')]) {
    if (!voice.name.startsWith('flite')) continue;
    for (const text of texts) {
      const pcm = (): Int16Array => line(voice.speak(text), 1);
      yield { kind: 'elsewhere', text, speaker: voice.name, at: ['confirm', 'date', 'name'], pcm };
    }
  }
}

function unexpectedMetrics(rows: readonly Heard[]): BenchMetrics {
  const at = (question: QuestionKind): readonly Heard[] => rows.filter((row) => row.question === question);
  const taken = (own: readonly Heard[], wrong: (row: Heard) => boolean): BenchMetrics => ({
    n: own.length,
    taken: own.filter(wrong).length,
    by_expectation: own.filter(({ byBias }) => byBias).length,
    ...shareOf('taken_share', own.filter(wrong).length, own.length),
  });
  return {
    for_a_yes: taken(at('confirm'), ({ transcript }) => agrees(transcript.text)),
    for_a_day: taken(at('date'), (row) => row.byBias || row.byEar),
    for_a_name: taken(at('name'), (row) => row.byBias || row.byEar),
  };
}
