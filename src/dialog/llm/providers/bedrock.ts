import { parsedJson } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import { failureOfStatus, type Failure, type FailureKind } from '../../../net/failure.js';
import { HttpClient, StreamBroken } from '../../../net/http-client.js';
import { converseBody, readConverse } from '../core/bedrock-wire.js';
import type { ChatRequest, Sampling } from '../core/types.js';
import type { ModelCapabilities, ModelInfo, Provider, ProviderAnswer, ProviderSink } from '../types.js';
import { AnswerReader, type AnswerEnd } from './answer.js';
import { eventStream, EventStreamBroken } from './event-stream.js';

/** Settings of {@link BedrockProvider}. */
export interface BedrockOptions {
  readonly region: string;
  /** API key of Bedrock, `AWS_BEARER_TOKEN_BEDROCK`. */
  readonly token: string;
  readonly model: string;
  readonly sampling: Sampling;
  /** Another address than the service's own, for proxies and tests. */
  readonly url?: string | undefined;
}

/** Kinds of the exceptions that come within a stream. */
const EXCEPTIONS: Readonly<Record<string, FailureKind>> = {
  throttlingException: 'rate_limit',
  validationException: 'bad_request',
  serviceUnavailableException: 'overloaded',
  internalServerException: 'overloaded',
  modelStreamErrorException: 'overloaded',
};

/** AWS Bedrock, Converse API, by a bearer token: no SDK and no request signature. */
export class BedrockProvider implements Provider {
  readonly capabilities: ModelCapabilities;
  readonly #http: HttpClient;

  constructor(private readonly options: BedrockOptions) {
    const { region, token, model, url } = options;
    const origin = url ?? `https://bedrock-runtime.${region}.amazonaws.com`;
    this.#http = new HttpClient({
      origin,
      allowHttp2: origin.startsWith('https:'),
      headers: { authorization: `Bearer ${token}` },
    });
    this.capabilities = { provider: 'bedrock', model, tools: true, structured: false, adapters: false };
  }

  async run(
    request: ChatRequest,
    sink: ProviderSink,
    signal: AbortSignal,
  ): Promise<Result<ProviderAnswer, Failure>> {
    const started = await this.#http.stream({
      method: 'POST',
      path: `/model/${encodeURIComponent(this.options.model)}/converse-stream`,
      headers: { 'content-type': 'application/json', accept: 'application/vnd.amazon.eventstream' },
      body: JSON.stringify(converseBody(request, this.options.sampling)),
      signal,
      headersMs: request.budget.totalMs,
      idleMs: request.budget.totalMs,
    });
    if (!started.ok) return err(withErrorType(started.error));
    const reader = new ConverseReader(sink);
    try {
      for await (const { headers, payload } of eventStream(started.value.chunks)) {
        const failure = reader.take(headers, parsedJson(payload));
        if (failure !== undefined) return err(failure);
      }
    } catch (error) {
      if (error instanceof StreamBroken) return err(error.failure);
      const kind = error instanceof EventStreamBroken ? 'truncated' : 'overloaded';
      return err({ kind, message: 'the answer cannot be read' });
    }
    return reader.result();
  }

  /** The runtime has no list of models. */
  models(): Promise<Result<readonly ModelInfo[], Failure>> {
    return Promise.resolve(ok([{ id: this.options.model }]));
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}

/** Throttling comes with a status of its own; the shared table knows the rest. */
const withErrorType = (failure: Failure): Failure =>
  failure.status === 424 ? { ...failure, kind: 'overloaded' } : failure;

class ConverseReader {
  readonly #answer: AnswerReader;
  #stop: string | undefined;

  constructor(sink: ProviderSink) {
    this.#answer = new AnswerReader(sink);
  }

  /** @returns the failure that ends the stream */
  take(headers: Readonly<Record<string, string>>, payload: unknown): Failure | undefined {
    const exception = headers[':exception-type'];
    if (headers[':message-type'] !== 'event') {
      const kind = EXCEPTIONS[exception ?? ''] ?? 'overloaded';
      return {
        ...failureOfStatus(503, {}, '', Date.now()),
        kind,
        ...(exception === undefined ? {} : { code: exception }),
      };
    }
    const event = readConverse(headers[':event-type'] ?? '', payload);
    if (event.type === 'text') this.#answer.text(event.text);
    else if (event.type === 'usage') this.#answer.usage(event.usage);
    else if (event.type === 'stop') this.#stop = event.reason;
    else if (event.type === 'call') this.#answer.call(event.piece);
    return undefined;
  }

  result(): Result<ProviderAnswer, Failure> {
    const code = this.#stop;
    return this.#answer.end(code === undefined ? 'truncated' : meaningOf(code), code);
  }
}

function meaningOf(stop: string): AnswerEnd {
  if (stop === 'guardrail_intervened' || stop === 'content_filtered') return 'refused';
  return stop === 'max_tokens' ? 'length' : 'stop';
}
