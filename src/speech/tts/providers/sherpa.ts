import { readdirSync } from 'node:fs';
import { LeibnizError } from '../../../kernel/errors.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { bytesOfFloats, sherpaVoiceConfig, type SherpaVoiceConfig } from '../../core/sherpa-voice.js';
import type { Voice } from '../../ports.js';
import {
  namedVoice,
  type ProviderDescriptor,
  type VoiceJob,
  type VoiceProvider,
  type VoiceSink,
} from './provider.js';

/** The part of `sherpa-onnx-node` that is used; its own threads do the work. */
interface OfflineTts {
  readonly numSpeakers: number;
  readonly sampleRate: number;
  generateAsync(request: {
    readonly text: string;
    readonly enableExternalBuffer: boolean;
    readonly generationConfig: { readonly sid: number; readonly speed: number };
    /** Gives audio as it is ready; 0 stops. */
    readonly onProgress: (part: { readonly samples: Float32Array }) => number;
  }): Promise<{ readonly samples: Float32Array }>;
}

interface SherpaModule {
  readonly OfflineTts: { createAsync(config: object): Promise<OfflineTts> };
}

/** Settings of {@link openSherpaVoice}. */
export interface SherpaVoiceOptions {
  /** Folder of a Piper, Kokoro or Kitten voice. */
  readonly dir: string;
  /** The package, or a module with its interface. Default `sherpa-onnx-node`. */
  readonly module?: string;
}

/** Longest sentence audio to be waited for is the fail-over's matter; a voice that loads is allowed this. */
const FIRST_AUDIO_LIMIT_MS = 4000;

/**
 * A better voice of this machine, by sherpa-onnx. The package `sherpa-onnx-node` and the voice are the user's to install.
 *
 * @throws LeibnizError CONFIG_INVALID naming what is missing
 */
export async function openSherpaVoice(options: SherpaVoiceOptions): Promise<VoiceProvider> {
  const { dir, module = 'sherpa-onnx-node' } = options;
  const found = sherpaVoiceConfig(dir, listing(dir));
  if ('missing' in found) throw wrong(`TTS_SHERPA_DIR: the folder ${dir} has no ${found.missing}.`);
  const loaded = await load(module);
  try {
    return new SherpaVoice(await loaded.OfflineTts.createAsync(found.config), found);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no reason given';
    throw wrong(`TTS_SHERPA_DIR: sherpa-onnx cannot load the voice in ${dir} (${why}).`, error);
  }
}

async function load(module: string): Promise<SherpaModule> {
  try {
    const loaded = (await import(module)) as { readonly default?: SherpaModule } & SherpaModule;
    return loaded.default ?? loaded;
  } catch (error) {
    throw wrong(
      `TTS_SHERPA_DIR is set although the package ${module} cannot be loaded: run npm install ${module}, or leave it unset.`,
      error,
    );
  }
}

function listing(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch (error) {
    throw wrong(`TTS_SHERPA_DIR: the folder ${dir} cannot be read.`, error);
  }
}

const wrong = (message: string, cause?: unknown): LeibnizError =>
  new LeibnizError('CONFIG_INVALID', message, {
    field: 'TTS_SHERPA_DIR',
    ...(cause === undefined ? {} : { cause }),
  });

class SherpaVoice implements VoiceProvider {
  readonly descriptor: ProviderDescriptor;
  readonly #voices: readonly Voice[];

  constructor(
    private readonly engine: OfflineTts,
    { family }: SherpaVoiceConfig,
  ) {
    this.#voices = Array.from({ length: Math.max(1, engine.numSpeakers) }, (_, sid) =>
      namedVoice(`${family}-${sid}`),
    );
    this.descriptor = {
      name: `sherpa-${family}`,
      languages: ['en'],
      marks: 'estimated',
      latency: 'fast',
      firstAudioMs: family === 'kokoro' ? 1000 : 400,
      firstAudioLimitMs: FIRST_AUDIO_LIMIT_MS,
      idleLimitMs: FIRST_AUDIO_LIMIT_MS,
      speedRange: [0.5, 2],
      styles: [],
      defaultVoice: `${family}-0`,
      concurrency: 1,
      version: `sherpa-${family}`,
    };
  }

  voices(): readonly Voice[] {
    return this.#voices;
  }

  async speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>> {
    const format = { coding: 'pcm_s16le', sampleRateHz: this.engine.sampleRate } as const;
    let told = 0;
    const take = (samples: Float32Array): void => {
      told += samples.length;
      sink.audio(bytesOfFloats(samples), format);
    };
    try {
      const { samples } = await this.engine.generateAsync({
        text: job.line,
        enableExternalBuffer: false,
        generationConfig: {
          sid: Math.max(
            0,
            this.#voices.findIndex(({ id }) => id === job.voice),
          ),
          speed: job.speed,
        },
        onProgress: (part) => {
          if (job.signal.aborted) return 0;
          take(part.samples);
          return 1;
        },
      });
      if (job.signal.aborted) return err({ kind: 'caller_abort', message: 'the request was given up' });
      if (samples.length > told) take(samples.subarray(told));
      return ok(undefined);
    } catch {
      return err({ kind: 'overloaded', message: 'sherpa-onnx could not speak the text' });
    }
  }

  probe(): Promise<Result<string, Failure>> {
    return Promise.resolve(
      ok(`the voice is loaded, ${this.#voices.length} speakers at ${this.engine.sampleRate} Hz`),
    );
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
