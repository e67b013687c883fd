import { z } from 'zod';
import type { QuirkProfile } from '../../dialog/llm/core/openai-wire.js';
import type { Price } from '../../dialog/llm/core/types.js';
import type { Kind } from './kinds.js';

function kind<T>(allowed: string, parse: (text: string) => T | undefined): Kind<T> {
  const schema = z.string().transform((text, ctx): T => {
    const value = parse(text.trim());
    if (value !== undefined) return value;
    ctx.addIssue({ code: 'custom', message: 'not allowed' });
    return z.NEVER;
  });
  return { schema, allowed };
}

/** Where a language model is asked for, without its name and key where these have settings of their own. */
export type ModelAddress =
  | { readonly kind: 'gemini' | 'bedrock'; readonly model: string | undefined }
  | { readonly kind: 'openai'; readonly profile: QuirkProfile; readonly url: string };

const PREFIXES: readonly QuirkProfile[] = ['openai', 'vllm', 'ollama', 'llama.cpp', 'mistral', 'plain'];

/** `gemini://MODEL`, `bedrock://MODEL`, or the address of a server, with `ollama+` and the like before it. */
export const modelAddress: Kind<ModelAddress> = kind(
  'gemini://MODEL, bedrock://MODEL, or an address such as http://127.0.0.1:8000/v1 with vllm+, ollama+, llama.cpp+, mistral+, openai+ or plain+ before it where the family cannot be told from it',
  (text) => {
    const own = /^(gemini|bedrock)(?::\/\/([\w.:/-]*))?$/.exec(text);
    if (own !== null) {
      const model = own[2] === '' ? undefined : own[2];
      return { kind: own[1] as 'gemini' | 'bedrock', model };
    }
    const prefix = PREFIXES.find((one) => text.startsWith(`${one}+`));
    const url = prefix === undefined ? text : text.slice(prefix.length + 1);
    if (!URL.canParse(url)) return undefined;
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== 'http:' && protocol !== 'https:') return undefined;
    return { kind: 'openai', url, profile: prefix ?? familyOf(hostname, port) };
  },
);

function familyOf(host: string, port: string): QuirkProfile {
  if (/(^|\.)openai\.com$/.test(host)) return 'openai';
  if (/(^|\.)mistral\.ai$/.test(host)) return 'mistral';
  return port === '11434' || host === 'ollama' ? 'ollama' : 'vllm';
}

/** A name such as `llama3.1:8b` or `google/flan-t5-base`. */
export const modelName: Kind<string> = kind('the name of a model', (text) =>
  /^[\w.:/@-]{1,200}$/.test(text) ? text : undefined,
);

/** A number between two bounds, with decimals. */
export const decimal = (min: number, max: number): Kind<number> =>
  kind(`a number from ${min} to ${max}`, (text) => {
    if (!/^\d{1,6}(\.\d{1,6})?$/.test(text)) return undefined;
    const value = Number(text);
    return value >= min && value <= max ? value : undefined;
  });

function pairs<T>(
  text: string,
  parse: (value: string) => T | undefined,
): Readonly<Record<string, T>> | undefined {
  const found: Record<string, T> = {};
  for (const part of text.split(/[\s,]+/).filter((one) => one !== '')) {
    const [, name, rest] = /^([\w.:/@-]{1,200}?)=(.+)$/.exec(part) ?? [];
    const value = rest === undefined ? undefined : parse(rest);
    if (name === undefined || value === undefined) return undefined;
    found[name] = value;
  }
  return found;
}

/** USD for a million tokens by model: `name=input/output` or `name=input/output/cached`. */
export const prices: Kind<Readonly<Record<string, Price>>> = kind(
  'prices in USD for a million tokens, such as small-model=0.10/0.40 or small-model=0.10/0.40/0.02, separated by commas',
  (text) =>
    pairs(text, (value) => {
      const [, input, output, cached] =
        /^(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)(?:\/(\d+(?:\.\d+)?))?$/.exec(value) ?? [];
      if (input === undefined || output === undefined) return undefined;
      const price = { input: Number(input), output: Number(output) };
      return cached === undefined ? price : { ...price, cached: Number(cached) };
    }),
);

/** Servers by a name of ours: `name=https://...`. */
export const namedServers: Kind<Readonly<Record<string, string>>> = kind(
  'names and addresses such as weather=https://tools.example.org/mcp, separated by commas',
  (text) => pairs(text, (value) => (URL.canParse(value) && /^https?:/.test(value) ? value : undefined)),
);
