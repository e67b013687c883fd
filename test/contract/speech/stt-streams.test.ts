import type { SttEngine } from '../../../src/speech/ports.js';
import { deepgram as deepgramProtocol } from '../../../src/speech/stt/core/deepgram.js';
import { SttFailover } from '../../../src/speech/stt/failover.js';
import { OpenAiStt } from '../../../src/speech/stt/openai-stt.js';
import { PROVIDER_OPENERS, type SttProviders } from '../../../src/speech/stt/providers.js';
import { SocketStt } from '../../../src/speech/stt/socket-stt.js';
import { socketTransport } from '../../../src/speech/stt/transport.js';
import type { FakeStt } from '../../../src/speech/testing/fake-stt.js';
import { codedStt } from '../../support/providers/stt/coded-stt.js';
import { AssemblyAiStandIn } from '../../support/providers/stt/assemblyai-stand-in.js';
import { DeepgramStandIn } from '../../support/providers/stt/deepgram-stand-in.js';
import { GeminiStandIn } from '../../support/providers/stt/gemini-stand-in.js';
import { spoken } from '../../support/providers/stt/spoken-code.js';
import { Talker } from '../../support/providers/stt/talk.js';
import { WhisperStandIn } from '../../support/providers/stt/whisper-stand-in.js';
import { requestId } from '../../../src/kernel/ids.js';

const opened: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(it: T): T => {
  opened.push(it);
  return it;
};
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close();
});

function engine(name: string, settings: Partial<SttProviders>): SttEngine {
  const open = PROVIDER_OPENERS[name];
  if (open === undefined) throw new Error(`no ${name}`);
  return keep(open({ language: 'en-US', ...settings }));
}
interface At {
  readonly url: string;
}
const deepgram = ({ url }: At, key = 'dg-key'): SttEngine =>
  engine('deepgram', { deepgram: { key, model: 'nova-3', url } });
const flux = ({ url }: At): SttEngine =>
  engine('deepgram', { deepgram: { key: 'dg-key', model: 'flux-general-en', url } });
const assemblyai = ({ url }: At, key = 'aai-key'): SttEngine =>
  engine('assemblyai', { assemblyai: { key, model: 'universal-streaming-english', url } });
const gemini = ({ url }: At, model = 'gemini-live', key = 'gm-key'): SttEngine =>
  engine('gemini', { gemini: { key, model, url } });

const streaming: readonly (readonly [string, () => Promise<SttEngine>])[] = [
  ['Deepgram', async () => deepgram(await keep(new DeepgramStandIn()).listen())],
  [
    'Deepgram, garbage in between',
    async () => deepgram(await keep(new DeepgramStandIn({ garbage: true })).listen()),
  ],
  [
    'Deepgram, partials that shrink',
    async () => deepgram(await keep(new DeepgramStandIn({ shrink: true })).listen()),
  ],
  [
    'Deepgram, empty finals',
    async () => deepgram(await keep(new DeepgramStandIn({ emptyFinals: true })).listen()),
  ],
  [
    'Deepgram, segments that end by themselves',
    async () => deepgram(await keep(new DeepgramStandIn({ endpointMs: 80 })).listen()),
  ],
  [
    'Deepgram Flux, words without times',
    async () => flux(await keep(new DeepgramStandIn({ noTimes: true })).listen()),
  ],
  ['Deepgram Flux', async () => flux(await keep(new DeepgramStandIn()).listen())],
  ['AssemblyAI', async () => assemblyai(await keep(new AssemblyAiStandIn()).listen())],
  [
    'AssemblyAI, turns repeated formatted',
    async () => assemblyai(await keep(new AssemblyAiStandIn({ repeatFormatted: true })).listen()),
  ],
  ['Gemini Live', async () => gemini(await keep(new GeminiStandIn()).listen())],
  [
    'Gemini Live, garbage in between',
    async () => gemini(await keep(new GeminiStandIn({ garbage: true })).listen()),
  ],
  [
    'Gemini Live, transcribing',
    async () => gemini(await keep(new GeminiStandIn()).listen(), 'gemini-transcribe-live'),
  ],
];

