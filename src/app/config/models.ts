import type { ModelSpec } from '../../dialog/llm/open-model.js';
import type { ConfigProblem } from './problem.js';
import type { ModelAddress } from './model-kinds.js';
import type { SettingKey, SettingValues } from './settings.js';

/** The models that the settings name, first choice first, and what is wrong with them. */
export interface ModelChoice {
  readonly specs: readonly ModelSpec[];
  readonly problem?: ConfigProblem;
}

type Values = Partial<SettingValues>;

/** Name of the Gemini model where none is given; names die quickly, so that it is best set. */
const GEMINI_MODEL = 'gemini-2.0-flash-exp';

/** The order in which models are asked: LLM_PRIMARY_URL, then LLM_FALLBACK_URL. */
export function modelChoice(v: Values): ModelChoice {
  const primary = v.LLM_PRIMARY_URL ?? defaultOf(v);
  if (isProblem(primary)) return { specs: [], problem: primary };
  const fallback = v.LLM_FALLBACK_URL ?? (v.USE_BEDROCK === true ? BEDROCK : undefined);
  const first = primary === undefined ? undefined : specOf(primary, v, 'LLM_PRIMARY_URL');
  const second = fallback === undefined ? undefined : specOf(fallback, v, 'LLM_FALLBACK_URL');
  const specs: ModelSpec[] = [];
  for (const one of [first, second]) {
    if (one === undefined) continue;
    if (isProblem(one)) return { specs: [], problem: one };
    specs.push(one);
  }
  const problem = strayOf(v, specs);
  return problem === undefined ? { specs } : { specs, problem };
}

const BEDROCK: ModelAddress = { kind: 'bedrock', model: undefined };

const problemOf = (message: string, ...keys: readonly SettingKey[]): ConfigProblem => ({ keys, message });

const isProblem = (value: object | undefined): value is ConfigProblem =>
  value !== undefined && 'message' in value;

/** Without LLM_PRIMARY_URL a single key or address tells which model is meant. */
function defaultOf(v: Values): ModelAddress | ConfigProblem | undefined {
  const isOllama = v.OLLAMA_URL !== undefined;
  const isGemini = v.GEMINI_API_KEY !== undefined && v.MODEL_MODE !== 'off';
  if (isOllama && isGemini) {
    return problemOf(
      'LLM_PRIMARY_URL is not set although both OLLAMA_URL and GEMINI_API_KEY are: set it to ollama+<address> or gemini://<model>',
      'LLM_PRIMARY_URL',
      'OLLAMA_URL',
      'GEMINI_API_KEY',
    );
  }
  if (v.OLLAMA_URL !== undefined) return { kind: 'openai', profile: 'ollama', url: v.OLLAMA_URL };
  return isGemini ? { kind: 'gemini', model: undefined } : undefined;
}

function specOf(
  address: ModelAddress,
  v: Values,
  from: 'LLM_PRIMARY_URL' | 'LLM_FALLBACK_URL',
): ModelSpec | ConfigProblem {
  const isFirst = from === 'LLM_PRIMARY_URL';
  const nameKey = isFirst ? 'LLM_MODEL' : 'LLM_FALLBACK_MODEL';
  const name = isFirst ? v.LLM_MODEL : v.LLM_FALLBACK_MODEL;
  switch (address.kind) {
    case 'gemini': {
      const { GEMINI_API_KEY: apiKey } = v;
      if (apiKey === undefined) {
        return problemOf(`GEMINI_API_KEY is not set although ${from} names Gemini`, 'GEMINI_API_KEY', from);
      }
      return { kind: 'gemini', model: address.model ?? name ?? GEMINI_MODEL, apiKey };
    }
    case 'bedrock': {
      const { AWS_REGION: region, AWS_BEARER_TOKEN_BEDROCK: token } = v;
      const model = address.model ?? name;
      if (region === undefined || token === undefined || model === undefined) {
        return problemOf(
          `Bedrock needs AWS_REGION, AWS_BEARER_TOKEN_BEDROCK and ${nameKey}; an access key and its secret are not enough`,
          'AWS_BEARER_TOKEN_BEDROCK',
          'AWS_REGION',
          nameKey,
        );
      }
      return { kind: 'bedrock', region, token, model };
    }
    case 'openai': {
      if (name === undefined) {
        return problemOf(
          `${nameKey} is not set although there is a server that is to be asked for it`,
          nameKey,
          from,
        );
      }
      const apiKey = isFirst ? v.LLM_API_KEY : v.LLM_FALLBACK_API_KEY;
      return { ...address, model: name, apiKey };
    }
  }
}

/** A mode without a model, or a key that no model asks for. */
function strayOf(v: Values, specs: readonly ModelSpec[]): ConfigProblem | undefined {
  if (specs.length === 0 && v.MODEL_MODE !== undefined && v.MODEL_MODE !== 'off') {
    return problemOf(
      `MODEL_MODE is "${v.MODEL_MODE}" although there is no model: set LLM_PRIMARY_URL and LLM_MODEL, or MODEL_MODE to off`,
      'MODEL_MODE',
      'LLM_PRIMARY_URL',
    );
  }
  if (v.LLM_API_KEY !== undefined && v.LLM_PRIMARY_URL === undefined) {
    return problemOf(
      'LLM_API_KEY is set although LLM_PRIMARY_URL is not: set both or neither',
      'LLM_PRIMARY_URL',
      'LLM_API_KEY',
    );
  }
  return v.LLM_FALLBACK_API_KEY !== undefined && v.LLM_FALLBACK_URL === undefined
    ? problemOf(
        'LLM_FALLBACK_API_KEY is set although LLM_FALLBACK_URL is not: set both or neither',
        'LLM_FALLBACK_URL',
        'LLM_FALLBACK_API_KEY',
      )
    : undefined;
}
