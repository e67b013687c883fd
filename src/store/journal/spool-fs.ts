import { mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';

/** An open spool file. */
export interface SpoolFile {
  append(data: string): Promise<void>;
  /** Returns when the data would survive a power cut (fdatasync). */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/** What the spool needs of a file system; tests pass one that is full. */
export interface SpoolFs {
  makeFolder(folder: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  info(file: string): Promise<{ readonly bytes: number; readonly changedAtMs: number }>;
  read(file: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  create(file: string): Promise<SpoolFile>;
}

/** The real file system, asynchronous throughout: a slow disk stalls the spool, not its thread. */
export const nodeSpoolFs: SpoolFs = {
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  },
  list: (folder) => readdir(folder),
  info: async (file) => {
    const { size, mtimeMs } = await stat(file);
    return { bytes: size, changedAtMs: mtimeMs };
  },
  read: (file) => readFile(file, 'utf8'),
  rename: (from, to) => rename(from, to),
  remove: (file) => unlink(file),
  create: async (file) => {
    const handle = await open(file, 'ax', 0o600);
    return {
      append: async (data) => {
        await handle.appendFile(data);
      },
      sync: () => handle.datasync(),
      truncate: (bytes) => handle.truncate(bytes),
      close: () => handle.close(),
    };
  },
};