describe.each(streaming)('stream: %s', (_name, open) => {
  test('a range is answered by the words in it; a caller who goes on keeps all words', async () => {
    const talker = new Talker(await open());
    await talker.say('hello', 'tomorrow');
    expect(await talker.text()).toBe('hello tomorrow');
    await talker.pause(300);
    await talker.say('morning', 'please');
    expect(await talker.text()).toBe('hello tomorrow morning please');
    talker.over();
    await talker.pause(600);
    await talker.say('yes', 'ten');
    expect(await talker.text()).toBe('yes ten');
    talker.stream.close();
  });

  test('silence between turns is no speech, without waiting', async () => {
    const talker = new Talker(await open());
    await talker.say('hello');
    await talker.text();
    talker.over();
    await talker.pause(400);
    const startedAt = performance.now();
    expect(await talker.ask()).toMatchObject({ ok: true, value: { noSpeech: true, confidence: 0 } });
    expect(performance.now() - startedAt).toBeLessThan(100);
    talker.stream.close();
  });
});

test('partial words come while the caller speaks, and begin anew with each turn', async () => {
  const stands = [
    deepgram(await keep(new DeepgramStandIn()).listen()),
    flux(await keep(new DeepgramStandIn()).listen()),
    assemblyai(await keep(new AssemblyAiStandIn()).listen()),
    gemini(await keep(new GeminiStandIn()).listen(), 'gemini-transcribe-live'),
  ];
  for (const stand of stands) {
    const talker = new Talker(stand);
    await talker.say('hello', 'tomorrow', 'morning');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(talker.partials.at(-1)?.text).toMatch(/^hello tomorrow/);
    await talker.text();
    talker.over();
    talker.partials.length = 0;
    await talker.pause(600);
    await talker.say('yes', 'please', 'ten');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(talker.partials.at(-1)?.text).toMatch(/^yes please/);
    talker.stream.close();
  }
});

test.each([
  ['interim', {}],
  ['final', { endpointMs: 80 }],
])(
  'a connection that is cut after %s words: the audio is given again, none is lost or doubled',
  async (_, faults) => {
    const stand = await keep(new DeepgramStandIn(faults)).listen();
    const talker = new Talker(deepgram(stand));
    await talker.say('hello', 'tomorrow');
    stand.cut();
    await talker.say('morning');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await talker.say('please');
    expect(await talker.text()).toBe('hello tomorrow morning please');
    expect(stand.connections.length).toBe(2);
    talker.stream.close();
  },
);

test('a caller on hold sends nothing: KeepAlive holds the connection, as text', async () => {
  const stand = await keep(new DeepgramStandIn({ idleMs: 400 })).listen();
  const address = {
    url: () => `${stand.url}/v1/listen?sample_rate=8000`,
    headers: { authorization: 'Token dg-key' },
  };
  const stt = keep(
    new SocketStt({
      protocol: { ...deepgramProtocol, keepAliveMs: 150 },
      transport: socketTransport(address),
      languages: ['en'],
      confidence: true,
    }),
  );
  const talker = new Talker(stt);
  await talker.say('hello');
  await new Promise((resolve) => setTimeout(resolve, 1200));
  await talker.say('ten');
  expect(await talker.text()).toBe('hello ten');
  expect(stand.connections).toHaveLength(1);
  expect(stand.connections[0]?.texts).toContain('{"type":"KeepAlive"}');
  talker.stream.close();
});

