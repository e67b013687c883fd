import { monoMs, type MonoMs } from '../../../src/kernel/time.js';
import { assemblyAi } from '../../../src/speech/stt/core/assemblyai.js';
import { deepgram } from '../../../src/speech/stt/core/deepgram.js';
import { deepgramFlux } from '../../../src/speech/stt/core/deepgram-flux.js';
import { failureOfClose } from '../../../src/speech/stt/core/failures.js';
import { geminiLive } from '../../../src/speech/stt/core/gemini-live.js';
import { Heard } from '../../../src/speech/stt/core/heard.js';
import type { SttProtocol } from '../../../src/speech/stt/core/protocol.js';
import { Recognition } from '../../../src/speech/stt/core/recognition.js';
import type { RecognitionAction } from '../../../src/speech/stt/core/recognition-types.js';
import { sherpaWords } from '../../../src/speech/stt/core/sherpa.js';
import { whisperText } from '../../../src/speech/stt/core/whisper.js';

const at = (ms: number): MonoMs => monoMs(ms);

/** A machine with its clock; actions as short texts. */
class Rig {
  readonly machine: Recognition;
  readonly told: string[] = [];
  now = 0;
  end = 0;

  constructor(protocol: SttProtocol) {
    this.machine = new Recognition(protocol, { sampleRateHz: 8000 });
  }

  take(actions: readonly RecognitionAction[]): this {
    this.told.push(...actions.map(textOf));
    return this;
  }

  open(): this {
    return this.take(this.machine.open(at(this.now))).take(this.machine.opened(at(this.now)));
  }

  audio(ms: number): this {
    for (let done = 0; done < ms; done += 20) {
      this.now += 20;
      this.end += 160;
      this.take(this.machine.audio(at(this.now), 0, this.end));
    }
    return this;
  }

  message(message: object): this {
    return this.take(this.machine.message(at(this.now), JSON.stringify(message)));
  }

  /** Lets time pass without audio. */
  pass(ms: number): this {
    const until = this.now + ms;
    for (;;) {
      const deadline = this.machine.nextDeadline(at(this.now));
      if (deadline === undefined || deadline > until) break;
      this.now = Math.max(this.now, deadline);
      this.take(this.machine.wake(at(this.now)));
    }
    this.now = until;
    return this;
  }

  ask(id: number, fromMs: number, toMs: number): this {
    return this.take(this.machine.ask(at(this.now), id, 8 * fromMs, 8 * toMs));
  }

  /** What was told but for audio, and forgets it. */
  words(): string[] {
    return this.told.splice(0).filter((text) => !text.startsWith('audio'));
  }
}

function textOf(action: RecognitionAction): string {
  switch (action.type) {
    case 'connect': {
      return action.handle === undefined ? 'connect' : `connect ${action.handle}`;
    }
    case 'send': {
      return `send ${String(action.frame)}`;
    }
    case 'audio': {
      return `audio ${action.fromSample / 8}-${action.toSample / 8}`;
    }
    case 'partial': {
      return `partial ${action.text}`;
    }
    case 'answered': {
      return `answered ${action.id}: ${action.text}${action.confidence === undefined ? '' : ` ${action.confidence.toFixed(2)}`}`;
    }
    case 'failed': {
      return `failed ${action.id}: ${action.kind}`;
    }
    case 'disconnect': {
      return 'disconnect';
    }
  }
}

const results = (
  startS: number,
  endS: number,
  words: readonly (readonly [text: string, startS: number, endS: number])[],
  more: object = {},
): object => ({
  type: 'Results',
  start: startS,
  duration: endS - startS,
  is_final: false,
  channel: {
    alternatives: [
      {
        transcript: words.map(([text]) => text).join(' '),
        confidence: 0.9,
        words: words.map(([word, start, end]) => ({ word, start, end, confidence: 0.9 })),
      },
    ],
  },
  ...more,
});
const FINAL = { is_final: true };
const FLUSHED = { is_final: true, from_finalize: true };

