import { InferenceSession, Tensor } from 'onnxruntime-node';
import { addMs, type Scheduler } from '../../kernel/time.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { VAD_INPUT_SAMPLES, VadWindower } from '../core/vad-window.js';
import { brokenModelFile } from '../models.js';
import { VAD_WINDOW_SAMPLES, type VadEngine, type VadStats, type VadStream } from '../ports.js';

/** Median over human and synthetic voices on G.711, against the end of what is within 35 dB of the loudest. */
const END_LAG_MS = 64;
const STATE_UNITS = 128;
/** Values of one stream's recurrent state: two layers. */
const STATE_SIZE = 2 * STATE_UNITS;

/**
 * Digital silence is judged by the model for this many windows (one second); what follows gets the last judgement. A
 * run costs half a millisecond when the processor's caches have gone cold, most of what a silent call costs.
 */
const SILENCE_WINDOWS = 32;
/** Only a judgement this far from speech is repeated. */
const SURE_SILENCE = 0.1;

/** Settings of {@link openSileroVad}. */
export interface SileroVadOptions {
  readonly file: string;
  /** Most windows of one run of the model. Default 32, about 0.8 ms on the call thread. */
  readonly maxBatch?: number;
  /** Windows of one stream that may wait; the oldest gives way. Default 32, about one second. */
  readonly maxBacklog?: number;
  /**
   * How long a window may wait for those of other streams once more than four streams are open. A window alone
   * costs four times as much as one in a batch. Default 4 ms.
   */
  readonly batchWaitMs?: number;
  readonly scheduler?: Scheduler;
  /** Told how long each run of the model took, ms. */
  readonly onRun?: (ms: number) => void;
}

/** Loads Silero VAD. Rejects with MODEL_BROKEN when the weights cannot be loaded or are not this model. */
export async function openSileroVad(options: SileroVadOptions): Promise<SileroVad> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(options.file, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
  } catch (error) {
    throw brokenModelFile('vad', options.file, error);
  }
  if (!session.inputNames.includes('state') || !session.outputNames.includes('stateN')) {
    throw brokenModelFile('vad', options.file, 'inputs');
  }
  const vad = new SileroVad(session, options);
  await vad.warmUp();
  return vad;
}

/** Tensors of one batch size, used again for every run of that size. */
interface BatchTensors {
  readonly input: Float32Array;
  readonly state: Float32Array;
  readonly output: Float32Array;
  readonly nextState: Float32Array;
  readonly feeds: Record<string, Tensor>;
  readonly fetches: Record<string, Tensor>;
}

class SileroStream implements VadStream {
  readonly state = new Float32Array(STATE_SIZE);
  readonly windower: VadWindower;
  open = true;
  /** Windows of digital silence judged in a row, and the last judgement. */
  silentWindows = 0;
  probability = 1;

  constructor(
    readonly onProbability: (probability: number, endSample: number) => void,
    private readonly owner: SileroVad,
    maxBacklog: number,
  ) {
    this.windower = new VadWindower(maxBacklog);
  }

  push(pcm: Int16Array, startSample: number): void {
    if (!this.open) return;
    if (this.windower.push(pcm, startSample)) {
      this.state.fill(0);
      this.silentWindows = 0;
    }
    if (this.windower.pending > 0) this.owner.request();
  }

  /** Answers for a window of lasting silence without the model. Returns false when the model has to. */
  passSilence(): boolean {
    const known = this.silentWindows >= SILENCE_WINDOWS && this.probability < SURE_SILENCE;
    if (!known || !this.windower.silent) return false;
    const end = this.windower.drop();
    if (this.open && end !== undefined) this.onProbability(this.probability, end);
    return true;
  }

  /** Takes the model's judgement. */
  judged(probability: number, endSample: number, silent: boolean): void {
    this.probability = probability;
    this.silentWindows = silent ? this.silentWindows + 1 : 0;
    if (this.open) this.onProbability(probability, endSample);
  }

  close(): void {
    this.open = false;
    this.owner.remove(this);
  }
}

