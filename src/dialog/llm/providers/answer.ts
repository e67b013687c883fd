import { err, ok, type Result } from '../../../kernel/result.js';
import type { Failure } from '../../../net/failure.js';
import { Assembly, type CallPiece } from '../core/assembly.js';
import { NO_USAGE, type Usage } from '../core/types.js';
import type { ProviderAnswer, ProviderSink } from '../types.js';

/** How an answer ended: `malformed` with a reason that is no good end, `truncated` without one. */
export type AnswerEnd = 'stop' | 'length' | 'refused' | 'malformed' | 'truncated';

/** An answer as it is read: what may be shown goes on at once, the rest is kept for its end. */
export class AnswerReader {
  readonly #assembly = new Assembly();
  #usage: Usage = NO_USAGE;

  constructor(private readonly sink: ProviderSink) {}

  text(piece: string): void {
    this.#show(this.#assembly.text(piece));
  }

  call(piece: CallPiece): void {
    this.#assembly.call(piece);
    this.sink.began();
  }

  /** The last count is the one that holds. */
  usage(usage: Usage | undefined): void {
    this.#usage = usage ?? this.#usage;
  }

  /**
   * What came of it. The reason that servers give is not to be relied on where there are calls.
   *
   * @param code - the service's own word for the end
   */
  end(end: AnswerEnd, code?: string): Result<ProviderAnswer, Failure> {
    const failed = (kind: Failure['kind'], message: string): Result<never, Failure> =>
      err({ kind, message, ...(code === undefined ? {} : { code }) });
    if (end === 'refused') return failed('refused', 'the policy of the service forbids the answer');
    this.#show(this.#assembly.flush());
    if (end === 'truncated') return failed('truncated', 'the answer broke off');
    if (this.#assembly.isEmpty) return failed('empty', 'the answer holds neither text nor calls');
    if (end === 'malformed') return failed('truncated', 'the answer broke off');
    const { text, calls } = this.#assembly.result();
    return ok({
      reason: calls.length > 0 ? 'tools' : end,
      usage: this.#usage,
      message: { role: 'assistant', text, ...(calls.length === 0 ? {} : { calls }) },
    });
  }

  #show(shown: string): void {
    if (shown !== '') this.sink.text(shown);
  }
}
