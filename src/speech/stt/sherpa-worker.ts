import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority } from '../../threads/worker.js';
import type { SherpaMessage } from './core/sherpa.js';
import { SherpaEar, type SherpaModule } from './sherpa-ear.js';

/** What the thread is started with. */
export interface SherpaWorkerData {
  /** `sherpa-onnx-node`, or the path of a module with its interface. */
  readonly module: string;
  /** Configuration of its `OnlineRecognizer`. */
  readonly config: object;
}

/** What the thread is told. */
export type SherpaCommand =
  | { readonly type: 'open'; readonly stream: number; readonly sampleRateHz: number }
  | { readonly type: 'audio'; readonly stream: number; readonly pcm: Int16Array }
  | { readonly type: 'finalize'; readonly stream: number }
  | { readonly type: 'close'; readonly stream: number };

/** What the thread tells. */
export type SherpaReply =
  | { readonly type: 'loaded' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'message'; readonly stream: number; readonly message: SherpaMessage }
  | { readonly type: 'failed'; readonly stream: number };

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
lowerThreadPriority(10);
const data = workerData as SherpaWorkerData;
const tell = (reply: SherpaReply): void => port.postMessage(reply);
const ears = new Map<number, SherpaEar>();

try {
  const module = (await import(data.module)) as { readonly default?: SherpaModule } & SherpaModule;
  const { OnlineRecognizer } = module.default ?? module;
  const recognizer = new OnlineRecognizer(data.config);
  port.on('message', (command: SherpaCommand) => {
    try {
      obey(recognizer, command);
    } catch {
      ears.delete(command.stream);
      tell({ type: 'failed', stream: command.stream });
    }
  });
  tell({ type: 'loaded' });
} catch (error) {
  tell({ type: 'refused', message: error instanceof Error ? (error.message.split('\n')[0] ?? '') : '' });
  port.close();
}

function obey(recognizer: ConstructorParameters<typeof SherpaEar>[0], command: SherpaCommand): void {
  const { stream } = command;
  switch (command.type) {
    case 'open': {
      const ear = new SherpaEar(recognizer, command.sampleRateHz, (message) =>
        tell({ type: 'message', stream, message }),
      );
      ears.set(stream, ear);
      tell({ type: 'message', stream, message: { type: 'ready' } });
      break;
    }
    case 'audio': {
      ears.get(stream)?.push(command.pcm);
      break;
    }
    case 'finalize': {
      ears.get(stream)?.finalize();
      break;
    }
    case 'close': {
      ears.delete(stream);
      break;
    }
  }
}
