import type { RequestId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import { SAMPLE_RATE_HZ, type AudioRate } from '../media/core/frame.js';
import { RateMatcher } from '../media/core/resample.js';
import type {
  SttError,
  SttHint,
  SttPartial,
  SttStream,
  SttStreamRequest,
  SttTranscript,
} from '../speech/ports.js';

/**
 * The recogniser's stream of one caller, addressed on the call's time line of 8000 a second whatever rate the audio has.
 * The stream has the rate of the first frame. When the call changes to a codec of another band, audio is converted until
 * nothing is left that the old stream may be asked about; then one of the new rate takes its place.
 */
export class CallerStream {
  #stream: SttStream | undefined;
  #matcher = new RateMatcher(SAMPLE_RATE_HZ);
  #asked = 0;
  #closed = false;

  /**
   * @param open - opens a stream of the engine at a rate, with a listener for its partials
   * @param onPartial - told of words as they come, on the time line
   */
  constructor(
    private readonly open: (rate: AudioRate, told: (partial: SttPartial) => void) => SttStream,
    private readonly onPartial: (partial: SttPartial) => void,
  ) {}

  /**
   * Appends audio.
   *
   * @param rate - of the audio, Hz
   * @param startSample - its place on the time line
   * @param settled - no turn is under way: what was heard before is not needed any more
   */
  push(pcm: Int16Array, rate: AudioRate, startSample: number, settled: boolean): void {
    if (this.#closed) return;
    if (this.#stream === undefined || (rate !== this.#matcher.rate && settled && this.#asked === 0)) {
      this.#stream?.close();
      this.#matcher = new RateMatcher(rate);
      this.#stream = this.#openStream(rate);
    }
    this.#stream.push(this.#matcher.match(pcm, rate), startSample * this.#scale);
  }

  /** Writes a stretch of the time line down. Never rejects. */
  async final(request: SttStreamRequest): Promise<Result<SttTranscript, SttError>> {
    const stream = (this.#stream ??= this.#openStream(this.#matcher.rate));
    this.#asked++;
    const result = await stream.final({
      ...request,
      fromSample: request.fromSample * this.#scale,
      toSample: request.toSample * this.#scale,
    });
    this.#asked--;
    return result;
  }

  promote(requestId: RequestId): void {
    this.#stream?.promote(requestId);
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
  }

  /** Tells the engine what turn-taking knows, on the time line. */
  hint(hint: SttHint): void {
    this.#stream?.hint?.({ ...hint, sample: hint.sample * this.#scale });
  }

  #openStream(rate: AudioRate): SttStream {
    const scale = rate / SAMPLE_RATE_HZ;
    return this.open(rate, (partial) =>
      this.onPartial({ ...partial, toSample: Math.round(partial.toSample / scale) }),
    );
  }

  /** Samples of the stream per unit of the time line. */
  get #scale(): number {
    return this.#matcher.rate / SAMPLE_RATE_HZ;
  }
}
