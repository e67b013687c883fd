import { jsonObject, objectOf } from '../../kernel/json.js';
import type { DialogResult } from '../core/effects.js';
import type { ToolSpec } from '../core/tasks/form/spec.js';

/** Largest answer that is read, bytes; a longer one is no answer. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** Longest value that is sent. */
const MAX_VALUE_CHARS = 2_000;

/** Calls the tools of a pack. */
export interface ToolClient {
  /**
   * Calls a tool.
   *
   * @param args - of the request: values under `pii` and `secret` are merged; those that the tool does not name are
   *   left out, and `idempotencyKey` goes into the header `Idempotency-Key`
   * @returns `tool` with the JSON object of the answer; with `{ error: code }` when the system says no (status 4xx with
   *   a JSON object that has a `code`); `failed` in every other case. It never throws.
   */
  callTool(spec: ToolSpec, args: Readonly<Record<string, unknown>>): Promise<DialogResult>;
}

/** What the client needs of the outside. */
export interface ToolClientOptions {
  /** Environment: base addresses and tokens by the names that the tools give. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const failed = (why: 'unavailable' | 'timeout' | 'refused'): DialogResult => ({ type: 'failed', why });

/**
 * Client of the systems behind a pack. Denies by default: without a base address in the environment nothing is called.
 * Redirects are not followed, so that a token or a secret goes to no other host.
 */
export function createToolClient({ environment }: ToolClientOptions): ToolClient {
  return {
    callTool: async (spec, args) => {
      const values = sentValues(spec, args);
      const url = addressOf(spec, environment[spec.baseUrlEnv], values);
      if (url === undefined) return failed('refused');
      const token = spec.tokenEnv === undefined ? undefined : environment[spec.tokenEnv];
      if (spec.tokenEnv !== undefined && (token === undefined || token === '')) return failed('refused');
      const key = args['idempotencyKey'];
      return send(url, spec, values, {
        accept: 'application/json',
        ...(spec.method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(typeof key === 'string' ? { 'idempotency-key': key } : {}),
      });
    },
  };
}

/** Values that the tool names, and no other. */
function sentValues(
  spec: ToolSpec,
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const merged: Record<string, unknown> = { ...args, ...objectOf(args['pii']), ...objectOf(args['secret']) };
  return Object.fromEntries(
    spec.args.flatMap((name) => {
      const value = Object.hasOwn(merged, name) ? merged[name] : undefined;
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[name, String(value).slice(0, MAX_VALUE_CHARS)] as const]
        : [];
    }),
  );
}

function addressOf(
  spec: ToolSpec,
  base: string | undefined,
  values: Readonly<Record<string, string>>,
): URL | undefined {
  if (base === undefined || !URL.canParse(base)) return undefined;
  const path = spec.path.replace(/\{([^}]*)\}/g, (_all, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const joined = `${base.replace(/\/+$/, '')}${path}`;
  // A value of dots would climb out of the path; what it names does not exist.
  if (!URL.canParse(joined) || /(^|\/)\.{1,2}(\/|$)/.test(path)) return undefined;
  const url = new URL(joined);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (spec.method === 'GET') {
    for (const [name, value] of Object.entries(values)) {
      if (!spec.path.includes(`{${name}}`)) url.searchParams.set(name, value);
    }
  }
  return url;
}

async function send(
  url: URL,
  spec: ToolSpec,
  values: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Promise<DialogResult> {
  try {
    const response = await fetch(url, {
      method: spec.method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(spec.timeoutMs),
      ...(spec.method === 'POST' ? { body: JSON.stringify(values) } : {}),
    });
    const isRedirect = response.status >= 300 && response.status < 400;
    if (isRedirect || response.status >= 500 || response.status === 429) {
      await response.body?.cancel();
      return failed(isRedirect ? 'refused' : 'unavailable');
    }
    return await read(response);
  } catch (error) {
    const isLate = (error as { readonly name?: unknown } | undefined)?.name === 'TimeoutError';
    return failed(isLate ? 'timeout' : 'unavailable');
  }
}

async function read(response: Response): Promise<DialogResult> {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
  if (!isJson) {
    await response.body?.cancel();
    return failed(response.ok ? 'unavailable' : 'refused');
  }
  const text = await boundedText(response);
  const value = text === undefined ? undefined : jsonObject(text);
  if (value === undefined) return failed('unavailable');
  if (response.ok) return { type: 'tool', value };
  const code = value['code'];
  return typeof code === 'string' ? { type: 'tool', value: { error: code } } : failed('refused');
}

/** The whole answer; `undefined` when it is longer than {@link MAX_ANSWER_BYTES}. */
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_ANSWER_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
