import { member, objectsAt, parsedJson, textAt } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import { failureOfStatus, type Failure } from '../../../net/failure.js';
import { HttpClient, StreamBroken } from '../../../net/http-client.js';
import { sseEvents, SseTooLarge } from '../../../net/sse.js';
import { chatBody, QUIRKS, readChunk, type QuirkProfile } from '../core/openai-wire.js';
import type { ChatRequest, Sampling } from '../core/types.js';
import type {
  AdapterControl,
  ModelCapabilities,
  ModelInfo,
  Provider,
  ProviderAnswer,
  ProviderSink,
} from '../types.js';
import { AnswerReader, type AnswerEnd } from './answer.js';

/** Settings of {@link OpenAiProvider}. */
export interface OpenAiOptions {
  /** Address of the server, with or without the `/v1` at its end. */
  readonly url: string;
  readonly profile: QuirkProfile;
  readonly model: string;
  readonly apiKey?: string | undefined;
  readonly sampling: Sampling;
}

const LIST_MS = 5000;
const LOAD_MS = 60_000;
/** Chunks that cannot be read before a stream counts as garbage. */
const MAX_GARBAGE = 3;

/** Any server with `POST /v1/chat/completions`. */
export class OpenAiProvider implements Provider {
  readonly capabilities: ModelCapabilities;
  readonly adapters?: AdapterControl;
  readonly #http: HttpClient;
  readonly #base: string;

  /** @throws TypeError when the address is no http(s) URL */
  constructor(private readonly options: OpenAiOptions) {
    const { url, profile, model, apiKey } = options;
    const address = new URL(url);
    this.#base = `${address.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`;
    this.#http = new HttpClient({
      origin: address.origin,
      // An aborted stream costs a connection over HTTP/1.1, none over HTTP/2, which is negotiated over TLS only.
      allowHttp2: address.protocol === 'https:',
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    });
    const { tools, structured, adapters } = QUIRKS[profile];
    this.capabilities = { provider: profile, model, tools, structured, adapters };
    if (adapters) this.adapters = this.#adapterControl();
  }

  async run(
    request: ChatRequest,
    sink: ProviderSink,
    signal: AbortSignal,
  ): Promise<Result<ProviderAnswer, Failure>> {
    const { profile, model, sampling } = this.options;
    const started = await this.#http.stream({
      method: 'POST',
      path: `${this.#base}/chat/completions`,
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(chatBody(request, QUIRKS[profile], model, sampling)),
      signal,
      headersMs: request.budget.totalMs,
      idleMs: request.budget.totalMs,
    });
    if (!started.ok) return started;
    const { headers, chunks } = started.value;
    const isStream = String(headers['content-type'] ?? '').startsWith('text/event-stream');
    const reader = new ChatReader(sink);
    try {
      if (isStream) {
        for await (const { data } of sseEvents(chunks)) if (reader.take(data)) break;
      } else {
        reader.take(await wholeText(chunks));
        reader.isOver = true;
      }
    } catch (error) {
      if (error instanceof StreamBroken) return err(error.failure);
      return err(tooLarge(error));
    }
    return reader.result();
  }

  async models(): Promise<Result<readonly ModelInfo[], Failure>> {
    const reply = await this.#http.request({
      method: 'GET',
      path: `${this.#base}/models`,
      headersMs: LIST_MS,
      totalMs: LIST_MS,
    });
    if (!reply.ok) return reply;
    const value = parsedJson(reply.value.body);
    if (!Array.isArray(member(value, 'data'))) {
      return err({ kind: 'bad_request', message: 'the server gives no list of models' });
    }
    return ok(objectsAt(value, 'data').flatMap(infoOf));
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  /** LoRA adapters of a vLLM server; it needs `--enable-lora` and `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True`. */
  #adapterControl(): AdapterControl {
    const post = async (path: string, body: object): Promise<Result<undefined, Failure>> => {
      const reply = await this.#http.request({
        method: 'POST',
        path: `${this.#base}${path}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        headersMs: LOAD_MS,
        totalMs: LOAD_MS,
      });
      return reply.ok ? ok(undefined) : reply;
    };
    return {
      list: async () => {
        const known = await this.models();
        return known.ok ? ok(known.value.filter(({ parent }) => parent !== undefined)) : known;
      },
      load: (lora_name, lora_path) => post('/load_lora_adapter', { lora_name, lora_path }),
      unload: (lora_name) => post('/unload_lora_adapter', { lora_name }),
    };
  }
}

function infoOf(model: unknown): readonly ModelInfo[] {
  const [id, ownedBy, parent, shutdownDate] = ['id', 'owned_by', 'parent', 'shutdown_date'].map((key) =>
    textAt(model, key),
  );
  if (id === undefined) return [];
  return [
    {
      id,
      ...(ownedBy === undefined ? {} : { ownedBy }),
      ...(parent === undefined ? {} : { parent }),
      ...(shutdownDate === undefined ? {} : { shutdownDate }),
    },
  ];
}

/** Reads the events of one answer. */
class ChatReader {
  readonly #answer: AnswerReader;
  isOver = false;
  #end: AnswerEnd = 'stop';
  #failure: Failure | undefined;
  #garbage = 0;

  constructor(sink: ProviderSink) {
    this.#answer = new AnswerReader(sink);
  }

  /** @returns true when nothing more is to be read */
  take(data: string): boolean {
    if (data.trim() === '[DONE]') return (this.isOver = true);
    const chunk = readChunk(data);
    if (chunk === undefined) {
      if (++this.#garbage < MAX_GARBAGE) return false;
      this.#failure = { kind: 'overloaded', message: 'the server sends what cannot be read' };
      return true;
    }
    if (chunk.error !== undefined) {
      this.#failure = failureOfStatus(statusIn(chunk.error), {}, chunk.error, Date.now());
      return true;
    }
    this.#answer.text(chunk.text);
    for (const piece of chunk.calls) this.#answer.call(piece);
    this.#answer.usage(chunk.usage);
    this.isOver ||= chunk.finish !== undefined;
    if (chunk.refusal) this.#end = 'refused';
    else if (chunk.finish === 'length' && this.#end === 'stop') this.#end = 'length';
    return false;
  }

  result(): Result<ProviderAnswer, Failure> {
    if (this.#failure !== undefined) return err(this.#failure);
    // A stream that ends without a reason and without its last mark was cut.
    return this.#answer.end(this.isOver || this.#end === 'refused' ? this.#end : 'truncated');
  }
}

/** The status that an error within a stream stands for. */
function statusIn(error: string): number {
  const code = member(member(parsedJson(error), 'error'), 'code');
  if (typeof code === 'number' && code >= 400 && code < 600) return code;
  return /rate_limit|slow_down|quota|credit_balance/.test(String(code)) ? 429 : 503;
}

const MAX_WHOLE_BYTES = 1_000_000;

async function wholeText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > MAX_WHOLE_BYTES) throw new SseTooLarge('the answer is too large');
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

const tooLarge = (error: unknown): Failure =>
  error instanceof SseTooLarge
    ? { kind: 'bad_request', message: 'the answer is too large' }
    : { kind: 'overloaded', message: 'the answer cannot be read' };