describe('Deepgram', () => {
  test('interim, asked, Finalize, final: answered by the words in the range', () => {
    const rig = new Rig(deepgram).open().audio(1500);
    rig.message(results(0, 1.4, [['i', 0.9, 1]])).ask(1, 600, 1500);
    expect(rig.words()).toEqual(['connect', 'partial i', 'send {"type":"Finalize"}']);
    rig.message(
      results(
        0,
        1.5,
        [
          ['no', 0.1, 0.3],
          ['i', 0.9, 1],
          ['need', 1.05, 1.3],
        ],
        FLUSHED,
      ),
    );
    expect(rig.words()).toEqual(['partial no i need', 'answered 1: i need 0.90']);
  });

  test('already final up to the pause: answered at once, nothing is asked', () => {
    const rig = new Rig(deepgram).open().audio(1500);
    rig.message(results(0, 1.4, [['yes', 0.9, 1.3]], FINAL));
    rig.words();
    expect(rig.ask(1, 600, 1500).words()).toEqual(['answered 1: yes 0.90']);
  });

  test('a segment that ends before the pause does not answer for what follows it', () => {
    const rig = new Rig(deepgram).open().audio(3000);
    rig.message(results(0, 1.4, [['yes', 0.9, 1.3]], FINAL)).message(results(1.4, 2.8, [['at', 2.5, 2.7]]));
    rig.ask(1, 600, 3000);
    expect(rig.words().at(-1)).toBe('send {"type":"Finalize"}');
    rig.message(results(1.4, 3, [['at', 2.5, 2.7]], FLUSHED));
    expect(rig.words().at(-1)).toBe('answered 1: yes at 0.90');
  });

  test('nothing more comes after Finalize, but audio had been reported on: answered after a while', () => {
    const rig = new Rig(deepgram).open().audio(1500);
    rig.message(results(0, 1.4, [['ten', 0.9, 1.3]])).ask(1, 600, 1500);
    rig.words();
    expect(rig.pass(600).words()).toEqual([]);
    expect(rig.pass(200).words()).toEqual(['answered 1: ten 0.90']);
  });

  test('silent provider: the request fails at its deadline, the connection is replaced', () => {
    const rig = new Rig(deepgram).open().audio(1500).ask(1, 600, 1500);
    rig.words();
    const told = rig.pass(5300).words();
    expect(told).toContain('failed 1: stalled');
    expect(told.slice(-2)).toEqual(['disconnect', 'connect']);
  });

  test('no audio: KeepAlive every four seconds, as text', () => {
    const rig = new Rig(deepgram).open();
    rig.words();
    expect(rig.pass(9000).words()).toEqual(['send {"type":"KeepAlive"}', 'send {"type":"KeepAlive"}']);
  });

  test('lost between two words: the audio since the last answer is given once more', () => {
    const rig = new Rig(deepgram).open().audio(1000).ask(1, 0, 1000);
    rig.message(results(0, 1, [['hello', 0.2, 0.6]], FLUSHED)).audio(600);
    rig.told.length = 0;
    rig.take(rig.machine.lost(at(rig.now), 'truncated', '')).pass(300);
    rig.take(rig.machine.opened(at(rig.now)));
    expect(rig.told.filter((text) => text.startsWith('audio'))[0]).toMatch(/^audio 1000-/);
    rig.message(results(0, 0.6, [['ten', 0.1, 0.4]], FINAL));
    expect(rig.ask(2, 1000, 1600).words().at(-1)).toBe('answered 2: ten 0.90');
  });

  test('lost while asked: fails at once, so that another engine can be asked; so do requests until it is back', () => {
    const rig = new Rig(deepgram).open().audio(1000).ask(1, 0, 1000);
    rig.words();
    rig.take(rig.machine.lost(at(rig.now), 'overloaded', ''));
    expect(rig.words()).toEqual(['failed 1: overloaded']);
    expect(rig.ask(2, 0, 1000).words()).toEqual(['failed 2: overloaded']);
  });

  test('a connection that opens and dies of the same audio again and again is not tried again and again', () => {
    const rig = new Rig(deepgram).open().audio(1000);
    let attempts = 1;
    for (const until = rig.now + 60_000; rig.now < until;) {
      rig.take(rig.machine.lost(at(rig.now), 'truncated', ''));
      rig.pass(500);
      attempts += rig.words().filter((text) => text === 'connect').length;
      rig.take(rig.machine.opened(at(rig.now)));
    }
    expect(attempts).toBeLessThan(12);
  });

  test('attempts are further and further apart; a wrong key is tried once a minute', () => {
    const tries = (kind: 'overloaded' | 'auth', ms: number): number => {
      const rig = new Rig(deepgram);
      rig.take(rig.machine.open(at(0)));
      let attempts = 1;
      for (let now = 0; now < ms; now += 50) {
        rig.take(rig.machine.lost(at(now), kind, ''));
        attempts += rig
          .take(rig.machine.wake(at(now)))
          .words()
          .filter((text) => text === 'connect').length;
      }
      return attempts;
    };
    expect(tries('overloaded', 60_000)).toBeLessThan(12);
    expect(tries('overloaded', 2000)).toBeGreaterThan(2);
    expect(tries('auth', 59_000)).toBe(1 + 1);
  });
});

