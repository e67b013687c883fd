import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { FRAMES_TYPE, type TranscribeHeader } from '../../api/services/wire.js';
import { compact } from '../../api/compact.js';
import type { RequestId } from '../../kernel/ids.js';
import { err, ok, type Result } from '../../kernel/result.js';
import type { Failure } from '../../net/failure.js';
import { bytesOf, encodeFrame } from '../../net/frames.js';
import { Lru } from '../../speech/core/lru.js';
import type { SttEngine, SttError, SttRequest, SttStats, SttTranscript } from '../../speech/ports.js';
import type { ServiceEndpoint } from './endpoint.js';

const TRANSCRIBE_MS = 5000;
/** Sets of expected sentences that the role is taken to remember. */
const SENT_SETS = 64;

const transcript = z.looseObject({
  text: z.string(),
  noSpeech: z.boolean(),
  audioMs: z.number(),
  queueMs: z.number(),
  decodeMs: z.number(),
  engine: z.string(),
});

/** What is taken for granted of a recogniser until it has been asked. */
const ASSUMED: SttEngine['capabilities'] = {
  engine: 'service',
  languages: ['en'],
  streaming: false,
  confidence: true,
  expectedSpeech: true,
  maxSegmentMs: 30_000,
};

/** The recogniser of a role `stt`, at one address. */
export class SttService implements SttEngine {
  readonly capabilities = ASSUMED;
  /** Ids of requests count within one caller; the role has many. */
  readonly #client = randomUUID();
  readonly #sent = new Lru<string, true>(SENT_SETS);
  readonly #counts = { busy: 0, completed: 0, failed: 0, aborted: 0, overloaded: 0, timeouts: 0 };

  constructor(private readonly endpoint: ServiceEndpoint) {}

  async transcribe(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    this.#counts.busy++;
    const result = await this.#ask(request);
    this.#counts.busy--;
    if (result.ok) this.#counts.completed++;
    else this.#counts[result.error.code === 'timeout' ? 'timeouts' : result.error.code]++;
    return result;
  }

  promote(requestId: RequestId): void {
    const body = { id: this.#idOf(requestId) };
    void this.endpoint.ask({ path: '/stt/promote', body, totalMs: TRANSCRIBE_MS });
  }

  stats(): SttStats {
    return { workers: 1, queued: 0, workerRestarts: 0, ...this.#counts };
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  async #ask(request: SttRequest): Promise<Result<SttTranscript, SttError>> {
    const { expected } = request;
    const isKnown = expected === undefined || this.#sent.get(expected.id) === true;
    let reply = await this.#send(request, !isKnown);
    // The role was started again, or has heard of too many others since.
    if (!reply.ok && reply.error.status === 404 && isKnown) reply = await this.#send(request, true);
    if (!reply.ok) return err(sttErrorOf(reply.error));
    if (expected !== undefined) this.#sent.set(expected.id, true);
    const parsed = transcript.safeParse(reply.value);
    if (!parsed.success) return err({ code: 'failed', message: 'the service gave no transcript' });
    const given = reply.value as SttTranscript;
    return ok({ ...given, requestId: request.requestId });
  }

  #send(request: SttRequest, withSentences: boolean): Promise<Result<unknown, Failure>> {
    const { requestId, kind, pcm, sampleRateHz, expected, signal } = request;
    const header = {
      ...{ id: this.#idOf(requestId), kind, sample_rate_hz: sampleRateHz },
      ...(expected === undefined ? {} : { expected: withSentences ? { ...expected } : { id: expected.id } }),
    };
    const body = encodeFrame(header satisfies Omit<TranscribeHeader, 'expected'>, bytesOf(pcm));
    return this.endpoint.ask({
      ...{ path: '/stt/transcribe', bytes: { type: FRAMES_TYPE, body }, totalMs: TRANSCRIBE_MS },
      ...compact({ signal }),
    });
  }

  #idOf(requestId: RequestId): string {
    return `${this.#client}:${requestId}`;
  }
}

function sttErrorOf({ kind, message, code }: Failure): SttError {
  if (kind === 'caller_abort') return { code: 'aborted', message };
  if (kind === 'stalled' || code === 'TIMEOUT') return { code: 'timeout', message };
  return { code: code === 'CAPACITY_FULL' ? 'overloaded' : 'failed', message };
}
