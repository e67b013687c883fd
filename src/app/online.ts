import { openModel } from '../dialog/llm/open-model.js';
import type { ModelSpec } from '../dialog/llm/open-model.js';
import type { Failure } from '../net/failure.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';

/** Asks every configured language model whether it is there. One sentence for each that is not. */
export async function onlineProblems({ llm }: Config): Promise<readonly string[]> {
  const found = await Promise.all(llm.specs.map((spec, place) => problemsOf(spec, place, llm)));
  return found.flat();
}

async function problemsOf(spec: ModelSpec, place: number, llm: Config['llm']): Promise<readonly string[]> {
  const { sampling, limits, prices } = llm;
  const model = openModel({
    specs: [spec],
    sampling,
    limits,
    prices,
    hedgeMs: 0,
    cacheTtlMs: 0,
    scheduler: realScheduler,
  });
  const setting = place === 0 ? 'LLM_PRIMARY_URL' : 'LLM_FALLBACK_URL';
  try {
    const [probed] = await model.probe();
    if (probed === undefined) return [];
    if (!probed.ok) return [sentenceOf(setting, spec, probed.error)];
    const { listed, shutdownDate } = probed.value;
    return [
      ...(listed ? [] : [`${setting}: the server does not list the model ${spec.model}`]),
      ...(shutdownDate === undefined ? [] : [`${setting}: the model ${spec.model} ends on ${shutdownDate}`]),
    ];
  } finally {
    await model.close();
  }
}

function sentenceOf(setting: string, { kind }: ModelSpec, failure: Failure): string {
  const keys = { gemini: 'GEMINI_API_KEY', bedrock: 'AWS_BEARER_TOKEN_BEDROCK', openai: 'the key beside it' };
  return failure.kind === 'auth'
    ? `${setting}: the service refuses ${keys[kind]}`
    : `${setting}: ${failure.message}`;
}
