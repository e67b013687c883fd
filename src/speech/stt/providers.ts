import { LeibnizError } from '../../kernel/errors.js';
import type { Scheduler } from '../../kernel/time.js';
import type { SttEngine } from '../ports.js';
import { assemblyAi, assemblyAiPath } from './core/assemblyai.js';
import { deepgram, deepgramPath } from './core/deepgram.js';
import { deepgramFlux, deepgramFluxPath } from './core/deepgram-flux.js';
import { geminiLive, geminiLivePath } from './core/gemini-live.js';
import { OpenAiStt } from './openai-stt.js';
import { SocketStt } from './socket-stt.js';
import { socketTransport } from './transport.js';

/** Keys, models and addresses of recognisers outside of the program; one that is missing cannot be opened. */
export interface SttProviders {
  /** BCP 47. */
  readonly language: string;
  /** Models `flux-*` speak version 2 of the interface, all others version 1. */
  readonly deepgram?: { readonly key: string; readonly model: string; readonly url: string };
  readonly assemblyai?: { readonly key: string; readonly model: string; readonly url: string };
  readonly gemini?: { readonly key: string; readonly model: string; readonly url: string };
  readonly openai?: { readonly url: string; readonly key?: string; readonly model: string };
  /** Folder with a streaming transducer: encoder, decoder, joiner, tokens.txt. */
  readonly sherpa?: { readonly dir: string };
}

/** Opens a recogniser outside of the program. Nothing is connected before the first stream. */
export type ProviderOpener = (providers: SttProviders | undefined, scheduler?: Scheduler) => SttEngine;

/** Openers by name. */
export const PROVIDER_OPENERS: Readonly<Record<string, ProviderOpener>> = {
  deepgram: (providers, scheduler) => {
    const { key, model, url } = needed(providers?.deepgram, 'deepgram', 'DEEPGRAM_API_KEY');
    const language = providers?.language ?? 'en';
    const isFlux = model.startsWith('flux');
    const path = isFlux ? deepgramFluxPath : deepgramPath;
    return new SocketStt({
      protocol: isFlux ? deepgramFlux : deepgram,
      transport: socketTransport({
        url: (rate) => below(url, path({ model, language }, rate)),
        headers: { authorization: `Token ${key}` },
      }),
      languages: [language],
      confidence: true,
      ...timed(scheduler),
    });
  },
  assemblyai: (providers, scheduler) => {
    const { key, model, url } = needed(providers?.assemblyai, 'assemblyai', 'ASSEMBLYAI_API_KEY');
    return new SocketStt({
      protocol: assemblyAi,
      transport: socketTransport({
        url: (rate) => below(url, assemblyAiPath(model, rate)),
        headers: { authorization: key },
      }),
      languages: [providers?.language ?? 'en'],
      confidence: true,
      ...timed(scheduler),
    });
  },
  gemini: (providers, scheduler) => {
    const { key, model, url } = needed(providers?.gemini, 'gemini', 'GEMINI_API_KEY');
    const language = providers?.language ?? 'en-US';
    return new SocketStt({
      protocol: geminiLive({ model, language }),
      transport: socketTransport({ url: () => below(url, geminiLivePath(key)), headers: {} }),
      languages: [language],
      confidence: false,
      ...timed(scheduler),
    });
  },
  openai: (providers, scheduler) => {
    const settings = needed(providers?.openai, 'openai', 'STT_OPENAI_URL');
    return new OpenAiStt({ ...settings, language: providers?.language ?? 'en', ...timed(scheduler) });
  },
};

const timed = (scheduler: Scheduler | undefined): { readonly scheduler?: Scheduler } =>
  scheduler === undefined ? {} : { scheduler };

const below = (base: string, path: string): string => `${base.replace(/\/+$/, '')}${path}`;

/** @throws LeibnizError CONFIG_INVALID naming the setting that is not set */
export function needed<T>(settings: T | undefined, name: string, field: string): T {
  if (settings !== undefined) return settings;
  throw new LeibnizError('CONFIG_INVALID', `The recogniser "${name}" needs ${field}, which is not set.`, {
    field,
  });
}
