import { requestId } from '../../../../src/kernel/ids.js';
import type { Result } from '../../../../src/kernel/result.js';
import type {
  SttEngine,
  SttError,
  SttPartial,
  SttStream,
  SttTranscript,
} from '../../../../src/speech/ports.js';
import { openSttStream } from '../../../../src/speech/stt/segmented.js';
import { spoken, type CodeWord } from './spoken-code.js';

const FRAME = 160;

/** A caller at a stream: says words frame by frame and asks for what was heard. */
export class Talker {
  readonly partials: SttPartial[] = [];
  readonly stream: SttStream;
  #end = 0;
  #from = 0;
  #asked = 0;

  constructor(engine: SttEngine) {
    this.stream = openSttStream(engine, {
      sampleRateHz: 8000,
      onPartial: (partial) => this.partials.push(partial),
    });
  }

  /** Index one past what was said. */
  get end(): number {
    return this.#end;
  }

  /** Says words, faster than real time but with room for answers in between. */
  async say(...words: readonly CodeWord[]): Promise<void> {
    const pcm = spoken(words);
    const start = this.#end;
    this.stream.hint?.({ type: 'speech_start', sample: start + 1600 });
    for (let at = 0; at < pcm.length; at += FRAME) {
      this.stream.push(pcm.subarray(at, at + FRAME), start + at);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    this.#end = start + pcm.length;
    this.stream.hint?.({ type: 'speech_end', sample: this.#end - 1600 });
  }

  /** Silence, frame by frame. */
  async pause(ms: number): Promise<void> {
    for (let at = 0; at < ms * 8; at += FRAME) {
      this.stream.push(new Int16Array(FRAME), this.#end);
      this.#end += FRAME;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Ends the turn: the next one begins here. */
  over(): void {
    this.#from = this.#end;
    this.stream.hint?.({ type: 'turn_over', sample: this.#end });
  }

  /** Asks for the turn so far. */
  ask(kind: 'speculative' | 'final' = 'final'): Promise<Result<SttTranscript, SttError>> {
    const id = requestId(`ask ${++this.#asked}`);
    return this.stream.final({ requestId: id, fromSample: this.#from, toSample: this.#end, kind });
  }

  /** The text of the turn so far, or the code of the failure. */
  async text(): Promise<string> {
    const result = await this.ask();
    return result.ok ? result.value.text : `(${result.error.code})`;
  }
}
