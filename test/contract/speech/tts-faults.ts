import { requestId } from '../../../src/kernel/ids.js';
import type { Result } from '../../../src/kernel/result.js';
import type { TtsChunk, TtsError, TtsRequest, TtsSpeech } from '../../../src/speech/ports.js';
import { RemoteTts } from '../../../src/speech/tts/remote-tts.js';
import type { ProviderDescriptor, VoiceProvider } from '../../../src/speech/tts/providers/provider.js';
import type { VoiceFaults, VoiceStandIn } from '../../support/providers/tts/voice-stand-in.js';

const TEXT = 'Your appointment is on Thursday at nine in the morning.';

interface Setting {
  readonly standIn: VoiceStandIn;
  readonly open: (key?: string) => VoiceProvider;
}

/** What every foreign voice does about a service that misbehaves. */
export function faultsOf(setting: () => Setting): void {
  const limits = { firstAudioLimitMs: 250, idleLimitMs: 250 };
  const ask = async (
    faults: VoiceFaults,
    more: Partial<TtsRequest> = {},
    key?: string,
  ): Promise<Result<TtsSpeech, TtsError>> => {
    const { standIn, open } = setting();
    standIn.faults = faults;
    const tts = new RemoteTts(hurried(open(key), limits));
    try {
      return await tts.synthesize({ requestId: requestId('r'), text: TEXT, sampleRateHz: 8000, ...more });
    } finally {
      await tts.close();
    }
  };
  const failure = (kind: string): object => ({ ok: false, error: { failure: { kind } } });

  test('a wrong key', async () => {
    expect(await ask({}, {}, 'wrong-key')).toMatchObject(failure('auth'));
    const probed = await setting().open('wrong-key').probe();
    expect(probed).toMatchObject({ ok: false, error: { kind: 'auth' } });
  });

  test('the right key: it says what it found, and pays for no audio', async () => {
    const { standIn, open } = setting();
    expect(await open().probe()).toMatchObject({ ok: true });
    expect(standIn.messages).toEqual([]);
    expect(standIn.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  test.each([
    [429, '', { 'retry-after': '2' }, 'rate_limit'],
    [429, '{"error":{"code":"insufficient_quota"}}', {}, 'quota_or_money'],
    [503, 'busy', {}, 'overloaded'],
  ] as const)('status %i %s', async (status, body, headers, kind) => {
    expect(await ask({ status, body, headers })).toMatchObject(failure(kind));
  });

  test('no answer, and an answer without audio in time', async () => {
    expect(await ask({ mute: true })).toMatchObject({
      ok: false,
      error: { code: 'timeout', failure: { kind: 'stalled' } },
    });
    expect(await ask({ firstMs: 2000 })).toMatchObject(failure('stalled'));
  });

  test('a stall in the middle: what came is heard, then the time is up', async () => {
    const chunks: TtsChunk[] = [];
    const result = await ask({ stallAfter: 4 }, { onChunk: (chunk) => chunks.push(chunk) });
    expect(result).toMatchObject(failure('stalled'));
    expect(chunks.length).toBeGreaterThan(0);
    expect(chunks.every(({ last }) => !last)).toBe(true);
  });

  test('a cut in the middle', async () => {
    expect(await ask({ cutAfter: 4 })).toMatchObject(failure('truncated'));
  });

  test('success without audio', async () => {
    expect(await ask({ empty: true })).toMatchObject(failure('empty'));
  });

  test('a message that is none does no harm', async () => {
    expect(await ask({ garbage: true })).toMatchObject({ ok: true });
  });

  test('who gives up tells the service', async () => {
    const { standIn, open } = setting();
    standIn.faults = { firstMs: 60 };
    const tts = new RemoteTts(open());
    const abort = new AbortController();
    const asked = tts.synthesize({
      requestId: requestId('r'),
      text: TEXT,
      sampleRateHz: 8000,
      signal: abort.signal,
    });
    await until(() => standIn.requests.length + standIn.messages.length > 0);
    abort.abort();
    expect(await asked).toMatchObject({ ok: false, error: { code: 'aborted' } });
    await until(
      () =>
        standIn.abandoned > 0 || standIn.messages.some((one) => 'cancel' in one || 'close_context' in one),
    );
    standIn.faults = {};
    expect(await tts.synthesize({ requestId: requestId('r'), text: TEXT, sampleRateHz: 8000 })).toMatchObject(
      { ok: true },
    );
    await tts.close();
  });

  test('the same sentence by two callers at once is asked for once, and then comes from the cache', async () => {
    const { standIn, open } = setting();
    const tts = new RemoteTts(open());
    const one = { requestId: requestId('r'), text: TEXT, sampleRateHz: 8000 } as const;
    const [first, second] = await Promise.all([tts.synthesize(one), tts.synthesize(one)]);
    const asked =
      standIn.requests.length +
      standIn.messages.filter((message) => 'text' in message || 'transcript' in message).length;
    const third = await tts.synthesize(one);
    expect(
      standIn.requests.length +
        standIn.messages.filter((message) => 'text' in message || 'transcript' in message).length,
    ).toBe(asked);
    expect([first, second, third].map((result) => result.ok && result.value.cacheHit)).toEqual([
      false,
      false,
      true,
    ]);
    expect(third.ok && first.ok && third.value.pcm.join() === first.value.pcm.join()).toBe(true);
    await tts.close();
  });

  test('several sentences at once, more than the service takes: all are spoken', async () => {
    const tts = new RemoteTts(setting().open());
    const texts = Array.from({ length: 8 }, (_, i) => `Sentence number ${i} is spoken.`);
    const results = await Promise.all(
      texts.map((text) => tts.synthesize({ requestId: requestId('r'), text, sampleRateHz: 8000 })),
    );
    expect(results.map(({ ok }) => ok)).toEqual(texts.map(() => true));
    await tts.close();
  });
}

/** The same provider with less patience. */
function hurried(provider: VoiceProvider, limits: Partial<ProviderDescriptor>): VoiceProvider {
  return Object.assign(Object.create(provider) as VoiceProvider, {
    descriptor: { ...provider.descriptor, ...limits },
    speak: provider.speak.bind(provider),
    probe: provider.probe.bind(provider),
    voices: provider.voices.bind(provider),
    close: provider.close.bind(provider),
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 300) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
