import { parentPort } from 'node:worker_threads';
import { exposeRpc } from '../threads/rpc.js';
import { lowerThreadPriority } from '../threads/worker.js';
import { readDocument, type Reading } from './read.js';
import type { SourceFile } from './text-file.js';

const port = parentPort;
if (port === null) throw new Error('reader-worker runs as a worker thread only');
lowerThreadPriority(15);

/** What the thread serves. */
export interface ReaderMethods {
  read(file: SourceFile, contentType?: string): Promise<Reading>;
}

const methods: ReaderMethods = { read: (file, contentType) => readDocument(file, contentType) };
exposeRpc(port, methods);
