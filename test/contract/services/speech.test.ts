import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceEndpoint } from '../../../src/app/services/endpoint.js';
import { reachStt, reachTts } from '../../../src/app/services/reach.js';
import { SttService } from '../../../src/app/services/stt-service.js';
import { TtsService } from '../../../src/app/services/tts-service.js';
import { expectedSentences } from '../../../src/kernel/expected-sentences.js';
import { requestId } from '../../../src/kernel/ids.js';
import { FakeStt } from '../../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import type { SttRequest, TtsChunk } from '../../../src/speech/ports.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { TestRole } from './role.js';

const evidence = {
  free: { text: 'hello', acoustic: -0.2, source: 'free' as const },
  alternatives: [],
};
const speech = (samples = 800): Int16Array =>
  Int16Array.from({ length: samples }, (_, at) => (at % 200) - 100);
const hear = (id: string, more: Partial<SttRequest> = {}): SttRequest => ({
  ...{ requestId: requestId(id), pcm: speech(), sampleRateHz: 8000, kind: 'final' },
  ...more,
});

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});
const kept = <T extends { close(): Promise<unknown> }>(each: T): T => {
  open.push(each);
  return each;
};
async function role(...args: ConstructorParameters<typeof TestRole>): Promise<TestRole> {
  const started = await new TestRole(...args).up();
  kept({ close: () => started.down() });
  return started;
}
const sttAt = (url: string, token?: string): SttService =>
  kept(new SttService(new ServiceEndpoint(url, token)));
const ttsAt = (url: string): TtsService => kept(new TtsService(new ServiceEndpoint(url, undefined)));

