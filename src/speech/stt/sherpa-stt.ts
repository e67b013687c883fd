import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { LeibnizError } from '../../kernel/errors.js';
import { err, ok } from '../../kernel/result.js';
import type { Scheduler } from '../../kernel/time.js';
import type { SocketEnd } from '../../net/socket-client.js';
import { startWorker } from '../../threads/worker.js';
import type { SttEngine } from '../ports.js';
import { sherpa } from './core/sherpa.js';
import type { SherpaCommand, SherpaReply, SherpaWorkerData } from './sherpa-worker.js';
import { SocketStt } from './socket-stt.js';
import type { Connection, Transport } from './transport.js';

/** Settings of {@link openSherpaStt}. */
export interface SherpaSttOptions {
  /** Folder with `encoder*.onnx`, `decoder*.onnx`, `joiner*.onnx` and `tokens.txt`. */
  readonly dir: string;
  /** BCP 47; the language of the model, for the record. */
  readonly language: string;
  /** The package, or a module with its interface. Default `sherpa-onnx-node`. */
  readonly module?: string;
  readonly scheduler?: Scheduler;
}

interface Line {
  readonly onMessage: (text: string) => void;
  readonly end: (end: SocketEnd) => void;
}

/**
 * A streaming transducer of sherpa-onnx in a thread of its own. The package `sherpa-onnx-node` and the model are the
 * user's to install.
 *
 * @throws LeibnizError CONFIG_INVALID naming what is missing
 */
export async function openSherpaStt(options: SherpaSttOptions): Promise<SttEngine> {
  const { dir, language, module = 'sherpa-onnx-node', scheduler } = options;
  const workerData: SherpaWorkerData = { module, config: configOf(dir) };
  const worker = startWorker(import.meta.url, './sherpa-worker.js', { name: 'leibniz-sherpa', workerData });
  const host = new SherpaHost(worker);
  await host.loaded(module);
  const engine = new SocketStt({
    protocol: sherpa,
    transport: host.transport,
    languages: [language],
    confidence: true,
    ...(scheduler === undefined ? {} : { scheduler }),
  });
  const close = engine.close.bind(engine);
  return Object.assign(engine, {
    close: async () => {
      await close();
      await host.close();
    },
  });
}

/** Streams of the thread, as connections. */
class SherpaHost {
  readonly #lines = new Map<number, Line>();
  readonly #settled: Promise<SherpaReply>;
  #next = 1;

  constructor(private readonly worker: Worker) {
    this.#settled = new Promise((resolve) => {
      worker.on('message', (reply: SherpaReply) => {
        if (reply.type === 'loaded' || reply.type === 'refused') resolve(reply);
        else if (reply.type === 'failed') this.#end(reply.stream);
        else this.#lines.get(reply.stream)?.onMessage(JSON.stringify(reply.message));
      });
      worker.once('error', () => resolve({ type: 'refused', message: 'its thread has ended' }));
      worker.once('exit', () => {
        resolve({ type: 'refused', message: 'its thread has ended' });
        for (const stream of [...this.#lines.keys()]) this.#end(stream);
      });
    });
  }

  /** @throws LeibnizError CONFIG_INVALID */
  async loaded(module: string): Promise<void> {
    const reply = await this.#settled;
    if (reply.type !== 'refused') return;
    await this.worker.terminate();
    throw new LeibnizError(
      'CONFIG_INVALID',
      `The recogniser "sherpa" cannot be loaded (npm install ${module}): ${reply.message}`,
      { field: 'SHERPA_STT_DIR' },
    );
  }

  readonly transport: Transport = ({ sampleRateHz, onMessage }) => {
    if (this.worker.threadId < 0) {
      return Promise.resolve(err({ kind: 'overloaded', message: 'the recogniser has ended' }));
    }
    const stream = this.#next++;
    const connection: Connection = {
      closed: new Promise((end) => this.#lines.set(stream, { onMessage, end })),
      send: (frame) => {
        if (!this.#lines.has(stream)) return false;
        this.#tell(
          typeof frame === 'string'
            ? { type: 'finalize', stream }
            : {
                type: 'audio',
                stream,
                pcm: new Int16Array(frame.buffer, frame.byteOffset, frame.length >> 1),
              },
        );
        return true;
      },
      close: () => {
        this.#tell({ type: 'close', stream });
        this.#end(stream);
      },
    };
    this.#tell({ type: 'open', stream, sampleRateHz });
    return Promise.resolve(ok(connection));
  };

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  #tell(command: SherpaCommand): void {
    this.worker.postMessage(command);
  }

  #end(stream: number): void {
    this.#lines.get(stream)?.end({ code: 1006, reason: '' });
    this.#lines.delete(stream);
  }
}

/** The configuration of an `OnlineRecognizer` for the model in a folder; int8 files only where there are no others. */
function configOf(dir: string): object {
  let files: readonly string[];
  try {
    files = readdirSync(dir);
  } catch {
    throw missing(dir, 'is no folder that can be read');
  }
  const part = (name: string): string => {
    const found = files.filter((file) => file.startsWith(name) && file.endsWith('.onnx'));
    const file = found.find((candidate) => !candidate.includes('int8')) ?? found[0];
    if (file === undefined) throw missing(dir, `holds no ${name}*.onnx`);
    return join(dir, file);
  };
  if (!files.includes('tokens.txt')) throw missing(dir, 'holds no tokens.txt');
  const transducer = { encoder: part('encoder'), decoder: part('decoder'), joiner: part('joiner') };
  return {
    featConfig: { sampleRate: 16_000, featureDim: 80 },
    modelConfig: { transducer, tokens: join(dir, 'tokens.txt'), numThreads: 1, provider: 'cpu', debug: 0 },
    decodingMethod: 'greedy_search',
    enableEndpoint: true,
    rule1MinTrailingSilence: 2.4,
    rule2MinTrailingSilence: 1.2,
    rule3MinUtteranceLength: 20,
  };
}

const missing = (dir: string, what: string): LeibnizError =>
  new LeibnizError('CONFIG_INVALID', `SHERPA_STT_DIR is "${dir}": it ${what}`, { field: 'SHERPA_STT_DIR' });