test('Flux: an eager end that is taken back changes nothing; the turn is read as it stands', () => {
  const info = (event: string, transcript: string, endS: number): object => ({
    type: 'TurnInfo',
    event,
    turn_index: 0,
    transcript,
    words: transcript.split(' ').map((word) => ({ word, confidence: 0.8 })),
    audio_window_start: 0,
    audio_window_end: endS,
  });
  const rig = new Rig(deepgramFlux).open().message({ type: 'Connected' }).audio(2000);
  rig.message(info('EagerEndOfTurn', 'i need', 1)).message(info('TurnResumed', 'i need a', 1.4));
  rig.words();
  rig.ask(1, 0, 2000);
  expect(rig.words()).toEqual([]);
  rig.message(info('Update', 'i need a cleaning', 1.9));
  expect(rig.words().at(-1)).toBe('answered 1: i need a cleaning 0.80');
});

test('AssemblyAI: audio runs ahead of the clock by no more than it may', () => {
  const rig = new Rig(assemblyAi);
  rig.take(rig.machine.open(at(0))).take(rig.machine.opened(at(0)));
  rig.take(rig.machine.audio(at(0), 0, 8 * 10_000));
  rig.take(rig.machine.message(at(0), '{"type":"Begin"}'));
  const sentMs = (): number =>
    Math.max(...rig.told.map((text) => Number(/^audio [\d.]+-([\d.]+)/.exec(text)?.[1] ?? 0)));
  // After two seconds' worth of replay at once, one and a half seconds each second.
  const before = sentMs();
  expect(before).toBe(10_000);
  rig.take(rig.machine.audio(at(10), 0, 8 * 20_000));
  expect(sentMs()).toBeLessThanOrEqual(10_020);
  rig.pass(1000);
  expect(sentMs()).toBeGreaterThan(11_200);
  expect(sentMs()).toBeLessThan(11_700);
});

test('Gemini: words belong to the utterance that has ended, though the next has begun', () => {
  const rig = new Rig(geminiLive({ model: 'live', language: 'en-US' })).open().message({ setupComplete: {} });
  rig
    .audio(500)
    .take(rig.machine.speechStarted(at(rig.now), 8 * 400))
    .audio(1000)
    .ask(1, 200, 1500);
  rig
    .audio(200)
    .take(rig.machine.speechStarted(at(rig.now), 8 * 1650))
    .audio(400);
  rig.words();
  rig.message({ serverContent: { inputTranscription: { text: 'next' } } });
  rig.message({ serverContent: { inputTranscription: { text: ' friday' }, turnComplete: true } });
  expect(rig.words().at(-1)).toBe('answered 1: next friday');
  rig.ask(2, 200, 2100).message({ serverContent: { inputTranscription: { text: 'at ten' } } });
  rig.message({ serverContent: { turnComplete: true } });
  expect(rig.words().at(-1)).toBe('answered 2: next friday at ten');
});