describe('fail-over in the middle of an utterance', () => {
  test.each([
    ['Deepgram dies', async () => deepgram(await keep(new DeepgramStandIn({ dieAfterWords: 2 })).listen())],
    [
      'AssemblyAI dies',
      async () => assemblyai(await keep(new AssemblyAiStandIn({ dieAfterWords: 2 })).listen()),
    ],
    ['Gemini dies', async () => gemini(await keep(new GeminiStandIn({ dieAfterWords: 2 })).listen())],
    [
      'Deepgram closes with 1011',
      async () => {
        const closeAfterWords = { words: 1, code: 1011, reason: 'NET-0001' };
        return deepgram(await keep(new DeepgramStandIn({ closeAfterWords })).listen());
      },
    ],
    ['a wrong key', async () => deepgram(await keep(new DeepgramStandIn()).listen(), 'wrong')],
    [
      '503 on the upgrade',
      async () => deepgram(await keep(new DeepgramStandIn({ refuseWith: 503 })).listen()),
    ],
    ['nobody listens', async () => deepgram({ url: 'ws://127.0.0.1:9' })],
  ])('%s: the next engine is given the utterance from its start', async (_name, open) => {
    const stt = keep(new SttFailover([await open(), codedStt()]));
    const talker = new Talker(stt);
    await talker.say('hello', 'tomorrow', 'morning', 'please');
    const startedAt = performance.now();
    expect(await talker.text()).toBe('hello tomorrow morning please');
    expect(performance.now() - startedAt).toBeLessThan(500);
    talker.stream.close();
  });

  test('a stalled engine costs its hedge, then nothing: the breaker leaves it alone', async () => {
    const mute = deepgram(await keep(new DeepgramStandIn({ mute: true })).listen());
    const stt = keep(new SttFailover([mute, codedStt()], { hedgeMs: 300, failures: 2 }));
    const talker = new Talker(stt);
    const took: number[] = [];
    for (let i = 0; i < 3; i++) {
      await talker.say('hello', 'ten');
      const startedAt = performance.now();
      expect(await talker.text()).toBe('hello ten');
      took.push(performance.now() - startedAt);
      talker.over();
      await talker.pause(200);
    }
    expect(took[0]).toBeGreaterThan(250);
    expect(took[1]).toBeLessThan(800);
    expect(took[2]).toBeLessThan(200);
    expect(stt.phases()).toEqual(['open', 'closed']);
    talker.stream.close();
  });

  test('all engines stall: the request ends at the deadline', async () => {
    const mute = deepgram(await keep(new DeepgramStandIn({ mute: true })).listen());
    const other = gemini(await keep(new GeminiStandIn({ noSetupComplete: true })).listen());
    const stt = keep(new SttFailover([mute, other], { hedgeMs: 200, totalMs: 700 }));
    const talker = new Talker(stt);
    await talker.say('hello');
    const startedAt = performance.now();
    expect(await talker.text()).toBe('(timeout)');
    expect(performance.now() - startedAt).toBeLessThan(1200);
    talker.stream.close();
  });

  test('expected sentences are dropped for engines without', async () => {
    const second = codedStt();
    const stt = keep(new SttFailover([codedStt(), second]));
    const expected = { id: 'x', sentences: [[['yes', 'no']]] };
    await stt.transcribe({
      requestId: requestId('e'),
      pcm: spoken(['yes']),
      sampleRateHz: 8000,
      kind: 'final',
      expected,
    });
    expect((stt.engines()[0] as FakeStt).requests[0]?.expected).toBeUndefined();
  });
});

describe('Gemini Live', () => {
  test('told that it closes: a new connection goes on with the handle, between two utterances', async () => {
    const stand = await keep(new GeminiStandIn({ goAwayAfter: 1 })).listen();
    const talker = new Talker(gemini(stand));
    await talker.say('hello');
    expect(await talker.text()).toBe('hello');
    talker.over();
    await talker.pause(500);
    await talker.say('ten', 'please');
    expect(await talker.text()).toBe('ten please');
    expect(stand.setups.map((setup) => setup.sessionResumption)).toEqual([{}, { handle: 'h1' }]);
    talker.stream.close();
  });

  test('a handle that is refused: a new connection starts without', async () => {
    const stand = await keep(new GeminiStandIn({ goAwayAfter: 1, handles: [] })).listen();
    const talker = new Talker(gemini(stand));
    await talker.say('hello');
    await talker.text();
    talker.over();
    await talker.pause(600);
    await talker.say('ten');
    expect(await talker.text()).toBe('ten');
    expect(stand.setups.map((setup) => setup.sessionResumption)).toEqual([{}, { handle: 'h1' }, {}]);
    talker.stream.close();
  });

  test('a turn that ends without words is no speech; there is no confidence where there are some', async () => {
    const empty = new Talker(gemini(await keep(new GeminiStandIn({ emptyTurns: true })).listen()));
    await empty.say('hello');
    expect(await empty.ask()).toMatchObject({ ok: true, value: { noSpeech: true } });
    empty.stream.close();
    const talker = new Talker(gemini(await keep(new GeminiStandIn()).listen()));
    await talker.say('hello');
    const result = await talker.ask();
    expect(result.ok && result.value.confidence).toBeUndefined();
    talker.stream.close();
  });
});