/** Silero VAD at 8 kHz: one run of the model for the windows of all streams. */
export class SileroVad implements VadEngine {
  readonly capabilities = {
    engine: 'silero-v6',
    sampleRateHz: 8000,
    windowSamples: VAD_WINDOW_SAMPLES,
    endLagMs: END_LAG_MS,
  } as const;
  readonly #streams = new Set<SileroStream>();
  readonly #batch: SileroStream[] = [];
  readonly #ends: number[] = [];
  readonly #silent: boolean[] = [];
  readonly #tensors = new Map<number, BatchTensors>();
  readonly #rate = new Tensor('int64', BigInt64Array.of(8000n), []);
  readonly #options: Required<Omit<SileroVadOptions, 'file'>>;
  readonly #counts = { windows: 0, batches: 0, failures: 0, dropped: 0 };
  #scheduled = false;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly session: InferenceSession,
    options: SileroVadOptions,
  ) {
    this.#options = {
      maxBatch: options.maxBatch ?? 32,
      maxBacklog: options.maxBacklog ?? 32,
      batchWaitMs: options.batchWaitMs ?? 4,
      scheduler: options.scheduler ?? realScheduler,
      onRun: options.onRun ?? (() => undefined),
    };
  }

  open(onProbability: (probability: number, endSample: number) => void): VadStream {
    const stream = new SileroStream(onProbability, this, this.#options.maxBacklog);
    if (this.#closed) stream.open = false;
    else this.#streams.add(stream);
    return stream;
  }

  stats(): VadStats {
    let dropped = this.#counts.dropped;
    for (const stream of this.#streams) dropped += stream.windower.dropped;
    return { ...this.#counts, streams: this.#streams.size, dropped };
  }

  /** Runs the model once, so that its memory is planned before the first call. */
  async warmUp(): Promise<void> {
    const tensors = this.#tensorsFor(1);
    await this.session.run(tensors.feeds, tensors.fetches);
  }

  /** A stream has a window. */
  request(): void {
    if (this.#scheduled || this.#running !== undefined || this.#closed) return;
    this.#scheduled = true;
    const { scheduler, batchWaitMs } = this.#options;
    if (this.#streams.size <= 4 || batchWaitMs === 0) setImmediate(() => this.#start());
    else scheduler.at(addMs(scheduler.now(), batchWaitMs), () => this.#start());
  }

  /** A stream was closed. */
  remove(stream: SileroStream): void {
    if (this.#streams.delete(stream)) this.#counts.dropped += stream.windower.dropped;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of [...this.#streams]) stream.close();
    await this.#running;
    await this.session.release();
  }

  #start(): void {
    this.#scheduled = false;
    if (this.#closed || this.#running !== undefined) return;
    this.#running = this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async #drain(): Promise<void> {
    while (!this.#closed && this.#gather() > 0) await this.#runBatch();
  }

  /** Takes at most one window per stream: the next one needs the state that this run gives. */
  #gather(): number {
    this.#batch.length = 0;
    for (const stream of this.#streams) {
      if (this.#batch.length === this.#options.maxBatch) break;
      while (stream.passSilence()) this.#counts.windows++;
      if (stream.windower.pending > 0) this.#batch.push(stream);
    }
    // Streams that got a turn go to the end, so that a full batch starves nobody.
    if (this.#batch.length === this.#options.maxBatch) {
      for (const stream of this.#batch) {
        this.#streams.delete(stream);
        this.#streams.add(stream);
      }
    }
    return this.#batch.length;
  }

  async #runBatch(): Promise<void> {
    const size = this.#batch.length;
    const tensors = this.#tensorsFor(size);
    for (let row = 0; row < size; row++) {
      const stream = this.#batch[row] as SileroStream;
      if (stream.windower.takeSkipped()) stream.state.fill(0);
      this.#silent[row] = stream.windower.silent;
      this.#ends[row] = stream.windower.take(tensors.input, row * VAD_INPUT_SAMPLES) ?? 0;
      copyState(stream.state, 0, 1, tensors.state, row, size);
    }
    const { scheduler, onRun } = this.#options;
    const startedAt = scheduler.now();
    try {
      await this.session.run(tensors.feeds, tensors.fetches);
    } catch {
      this.#counts.failures++;
      this.#counts.dropped += size;
      return;
    }
    onRun(scheduler.now() - startedAt);
    this.#counts.batches++;
    this.#counts.windows += size;
    for (let row = 0; row < size; row++) {
      const stream = this.#batch[row] as SileroStream;
      copyState(tensors.nextState, row, size, stream.state, 0, 1);
      stream.judged(tensors.output[row] ?? 0, this.#ends[row] ?? 0, this.#silent[row] === true);
    }
  }

  #tensorsFor(size: number): BatchTensors {
    let tensors = this.#tensors.get(size);
    if (tensors === undefined) {
      const input = new Float32Array(size * VAD_INPUT_SAMPLES);
      const state = new Float32Array(size * STATE_SIZE);
      const output = new Float32Array(size);
      const nextState = new Float32Array(size * STATE_SIZE);
      tensors = {
        input,
        state,
        output,
        nextState,
        feeds: {
          input: new Tensor('float32', input, [size, VAD_INPUT_SAMPLES]),
          state: new Tensor('float32', state, [2, size, STATE_UNITS]),
          sr: this.#rate,
        },
        fetches: {
          output: new Tensor('float32', output, [size, 1]),
          stateN: new Tensor('float32', nextState, [2, size, STATE_UNITS]),
        },
      };
      this.#tensors.set(size, tensors);
    }
    return tensors;
  }
}

/** Copies one stream's state between tensors of shape [2, streams, 128]. */
function copyState(
  from: Float32Array,
  fromRow: number,
  fromRows: number,
  to: Float32Array,
  toRow: number,
  toRows: number,
): void {
  for (let layer = 0; layer < 2; layer++) {
    const source = (layer * fromRows + fromRow) * STATE_UNITS;
    const target = (layer * toRows + toRow) * STATE_UNITS;
    for (let i = 0; i < STATE_UNITS; i++) to[target + i] = from[source + i] ?? 0;
  }
}
