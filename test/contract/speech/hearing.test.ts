import { expectedSentences } from '../../../src/kernel/expected-sentences.js';
import type { ExpectedSpeech } from '../../../src/kernel/vocab.js';
import { requestId } from '../../../src/kernel/ids.js';
import { decodeUlaw, encodeUlaw } from '../../../src/kernel/g711.js';
import { openSpeech, VadSegmenter, type Speech, type SttTranscript } from '../../../src/speech/index.js';
import type { MoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { openMoonshineStt } from '../../../src/speech/stt/moonshine-stt.js';
import { openFliteTts } from '../../../src/speech/tts/flite-tts.js';
import { checkModels } from '../../../src/speech/models.js';

let speech: Speech;
beforeAll(async () => {
  speech = await openSpeech({ sttWorkers: 1, ttsWorkers: 1 });
});
afterAll(async () => {
  await speech.close();
});

/** A spoken line as it leaves a telephone, with half a second of silence before it and a second after. */
async function onTheLine(
  text: string,
  voice = 'rms',
): Promise<{ audio: Int16Array; start: number; end: number }> {
  const spoken = await speech.tts.synthesize({
    requestId: requestId('say'),
    text,
    voice,
    sampleRateHz: 8000,
  });
  if (!spoken.ok) throw new Error(spoken.error.message);
  const { pcm } = spoken.value;
  const audio = new Int16Array(4000 + pcm.length + 8000);
  audio.set(pcm, 4000);
  const bytes = new Uint8Array(audio.length);
  encodeUlaw(audio, bytes);
  decodeUlaw(bytes, audio);
  return { audio, start: 4000, end: 4000 + pcm.length };
}

/** What voice activity detection finds, as ranges of samples that begin with the pad. */
async function segments(audio: Int16Array): Promise<{ from: number; to: number }[]> {
  const segmenter = new VadSegmenter({ endLagMs: speech.vad.capabilities.endLagMs });
  const found: { from: number; to: number }[] = [];
  let from = 0;
  const stream = speech.vad.open((probability, endSample) => {
    for (const event of segmenter.handle(probability, endSample)) {
      if (event.type === 'speech_start') from = event.paddedStartSample;
      else found.push({ from, to: event.endSample });
    }
  });
  const before = speech.vad.stats().windows;
  for (let at = 0; at < audio.length; at += 160) {
    stream.push(audio.subarray(at, at + 160), at);
    while (speech.vad.stats().windows - before < Math.floor(Math.min(audio.length, at + 160) / 256)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  stream.close();
  return found;
}

async function transcribe(pcm: Int16Array, sentences: ExpectedSpeech = []): Promise<SttTranscript> {
  const expected = expectedSentences(sentences);
  const result = await speech.stt.transcribe({
    requestId: requestId('hear'),
    pcm,
    sampleRateHz: 8000,
    kind: 'final',
    expected,
  });
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

async function hear(text: string, voice?: string, expected?: ExpectedSpeech): Promise<SttTranscript> {
  const { audio } = await onTheLine(text, voice);
  const found = await segments(audio);
  const first = found[0];
  const last = found.at(-1);
  if (first === undefined || last === undefined) throw new Error('no speech found');
  return transcribe(audio.slice(first.from, last.to + 800), expected);
}

test.each([
  ['I would like to book an appointment for next Thursday.', ['book', 'appointment', 'thursday']],
  ['Two thirty in the afternoon, please.', ['afternoon', 'please']],
  ['My name is Maria Keller.', ['my', 'name', 'maria']],
])('said, sent as G.711, found and understood: %s', async (text, words) => {
  const { text: heard, confidence } = await hear(text);
  for (const word of words) expect(heard.toLowerCase()).toContain(word);
  expect(confidence).toBeGreaterThan(0.5);
});

test.each([
  ['Yes.', 'rms', /^yes/i],
  ['No.', 'rms', /^no/i],
  ['Yes.', 'slt', /^(yes|yeah)/i],
  ['No.', 'awb', /^no/i],
])('a short answer is found and understood: %s (%s)', async (text, voice, expected) => {
  expect((await hear(text, voice)).text).toMatch(expected);
});

/** Days with their dates, as an office would name them. */
const DATES: ExpectedSpeech = [
  [
    ['no', ''],
    ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'].map(
      (day, i) => `${day}, December ${['seventh', 'eighth', 'ninth', 'tenth', 'eleventh'][i]}`,
    ),
    ['please', ''],
  ],
];

test('expecting an answer repairs some and spoils none', async () => {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  const right = { free: 0, expected: 0 };
  for (const voice of ['rms', 'kal16']) {
    for (const day of DATES[0]?.[1] ?? []) {
      const free = await hear(`No, ${day}.`, voice);
      const expected = await hear(`No, ${day}.`, voice, DATES);
      const is = ({ text }: SttTranscript): number => (plain(text) === plain(`No ${day}`) ? 1 : 0);
      right.free += is(free);
      right.expected += is(expected);
      expect(is(expected)).toBeGreaterThanOrEqual(is(free));
    }
  }
  expect(right.expected).toBeGreaterThan(right.free);
}, 60_000);

test('what was expected is told beside the free reading where it is too far away to take its place', async () => {
  const topics: ExpectedSpeech = [
    [
      ['it is about', ''],
      ['transfer credits', 'degree planning', 'my grades'],
    ],
  ];
  const { evidence } = await hear('It is about transfer credits.', 'awb', topics);
  expect(evidence?.hypotheses).toMatchObject([
    { source: 'free' },
    { source: 'biased', text: 'It is about transfer credits.' },
  ]);
});

test('what was not expected is written down as it was said', async () => {
  const days: ExpectedSpeech = [
    [
      ['on', ''],
      ['Monday', 'Tuesday', 'Wednesday'],
      ['please', ''],
    ],
  ];
  const { text } = await hear('Could you tell me where the office is?', 'rms', days);
  expect(text).toMatch(/where the office is/i);
});

test('expected sentences go by name: the worker keeps some, and asks again for those that it does not', async () => {
  const { audio } = await onTheLine('Monday, December seventh.', 'rms');
  const texts = [(await transcribe(audio, DATES)).text];
  // More questions than the worker keeps, so that the first one is forgotten.
  for (let i = 0; i < 30; i++) await transcribe(audio.subarray(0, 800), [[[`number ${i}`]]]);
  texts.push((await transcribe(audio, DATES)).text, (await transcribe(audio, DATES)).text);
  expect(texts).toEqual(Array.from({ length: 3 }, () => 'Monday, December seventh.'));
});

test('a sure word that only sounds like an answer stays, and the evidence says so', async () => {
  const answers: ExpectedSpeech = [[['yes', 'yeah', 'no', 'right', 'bye']]];
  for (const text of ['Guess.', 'Hi.', 'Now.']) {
    const { text: heard, evidence } = await hear(text, 'rms', answers);
    expect(heard).not.toMatch(/^(yes|yeah|no|right|bye)\W*$/i);
    expect(evidence?.hypotheses[0]).toMatchObject({ text: heard, source: 'free' });
    expect(evidence?.deficit).toBe(0);
  }
});

test('the end of speech is where the voice ends', async () => {
  const { audio, end } = await onTheLine('Please hold the line.');
  const last = (await segments(audio)).at(-1);
  expect(Math.abs((last?.to ?? 0) - end) / 8).toBeLessThan(80);
});

test('noise: no speech, whether or not it was taken for a voice', async () => {
  let state = 1;
  const noise = Int16Array.from({ length: 16_000 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return ((state >>> 16) % 2000) - 1000;
  });
  expect(await segments(noise)).toEqual([]);
  expect(await transcribe(noise)).toMatchObject({ noSpeech: true, text: '', confidence: 0 });
});

test('more than 15 s is split and all of it is written down', async () => {
  const { audio } = await onTheLine(
    'The office is open on Monday. The library is closed on Tuesday. The museum is open on Wednesday. ' +
      'The theater is closed on Thursday. The garden is open on Friday. The market is closed on Saturday. ' +
      'And the station is open every day of the week.',
  );
  expect(audio.length / 8000).toBeGreaterThan(16);
  const { text } = await transcribe(audio);
  for (const day of ['Monday', 'Wednesday', 'Friday', 'station']) expect(text).toContain(day);
});

test('marks follow the voice: what was heard up to a mark is what the mark says', async () => {
  const text = 'The office is open from nine until five on Monday.';
  const spoken = await speech.tts.synthesize({ requestId: requestId('m'), text, sampleRateHz: 8000 });
  if (!spoken.ok) throw new Error(spoken.error.code);
  const { pcm, marks, durationMs } = spoken.value;
  const cut = marks.find((mark) => mark.text === 'until')?.startMs ?? 0;
  expect(cut).toBeGreaterThan(durationMs * 0.4);
  expect(cut).toBeLessThan(durationMs * 0.75);
  const before = await transcribe(pcm.slice(0, cut * 8));
  expect(before.text).toMatch(/open from (nine|9)/i);
  expect(before.text).not.toMatch(/five|5|monday/i);
  const after = await transcribe(pcm.slice(cut * 8));
  expect(after.text).toMatch(/(five|5).*monday/i);
});

describe('load and failure', () => {
  let stt: MoonshineStt;
  let pcm: Int16Array;
  const ask = (id: string, kind: 'final' | 'speculative', signal?: AbortSignal) =>
    stt.transcribe({
      requestId: requestId(id),
      pcm,
      sampleRateHz: 8000,
      kind,
      ...(signal === undefined ? {} : { signal }),
    });

  beforeAll(async () => {
    const files = checkModels();
    stt = await openMoonshineStt({
      encoderFile: files.sttEncoder,
      decoderFile: files.sttDecoder,
      maxQueued: 2,
    });
    pcm = (await onTheLine('The office opens at nine in the morning.')).audio;
  });
  afterAll(async () => {
    await stt.close();
  });

  test('busy, queue full: final beats speculative, the oldest speculative is overloaded', async () => {
    const order: string[] = [];
    const note = async (id: string, kind: 'final' | 'speculative'): Promise<string> => {
      const result = await ask(id, kind);
      if (result.ok) order.push(id);
      return result.ok ? 'ok' : result.error.code;
    };
    const outcomes = await Promise.all([
      note('running', 'final'),
      note('speculative 1', 'speculative'),
      note('speculative 2', 'speculative'),
      note('final', 'final'),
      note('speculative 3', 'speculative'),
    ]);
    expect(outcomes).toEqual(['ok', 'overloaded', 'ok', 'ok', 'overloaded']);
    expect(order).toEqual(['running', 'final', 'speculative 2']);
    expect(stt.stats().overloaded).toBe(2);
  });

  test('promoted while it waits: a speculative job is not pushed out', async () => {
    const running = ask('running', 'final');
    const waiting = ask('waiting', 'speculative');
    stt.promote(requestId('waiting'));
    const other = ask('other', 'speculative');
    const pushed = ask('final', 'final');
    expect((await other).ok).toBe(false);
    for (const open of [running, waiting, pushed]) expect((await open).ok).toBe(true);
  });

  test('aborted in the middle of decoding: the worker is free at once', async () => {
    const abort = new AbortController();
    const long = ask('long', 'final', abort.signal);
    await new Promise((resolve) => setTimeout(resolve, 30));
    abort.abort();
    expect(await long).toMatchObject({ ok: false, error: { code: 'aborted' } });
    const next = await ask('next', 'final');
    expect(next.ok).toBe(true);
  });

  test('a worker that crashes fails its job, is started again and counted', async () => {
    stt.crashNextJob();
    expect(await ask('crash', 'final')).toMatchObject({ ok: false, error: { code: 'failed' } });
    expect((await ask('after', 'final')).ok).toBe(true);
    expect(stt.stats()).toMatchObject({ workerRestarts: 1, failed: 1 });
  });

  test('too late: timeout, and the engine goes on', async () => {
    const files = checkModels();
    const hasty = await openMoonshineStt({
      encoderFile: files.sttEncoder,
      decoderFile: files.sttDecoder,
      timeoutMs: 1,
    });
    const result = await hasty.transcribe({
      requestId: requestId('t'),
      pcm,
      sampleRateHz: 8000,
      kind: 'final',
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(hasty.stats().timeouts).toBe(1);
    await hasty.close();
  });

  test('synthesis: a crash fails the request, the next one speaks; the cache is used', async () => {
    const tts = await openFliteTts({ file: checkModels().tts });
    const say = () => tts.synthesize({ requestId: requestId('s'), text: 'One moment.', sampleRateHz: 8000 });
    tts.crashNextJob();
    expect(await say()).toMatchObject({ ok: false, error: { code: 'failed' } });
    expect(await say()).toMatchObject({ ok: true, value: { cacheHit: false } });
    expect(await say()).toMatchObject({ ok: true, value: { cacheHit: true } });
    expect(tts.stats()).toMatchObject({ workerRestarts: 1, failed: 1, cacheHits: 1 });
    await tts.close();
  });

  test('synthesis: the queue is bounded', async () => {
    const tts = await openFliteTts({ file: checkModels().tts, maxQueued: 1 });
    const say = (text: string) => tts.synthesize({ requestId: requestId('s'), text, sampleRateHz: 8000 });
    const results = await Promise.all([say('One.'), say('Two.'), say('Three.')]);
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code))).toEqual([
      'ok',
      'ok',
      'overloaded',
    ]);
    await tts.close();
  });
});