test('Gemini: a setup that is not answered is given up after five seconds', () => {
  const rig = new Rig(geminiLive({ model: 'live', language: 'en-US' })).open().audio(500).ask(1, 0, 500);
  rig.words();
  expect(
    rig
      .pass(5100)
      .words()
      .filter((text) => !text.startsWith('send')),
  ).toEqual(['disconnect', 'failed 1: stalled', 'connect']);
});

test('what a provider sends never throws and never answers for what it does not say', () => {
  const messages = [
    '',
    '{',
    '[]',
    '{"type":"Results"}',
    '{"type":"Results","start":-1,"duration":null}',
    '{"type":"Turn","turn_order":"x"}',
  ];
  const more = [
    '{"type":"TurnInfo","turn_index":0}',
    '{"serverContent":5}',
    '{"goAway":1}',
    '{"type":"Turn","turn_order":1,"words":[{}]}',
  ];
  for (const protocol of [deepgram, deepgramFlux, assemblyAi, geminiLive({ model: 'm', language: 'en' })]) {
    for (const message of [...messages, ...more]) {
      const said = protocol.parse(message).filter(({ type }) => type === 'heard' || type === 'piece');
      expect(said).toEqual([]);
    }
  }
});

test('passages are bounded', () => {
  const heard = new Heard();
  for (let i = 0; i < 1000; i++) {
    heard.put({
      key: String(i),
      final: true,
      text: 'a',
      fromSample: i,
      toSample: i + 1,
      words: [],
      confidence: 1,
    });
  }
  expect(heard.range(0, 2000).text.split(' ')).toHaveLength(256);
});

test.each([
  [1011, 'NET-0001', 'overloaded'],
  [1011, 'You exceeded your current quota', 'quota_or_money'],
  [1008, 'Not authorized', 'auth'],
  [1007, 'API key not valid.', 'auth'],
  [1007, 'Request contains an invalid argument.', 'bad_request'],
  [3009, 'Too many concurrent sessions', 'rate_limit'],
  [3005, '', 'overloaded'],
  [1006, '', 'truncated'],
])('close %d "%s" is %s', (code, reason, kind) => {
  expect(failureOfClose(code, reason)).toBe(kind);
});

test('Whisper: segments that the model doubts, that repeat themselves, or that lie in silence are left out', () => {
  const segment = (text: string, start: number, more: object = {}): object => ({
    text,
    start,
    end: start + 1,
    avg_logprob: -0.1,
    no_speech_prob: 0,
    compression_ratio: 1,
    ...more,
  });
  const body = JSON.stringify({
    text: 'all',
    segments: [
      segment(' yes', 0),
      segment(' Thank you.', 1, { no_speech_prob: 0.9, avg_logprob: -1.3 }),
      segment(' bye bye bye bye', 2, { compression_ratio: 3 }),
      segment(' Thanks for watching', 8),
    ],
  });
  expect(whisperText(body, (start) => start >= 8)).toMatchObject({
    text: 'yes',
    confidence: expect.closeTo(Math.exp(-0.1), 9) as number,
  });
});

test('tokens become words at their marks', () => {
  const words = sherpaWords({ text: '', tokens: ['▁HE', 'LLO', ' TEN'], timestamps: [0.1, 0.2, 0.5] }, 1000);
  expect(words).toEqual([
    { text: 'HELLO', startMs: 1100, endMs: 1360 },
    { text: 'TEN', startMs: 1500, endMs: 1660 },
  ]);
});
