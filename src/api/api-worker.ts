import { parentPort, workerData } from 'node:worker_threads';
import { isLeibnizError } from '../kernel/errors.js';
import { createLogger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { observeRuntime } from '../telemetry/runtime.js';
import { connectRpc, exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { remotePorts, type FlatPorts } from './bridge.js';
import { buildApi } from './build.js';
import { describeListenError } from './listen-error.js';
import { metricsObserver } from './observer.js';
import type { ApiWorkerControl, ApiWorkerData, ApiWorkerMessage } from './worker-protocol.js';

/** Below the call thread, above the inference workers. */
const NICE = 5;

if (parentPort !== null) await serve(parentPort, workerData as ApiWorkerData);

async function serve(parent: NonNullable<typeof parentPort>, data: ApiWorkerData): Promise<void> {
  lowerThreadPriority(NICE);
  const tell = (message: ApiWorkerMessage): void => parent.postMessage(message);
  const metrics = createMetrics('api');
  const log = createLogger({ level: data.logLevel, pii: data.logPii, fd: 2 }).child({ part: 'api' });
  const stopObserving = observeRuntime(metrics, 'api');
  const { remote } = connectRpc<FlatPorts>(parent);
  try {
    const app = await buildApi(remotePorts(remote), data.options, {
      log,
      observer: metricsObserver(metrics),
      metrics: () => metrics.text(),
    });
    const control: ApiWorkerControl = {
      close: async () => {
        stopObserving();
        await app.close();
        // The reply still goes out; without a listener on the port the thread then ends.
        setImmediate(() => parent.close());
      },
    };
    exposeRpc(parent, control);
    await app.listen({ host: data.options.host, port: data.port });
    const address = app.server.address();
    tell({
      api: 'listening',
      port: typeof address === 'object' && address !== null ? address.port : data.port,
    });
  } catch (error) {
    stopObserving();
    const known = isLeibnizError(error) ? error : describeListenError(error, data.options.host, data.port);
    const { code, message, field } = known;
    tell({ api: 'failed', code, message, ...(field === undefined ? {} : { field }) });
    parent.close();
  }
}