describe('a recogniser behind HTTP', () => {
  test('audio, evidence and confidence pass unchanged; the answer bears the caller’s own id', async () => {
    const stt = new FakeStt(realScheduler, () => ({
      text: 'ten thirty',
      confidence: 0.71,
      evidence: evidence as never,
    }));
    const { url } = await role({ stt });
    const result = await sttAt(url).transcribe(hear('r1'));
    expect(result).toMatchObject({
      ok: true,
      value: { requestId: 'r1', text: 'ten thirty', confidence: 0.71, evidence, engine: 'fake-stt' },
    });
    expect(stt.requests[0]?.pcm).toEqual(speech());
  });

  test('the body of expected sentences goes once; a role that was started again gets it again', async () => {
    const stt = new FakeStt(realScheduler);
    const started = await role({ stt });
    const service = sttAt(started.url);
    const expected = expectedSentences([[['monday', 'tuesday'], ['']]], [['yes'], ['no'], []]);
    for (const id of ['r1', 'r2']) {
      expect(await service.transcribe(hear(id, { expected }))).toMatchObject({ ok: true });
    }
    await started.down();
    await started.up();
    // A connection of before may still look open.
    while (!(await service.transcribe(hear('r3', { expected }))).ok);
    expect(stt.requests.map((request) => request.expected)).toEqual([expected, expected, expected]);
  });

  test('two callers with the same ids: each promotes its own', async () => {
    const stt = new FakeStt(realScheduler);
    const { url } = await role({ stt });
    const [one, two] = [sttAt(url), sttAt(url)];
    await one.transcribe(hear('r1'));
    await two.transcribe(hear('r1'));
    two.promote(requestId('r1'));
    while (stt.promoted.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(stt.promoted).toEqual([stt.requests[1]?.requestId]);
  });

  test('a request that is given up is given up there too', async () => {
    const stt = new FakeStt(realScheduler, () => ({ text: 'late', delayMs: 60_000 }));
    const { url } = await role({ stt });
    const abort = new AbortController();
    const asked = sttAt(url).transcribe(hear('r1', { signal: abort.signal }));
    while (stt.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await asked).toMatchObject({ ok: false, error: { code: 'aborted' } });
    while (stt.requests[0]?.signal?.aborted !== true) await new Promise((resolve) => setImmediate(resolve));
  });

  test('an installation with a token lets nobody in without it', async () => {
    const { url } = await role({ stt: new FakeStt(realScheduler) }, 'secret-of-the-roles');
    expect(await sttAt(url).transcribe(hear('r1'))).toMatchObject({ ok: false, error: { code: 'failed' } });
    expect(await sttAt(url, 'secret-of-the-roles').transcribe(hear('r1'))).toMatchObject({ ok: true });
  });

  test.each([
    ['no frame', 'application/vnd.leibniz.frames', 'nonsense'],
    ['JSON', 'application/json', '{}'],
    ['an endless header', 'application/vnd.leibniz.frames', '\xff\xff\xff\xff\xff\xff\xff\xff'],
  ])('garbage is refused: %s', async (_, type, body) => {
    const { url } = await role({ stt: new FakeStt(realScheduler) });
    const path = `${url}/internal/v1/stt/transcribe`;
    const response = await fetch(path, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(400);
  });
});

describe('a synthesiser behind HTTP', () => {
  test('the same audio, marks and pieces as in process', async () => {
    const tts = new FakeTts(realScheduler);
    const { url } = await role({ tts });
    const say = async (engine: Pick<TtsService, 'synthesize'>) => {
      const chunks: TtsChunk[] = [];
      const request = {
        requestId: requestId('s1'),
        text: 'Good morning. How are you?',
        sampleRateHz: 8000 as const,
      };
      const result = await engine.synthesize({
        ...request,
        voice: 'high',
        speed: 1.5,
        onChunk: (chunk) => chunks.push(chunk),
      });
      return { result, chunks };
    };
    const here = await say(tts);
    const there = await say(ttsAt(url));
    expect(there).toEqual(here);
    expect(there.chunks.length).toBeGreaterThan(0);
  });

  test('voices and bounds are those of the role', async () => {
    const { url } = await role({ tts: new FakeTts(realScheduler) });
    const service = ttsAt(url);
    await service.describe();
    expect(service.voices().map(({ id }) => id)).toEqual(['tone', 'high']);
    expect(service.capabilities).toMatchObject({ defaultVoice: 'tone', maxTextChars: 2000 });
  });

  test('its failures keep their names', async () => {
    const { url } = await role({ tts: new FakeTts(realScheduler, { failWith: () => 'invalid' }) });
    const result = await ttsAt(url).synthesize({ requestId: requestId('s1'), text: 'x', sampleRateHz: 8000 });
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid' } });
  });

  test('speech that breaks off is a failure, not half a sentence', async () => {
    const server = await broken((response) => {
      response.write(Buffer.from([0, 0, 0, 9, 0, 0]));
      setImmediate(() => response.destroy());
    });
    const result = await ttsAt(server.url).synthesize({
      requestId: requestId('s1'),
      text: 'x',
      sampleRateHz: 8000,
    });
    expect(result).toMatchObject({ ok: false, error: { code: 'failed' } });
    await server.close();
  });
});

describe('stand-ins', () => {
  const config = (urls: { stt?: string[]; tts?: string[] }) => ({
    services: {
      stt: [],
      tts: [],
      intent: [],
      rag: [],
      appointment: [],
      guard: [],
      fallback: 'first_use' as const,
      ...urls,
    },
    http: { adminToken: undefined } as never,
  });

  test('a role that dies: the stand-in answers, the breaker opens, and closes when the role is back', async () => {
    const started = await role({ stt: new FakeStt(realScheduler, () => ({ text: 'there' })) });
    const here = new FakeStt(realScheduler, () => ({ text: 'here' }));
    const { port, breakers, health } = await reachStt(config({ stt: [started.url] }), () =>
      Promise.resolve(here),
    );
    kept(port);
    const heard = async (): Promise<unknown> => {
      const result = await port.transcribe(hear('r1'));
      return result.ok ? result.value.text : result.error.code;
    };
    expect(await heard()).toBe('there');
    await started.down();
    expect([await heard(), await heard(), await heard()]).toEqual(['here', 'here', 'here']);
    expect(breakers().map(({ phase }) => phase)).toEqual(['open', 'closed']);
    expect(await health()).toBe('degraded');
    await started.up();
    const until = Date.now() + 8000;
    while ((await heard()) !== 'there' && Date.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(breakers().map(({ phase }) => phase)).toEqual(['closed', 'closed']);
  });

  test('several addresses take turns; with one of them gone no request fails', async () => {
    const names = ['one', 'two'];
    const roles = await Promise.all(
      names.map((text) => role({ stt: new FakeStt(realScheduler, () => ({ text })) })),
    );
    const { port } = await reachStt(config({ stt: roles.map(({ url }) => url) }), () =>
      Promise.resolve(new FakeStt(realScheduler, () => ({ text: 'here' }))),
    );
    kept(port);
    const heard = async (): Promise<unknown> => {
      const result = await port.transcribe(hear('r1'));
      return result.ok ? result.value.text : result.error.code;
    };
    expect(new Set([await heard(), await heard()])).toEqual(new Set(names));
    await roles[0]?.down();
    expect([await heard(), await heard(), await heard()]).toEqual(['two', 'two', 'two']);
  });

  test('a role that stalls costs its hedge, and is left alone after two', async () => {
    const server = await broken(() => undefined);
    const tts = new FakeTts(realScheduler);
    const { port, breakers } = await reachTts(config({ tts: [server.url] }), () => Promise.resolve(tts));
    kept(port);
    for (const id of ['s1', 's2']) {
      const before = performance.now();
      const result = await port.synthesize({ requestId: requestId(id), text: 'hello', sampleRateHz: 8000 });
      expect(result.ok).toBe(true);
      expect(performance.now() - before).toBeLessThan(1500);
    }
    const until = Date.now() + 2000;
    while (breakers()[0]?.phase !== 'open' && Date.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(breakers()[0]?.phase).toBe('open');
    await server.close();
  });
});

type Answer = (response: ServerResponse) => void;

/** A server that answers health, and everything else in its own way. */
async function broken(answer: Answer): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
