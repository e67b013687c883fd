import { parsedJson } from '../../../kernel/json.js';
import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { HttpClient, StreamBroken, type HttpClientOptions } from '../../../net/http-client.js';
import { SseTooLarge } from '../../../net/sse.js';
import { JsonObjects, JsonTooLarge } from '../../core/json-objects.js';
import type { Voice } from '../../ports.js';
import {
  voicesOf,
  type ProviderDescriptor,
  type VoiceJob,
  type VoiceProvider,
  type VoiceSink,
} from './provider.js';

/** A read beyond what a provider may send. */
export class ReadFailed extends Error {
  override readonly name = 'ReadFailed';
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

/** Limits of a request for audio; the pauses are watched by who listens, these only keep a lost request from staying. */
const AUDIO = { headersMs: 30_000, idleMs: 30_000 } as const;
/** Limits of a question about voices and keys. */
const QUESTION = { headersMs: 5000, totalMs: 8000, maxBytes: 8_000_000 } as const;

/** A service that is asked over HTTP, alone or beside a socket. */
export abstract class HttpVoice implements VoiceProvider {
  readonly #client: HttpClient;

  /** @param known - the voices that may be asked for */
  constructor(
    readonly descriptor: ProviderDescriptor,
    private readonly known: { readonly voice: string; readonly voices?: readonly string[] },
    http: HttpClientOptions,
  ) {
    this.#client = new HttpClient({ allowHttp2: true, ...http });
  }

  abstract speak(job: VoiceJob, sink: VoiceSink): Promise<Result<undefined, Failure>>;
  abstract probe(): Promise<Result<string, Failure>>;

  voices(): readonly Voice[] {
    return voicesOf(this.known);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** What the service tells at a path, undefined when it is no JSON. Never rejects. */
  protected async read(path: string): Promise<Result<unknown, Failure>> {
    const reply = await this.#client.request({ method: 'GET', path, ...QUESTION });
    return reply.ok ? ok(parsedJson(reply.value.body)) : reply;
  }

  /**
   * Asks for audio and reads what comes with `take`. Never rejects.
   *
   * @param body - an object goes as JSON
   * @param take - may throw {@link ReadFailed} for what the body says
   */
  protected async stream(
    {
      path,
      body,
      headers,
    }: { readonly path: string; readonly body: object | string; readonly headers?: Headers },
    { signal }: VoiceJob,
    take: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<Result<undefined, Failure>> {
    const started = await this.#client.stream({
      ...{ method: 'POST', path, signal, ...AUDIO },
      headers: headers ?? { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    if (!started.ok) return started;
    try {
      await take(started.value.chunks);
      return ok(undefined);
    } catch (error) {
      if (error instanceof ReadFailed || error instanceof StreamBroken) return err(error.failure);
      if (error instanceof JsonTooLarge || error instanceof SseTooLarge) {
        return err({ kind: 'bad_request', message: 'the answer is too large' });
      }
      throw error;
    }
  }
}

type Headers = Readonly<Record<string, string>>;

/** The JSON objects of a body. @throws JsonTooLarge */
export async function* jsonValues(chunks: AsyncIterable<Uint8Array>): AsyncGenerator {
  const objects = new JsonObjects();
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield* objects.push(decoder.decode(chunk, { stream: true }));
}
