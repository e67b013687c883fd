import { err, ok, type Result } from '../../kernel/result.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { Failure } from '../../net/failure.js';
import type {
  ChatRequest,
  ModelCapabilities,
  Provider,
  ProviderAnswer,
  ProviderSink,
  ToolCall,
} from '../llm/types.js';

/** What {@link ScriptedProvider} does with one request. */
export interface ProviderScript {
  /** To the first word, and from word to word, ms. Default 300 and 20. */
  readonly firstMs?: number;
  readonly gapMs?: number;
  /** Spoken word by word. */
  readonly text?: string;
  readonly calls?: readonly ToolCall[];
  /** Says nothing more after this many words, until it is given up. */
  readonly stallAfter?: number;
  readonly failure?: Failure;
}

/** A provider without a network whose time is the scheduler's. */
export class ScriptedProvider implements Provider {
  readonly capabilities: ModelCapabilities = {
    provider: 'scripted',
    model: 'm',
    tools: true,
    structured: true,
    adapters: false,
  };
  readonly requests: ChatRequest[] = [];
  /** When each request was given up. */
  readonly abortedAt: number[] = [];

  /** @param script - asked once a request, with its number from 0 */
  constructor(
    private readonly scheduler: Scheduler,
    private readonly script: (request: ChatRequest, index: number) => ProviderScript,
  ) {}

  async run(
    request: ChatRequest,
    sink: ProviderSink,
    signal: AbortSignal,
  ): Promise<Result<ProviderAnswer, Failure>> {
    const script = this.script(request, this.requests.length);
    this.requests.push(request);
    signal.addEventListener('abort', () => this.abortedAt.push(this.scheduler.now()), { once: true });
    if (script.failure !== undefined) return err(script.failure);
    const words = (script.text ?? '').split(/(?<=\s)/).filter((word) => word !== '');
    await this.#wait(script.firstMs ?? 300);
    for (const [place, word] of words.entries()) {
      if (place === script.stallAfter) await new Promise<void>(() => undefined);
      if (signal.aborted) break;
      sink.text(word);
      await this.#wait(script.gapMs ?? 20);
    }
    if (script.stallAfter === words.length) await new Promise<void>(() => undefined);
    const calls = script.calls ?? [];
    return ok({
      reason: calls.length > 0 ? 'tools' : 'stop',
      usage: { inputTokens: 10, outputTokens: words.length, cachedTokens: 0 },
      message: { role: 'assistant', text: script.text ?? '', ...(calls.length === 0 ? {} : { calls }) },
    });
  }

  models(): ReturnType<Provider['models']> {
    return Promise.resolve(ok([{ id: 'm' }]));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => void this.scheduler.at(addMs(this.scheduler.now(), ms), resolve));
  }
}
