import { closeSync, fsyncSync, openSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** An open file or folder of Emscripten's NODEFS. */
interface NodeStream {
  /** File descriptor of the host; folders have none. */
  readonly nfd?: number;
  readonly node: unknown;
}

/** The part of NODEFS that is added to: it has no `fsync` of its own, and the engine then takes it for done. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: NodeStream) => number };
  realPath(node: unknown): string;
}

/**
 * The host's file system for the embedded database, with fsync: what the database has confirmed survives a power cut.
 */
export class DurableFs extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const addFsync = (module: object): void => {
      const nodeFs = (module as { readonly NODEFS: NodeFileSystem }).NODEFS;
      nodeFs.stream_ops.fsync = (stream) => {
        syncStream(nodeFs, stream);
        return 0;
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [addFsync, ...(emscriptenOpts.preRun ?? [])] } };
  }
}

function syncStream(nodeFs: NodeFileSystem, { nfd, node }: NodeStream): void {
  if (nfd !== undefined) {
    fsyncSync(nfd);
    return;
  }
  const folder = openSync(nodeFs.realPath(node), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Parameters of the engine: its own without `-F`, which switches fsync off, and with the method that the file system
 * has; fdatasync does nothing there.
 */
export const DURABLE_PARAMS: readonly string[] = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];