describe('probe', () => {
  test.each([
    ['Deepgram', async () => deepgram(await keep(new DeepgramStandIn()).listen()), 'ok'],
    ['AssemblyAI', async () => assemblyai(await keep(new AssemblyAiStandIn()).listen()), 'ok'],
    ['Gemini', async () => gemini(await keep(new GeminiStandIn()).listen()), 'ok'],
    [
      'Deepgram, wrong key',
      async () => deepgram(await keep(new DeepgramStandIn()).listen(), 'wrong-key'),
      'auth',
    ],
    [
      'AssemblyAI, wrong key',
      async () => assemblyai(await keep(new AssemblyAiStandIn()).listen(), 'wrong-key'),
      'auth',
    ],
    [
      'Gemini, wrong key',
      async () => gemini(await keep(new GeminiStandIn()).listen(), 'm', 'wrong-key'),
      'auth',
    ],
    [
      'Deepgram, too many',
      async () => deepgram(await keep(new DeepgramStandIn({ refuseWith: 429 })).listen()),
      'rate_limit',
    ],
    ['Deepgram, nobody there', async () => deepgram({ url: 'ws://127.0.0.1:9' }), 'overloaded'],
  ])('%s', async (_name, open, expected) => {
    const found = await (await open()).probe?.();
    expect(found?.ok === true ? 'ok' : found?.error.kind).toBe(expected);
    expect(JSON.stringify(found)).not.toMatch(/wrong-key|dg-key|gm-key|aai-key/);
  });
});

describe('OpenAI-compatible server', () => {
  const ask = async (stand: WhisperStandIn, timeoutMs = 400) => {
    const stt = keep(
      new OpenAiStt({ url: stand.url, key: 'sk-1', model: 'base.en', language: 'en-US', timeoutMs }),
    );
    const pcm = spoken(['hello', 'ten']);
    return stt.transcribe({ requestId: requestId('w'), pcm, sampleRateHz: 8000, kind: 'final' });
  };

  test('the form holds model, language and format; the key goes in its header', async () => {
    const stand = await keep(new WhisperStandIn()).listen();
    const result = await ask(stand);
    expect(result).toMatchObject({ ok: true, value: { text: 'hello ten' } });
    expect(result.ok && result.value.confidence).toBeCloseTo(Math.exp(-0.2) * 0.95, 3);
    const [request] = stand.requests;
    expect(request?.headers.authorization).toBe('Bearer sk-1');
    expect(Object.fromEntries(request?.fields ?? [])).toEqual({
      model: 'base.en',
      language: 'en',
      response_format: 'verbose_json',
      temperature: '0',
    });
  });

  test('words that were invented in silence are left out', async () => {
    const result = await ask(await keep(new WhisperStandIn({ hallucinate: true })).listen());
    expect(result).toMatchObject({ ok: true, value: { text: 'hello ten' } });
  });

  test('a server that knows no segments: no confidence is made up', async () => {
    const result = await ask(await keep(new WhisperStandIn({ plain: true })).listen());
    expect(result).toMatchObject({ ok: true, value: { text: 'hello ten' } });
    expect(result.ok && result.value.confidence).toBeUndefined();
  });

  test.each([
    ['429', { status: 429, headers: { 'retry-after': '1' } }, 'overloaded'],
    ['401', { status: 401 }, 'failed'],
    ['503', { status: 503 }, 'failed'],
    ['no answer', { hang: true }, 'timeout'],
    ['an answer that breaks off', { cut: true }, 'failed'],
    ['garbage', { body: '<html>' }, 'failed'],
    ['another answer', { body: '{"error":{}}' }, 'failed'],
  ])('%s', async (_name, faults, code) => {
    const result = await ask(await keep(new WhisperStandIn(faults)).listen());
    expect(result).toMatchObject({ ok: false, error: { code } });
  });

  test('an empty success is no speech', async () => {
    const result = await ask(await keep(new WhisperStandIn({ body: '{"text":"","segments":[]}' })).listen());
    expect(result).toMatchObject({ ok: true, value: { noSpeech: true, confidence: 0 } });
  });
});
