import type { Scheduler } from '../../kernel/time.js';
import type { QuirkProfile } from './core/openai-wire.js';
import type { Price, Sampling } from './core/types.js';
import { CACHE_BOUNDS, CachedModel } from './cached-model.js';
import { FailoverModel } from './failover-model.js';
import { LimitedModel, type ModelLimits, type ModelObserver } from './limited-model.js';
import type { LanguageModel, Provider } from './types.js';
import { BedrockProvider } from './providers/bedrock.js';
import { GeminiProvider } from './providers/gemini.js';
import { OpenAiProvider } from './providers/openai.js';

/** Where a model is to be had. */
export type ModelSpec =
  | {
      readonly kind: 'gemini';
      readonly model: string;
      readonly apiKey: string;
      readonly url?: string | undefined;
    }
  | {
      readonly kind: 'bedrock';
      readonly model: string;
      readonly region: string;
      readonly token: string;
      readonly url?: string | undefined;
    }
  | {
      readonly kind: 'openai';
      readonly profile: QuirkProfile;
      readonly url: string;
      readonly model: string;
      readonly apiKey?: string | undefined;
    };

/** Settings of {@link openModel}. */
export interface OpenModelOptions {
  /** First choice first, at least one. */
  readonly specs: readonly ModelSpec[];
  readonly sampling: Sampling;
  readonly limits: ModelLimits;
  /** Silence after which the next model is asked as well, ms. */
  readonly hedgeMs: number;
  /** Life of cached answers, ms; 0 keeps none. */
  readonly cacheTtlMs: number;
  /** By the model's name. */
  readonly prices: Readonly<Record<string, Price>>;
  readonly scheduler: Scheduler;
  readonly observe?: ModelObserver;
}

/** The configured models as one. Nothing is asked of them yet. */
export function openModel(options: OpenModelOptions): LanguageModel {
  const { specs, sampling, limits, scheduler, observe } = options;
  const models = specs.map((spec) => {
    const price = options.prices[spec.model];
    return new LimitedModel(providerOf(spec, sampling), {
      scheduler,
      limits,
      price,
      ...(observe === undefined ? {} : { observe }),
    });
  });
  const [only] = models;
  const joined: LanguageModel =
    models.length === 1 && only !== undefined
      ? only
      : new FailoverModel(models, { scheduler, hedgeMs: options.hedgeMs });
  return options.cacheTtlMs === 0
    ? joined
    : new CachedModel(joined, scheduler, { ...CACHE_BOUNDS, ttlMs: options.cacheTtlMs });
}

function providerOf(spec: ModelSpec, sampling: Sampling): Provider {
  switch (spec.kind) {
    case 'gemini': {
      return new GeminiProvider({ ...spec, sampling });
    }
    case 'bedrock': {
      return new BedrockProvider({ ...spec, sampling });
    }
    case 'openai': {
      return new OpenAiProvider({ ...spec, sampling });
    }
  }
}
