import type { GenerateContentConfig, GenerateContentParameters, GoogleGenAI } from '@google/genai';
import { err, ok, type Result } from '../../../kernel/result.js';
import { failureOfStatus, type Failure } from '../../../net/failure.js';
import { openFetch, type OwnFetch } from '../../../net/fetch.js';
import { contentsOf, GEMINI, meaningOf, readGemini, type GeminiContent } from '../core/gemini-wire.js';
import type { ChatRequest, Sampling } from '../core/types.js';
import type { ModelCapabilities, ModelInfo, Provider, ProviderAnswer, ProviderSink } from '../types.js';
import { AnswerReader } from './answer.js';

/** Settings of {@link GeminiProvider}. */
export interface GeminiOptions {
  readonly apiKey: string;
  readonly model: string;
  readonly sampling: Sampling;
  /** Another address than the service's own, for proxies and tests. */
  readonly url?: string | undefined;
}

const LIST_MS = 5000;
/** Models that are listed at most. */
const MAX_LISTED = 1000;

/** Gemini by its own client, whose deadlines and retries are not used: ours bound every provider alike. */
export class GeminiProvider implements Provider {
  readonly capabilities: ModelCapabilities;
  readonly #fetch: OwnFetch = openFetch();
  readonly #client: Promise<GoogleGenAI>;

  constructor(private readonly options: GeminiOptions) {
    const { apiKey, model, url } = options;
    // The client is large: programs without Gemini do not load it.
    this.#client = import('@google/genai').then(
      (genai) =>
        new genai.GoogleGenAI({
          apiKey,
          vertexai: false,
          httpOptions: {
            apiVersion: 'v1beta',
            fetch: this.#fetch.fetch,
            ...(url === undefined ? {} : { baseUrl: url }),
          },
        }),
    );
    this.#client.catch(() => undefined);
    this.capabilities = { provider: GEMINI, model, tools: true, structured: true, adapters: false };
  }

  async run(
    request: ChatRequest,
    sink: ProviderSink,
    signal: AbortSignal,
  ): Promise<Result<ProviderAnswer, Failure>> {
    const reader = new GeminiReader(sink);
    try {
      const stream = await (
        await this.#client
      ).models.generateContentStream(this.#parameters(request, signal));
      for await (const chunk of stream) reader.take(chunk);
    } catch (error) {
      return err(failureOf(error, signal));
    }
    if (signal.aborted) return err({ kind: 'caller_abort', message: 'the request was given up' });
    return reader.result();
  }

  async models(): Promise<Result<readonly ModelInfo[], Failure>> {
    const signal = AbortSignal.timeout(LIST_MS);
    try {
      const found: ModelInfo[] = [];
      for await (const { name } of await (
        await this.#client
      ).models.list({
        config: { abortSignal: signal, pageSize: 100 },
      })) {
        if (name !== undefined) found.push({ id: name.replace(/^models\//, '') });
        if (found.length >= MAX_LISTED) break;
      }
      return ok(found);
    } catch (error) {
      const failure = failureOf(error, signal);
      return err(failure.kind === 'caller_abort' ? { ...failure, kind: 'stalled' } : failure);
    }
  }

  close(): Promise<void> {
    return this.#fetch.close();
  }

  #parameters(request: ChatRequest, abortSignal: AbortSignal): GenerateContentParameters {
    const { tools = [], toolChoice = 'auto', format, stop } = request;
    const { maxTokens, temperature, topP } = { ...this.options.sampling, ...request.sampling };
    const { system, contents } = contentsOf(request.messages);
    const config: GenerateContentConfig = {
      abortSignal,
      maxOutputTokens: maxTokens,
      temperature,
      topP,
      ...(system === '' ? {} : { systemInstruction: system }),
      ...(stop === undefined ? {} : { stopSequences: [...stop] }),
      ...(format === undefined
        ? {}
        : { responseMimeType: 'application/json', responseJsonSchema: format.schema }),
    };
    if (tools.length > 0) {
      const mode = { auto: 'AUTO', none: 'NONE', required: 'ANY' }[toolChoice];
      config.tools = [
        {
          functionDeclarations: tools.map(({ name, description, parameters }) => ({
            name,
            description,
            parametersJsonSchema: parameters,
          })),
        },
      ];
      config.toolConfig = { functionCallingConfig: { mode } } as NonNullable<
        GenerateContentConfig['toolConfig']
      >;
    }
    return {
      model: this.options.model,
      contents: contents as unknown as NonNullable<GenerateContentParameters['contents']>,
      config,
    };
  }
}

/** Most parts of one turn that are kept. */
const MAX_PARTS = 2000;

class GeminiReader {
  readonly #answer: AnswerReader;
  readonly #parts: Record<string, unknown>[] = [];
  #calls = 0;
  #finish: string | undefined;
  #blocked = false;

  constructor(sink: ProviderSink) {
    this.#answer = new AnswerReader(sink);
  }

  take(value: unknown): void {
    const chunk = readGemini(value);
    this.#answer.text(chunk.text);
    // Calls come whole, and need no id to be told apart.
    for (const call of chunk.calls) this.#answer.call({ ...call, index: this.#calls++ });
    this.#keep(chunk.parts);
    this.#blocked ||= chunk.blocked;
    this.#finish = chunk.finish ?? this.#finish;
    this.#answer.usage(chunk.usage);
  }

  result(): Result<ProviderAnswer, Failure> {
    if (this.#blocked) return this.#answer.end('refused');
    const code = this.#finish;
    const result = this.#answer.end(code === undefined ? 'truncated' : meaningOf(code), code);
    if (!result.ok) return result;
    const message = { ...result.value.message, opaque: { provider: GEMINI, data: this.#parts } };
    return ok({ ...result.value, message });
  }

  /** Pieces of text without a signature are joined; everything else goes back as it came. */
  #keep(parts: GeminiContent['parts']): void {
    for (const part of parts) {
      const last = this.#parts.at(-1);
      const isPlain = isPlainText(part);
      if (isPlain && last !== undefined && isPlainText(last)) {
        last['text'] = `${String(last['text'])}${String(part['text'])}`;
      } else if (this.#parts.length < MAX_PARTS) this.#parts.push({ ...part });
    }
  }
}

const isPlainText = (part: Readonly<Record<string, unknown>>): boolean =>
  typeof part['text'] === 'string' && Object.keys(part).length === 1;

/** The client puts the body of an error into its message; headers are lost. */
function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { kind: 'caller_abort', message: 'the request was given up' };
  const { status, message } = error as { readonly status?: unknown; readonly message?: unknown };
  const body = typeof message === 'string' ? message : '';
  if (typeof status === 'number' && status >= 100) {
    const failure = failureOfStatus(status, {}, body, Date.now());
    // A daily quota names no time at which to try again.
    const isDaily =
      failure.kind === 'rate_limit' && failure.retryAfterMs === undefined && /PerDay/.test(body);
    return isDaily ? { ...failure, kind: 'quota_or_money' } : failure;
  }
  return /terminated|Incomplete JSON|premature/i.test(body)
    ? { kind: 'truncated', message: 'the answer broke off' }
    : { kind: 'overloaded', message: 'the service cannot be reached' };
}
