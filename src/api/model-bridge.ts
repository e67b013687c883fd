import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ChatRequest, ModelEvent } from '../dialog/llm/types.js';
import type { ModelPorts } from './ports.js';

/** Opens an answer on the API thread: its events come over a message port of their own, and closing it gives it up. */
export function openModelAhead(
  remote: (request: ChatRequest, port: MessagePort) => Promise<unknown>,
  request: ChatRequest,
  onEvent: (event: ModelEvent) => void,
  signal: AbortSignal | undefined,
): void {
  const { port1: port, port2 } = new MessageChannel();
  let over = false;
  const end = (event: ModelEvent): void => {
    if (over) return;
    over = true;
    port.close();
    onEvent(event);
  };
  const lost: ModelEvent = {
    type: 'failed',
    failure: { kind: 'overloaded', message: 'the model cannot be asked' },
  };
  port.on('message', (event: ModelEvent) => {
    if (event.type === 'done' || event.type === 'failed') end(event);
    else if (!over) onEvent(event);
  });
  port.on('close', () => end(lost));
  signal?.addEventListener(
    'abort',
    () => end({ type: 'failed', failure: { kind: 'caller_abort', message: 'the request was given up' } }),
    { once: true },
  );
  remote(request, port2).catch(() => end(lost));
}

/** Opens an answer for the API thread, where the model is. */
export function openModelBehind(models: ModelPorts, request: ChatRequest, port: MessagePort): Promise<void> {
  const abort = new AbortController();
  port.on('close', () => abort.abort());
  models.open(
    request,
    (event) => {
      if (!abort.signal.aborted) port.postMessage(event);
    },
    abort.signal,
  );
  return Promise.resolve();
}
