import { once } from 'node:events';
import WebSocket from 'ws';

interface InspectorMessage {
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly workerInfo: { readonly url: string } };
}

/** Environment with which a program's threads can be ended from outside by {@link endThread}. */
export const INSPECTED = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/**
 * Ends one thread of a program that was started with {@link INSPECTED}, as a crash would: without a word.
 *
 * @param output - what the program wrote so far; it says where its inspector listens
 * @param file - end of the name of the script that the thread runs
 * @throws Error when no such thread runs
 */
export async function endThread(output: string, file: string): Promise<void> {
  const url = /Debugger listening on (ws:\S+)/.exec(output)?.[1];
  if (url === undefined) throw new Error('the program has no inspector');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let id = 0;
  const send = (method: string, params: object): void =>
    socket.send(JSON.stringify({ id: ++id, method, params }));
  const found = new Promise<string>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const { method, params } = JSON.parse(data.toString()) as InspectorMessage;
      if (method !== 'NodeWorker.attachedToWorker' || params === undefined) return;
      if (params.workerInfo.url.endsWith(file)) resolve(params.sessionId);
    });
    setTimeout(() => reject(new Error(`no thread runs ${file}`)), 3000).unref();
  });
  send('NodeWorker.enable', { waitForDebuggerOnStart: false });
  try {
    const sessionId = await found;
    const expression = 'process.exit(1)';
    const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } });
    send('NodeWorker.sendMessageToWorker', { sessionId, message });
    await new Promise((resolve) => setTimeout(resolve, 100));
  } finally {
    socket.close();
  }
}
