import type { Result } from '../kernel/result.js';
import type { Failure } from '../net/failure.js';
import { PROVIDER_OPENERS, type SttProviders } from './stt/providers.js';
import { VOICE_OPENERS, type TtsProviders } from './tts/providers.js';

/** An engine outside of the program, to be asked whether it would work. */
export interface Probed {
  readonly name: string;
  /** The setting that makes it be asked. */
  readonly setting: 'STT_PRIMARY_PROVIDER' | 'TTS_PRIMARY_PROVIDER';
  probe(): Promise<Result<string, Failure>>;
  close(): Promise<void>;
}

/** Which engines are named, and what they are opened with. */
export interface NamedProviders {
  readonly stt: readonly string[];
  readonly sttProviders: SttProviders;
  readonly tts: readonly string[];
  readonly ttsProviders: TtsProviders;
}

/** The named engines that a network lies before; the embedded ones are not opened. */
export async function openProviders(named: NamedProviders): Promise<Probed[]> {
  const ears = named.stt.flatMap((name) => {
    const engine = PROVIDER_OPENERS[name]?.(named.sttProviders);
    return engine?.probe === undefined ? [] : [{ name, setting: 'STT_PRIMARY_PROVIDER' as const, engine }];
  });
  const voices = named.tts.flatMap((name) => {
    const open = VOICE_OPENERS[name];
    return open === undefined ? [] : [{ name, setting: 'TTS_PRIMARY_PROVIDER' as const, open }];
  });
  const opened = await Promise.all(
    voices.map(async ({ open, ...rest }) => ({ ...rest, engine: await open(named.ttsProviders, {}) })),
  );
  return [...ears, ...opened].map(({ name, setting, engine }) => ({
    name,
    setting,
    probe: async () => (await engine.probe?.()) ?? { ok: true, value: '' },
    close: () => engine.close(),
  }));
}
