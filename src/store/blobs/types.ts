/** What is kept beside a blob: short texts, names in lower case. No personal data. */
export type BlobFacts = Readonly<Record<string, string>>;

/** A blob that is kept. */
export interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly facts: BlobFacts;
}

/**
 * Files by key: spoken audio, recordings. A key is `folder/name.ext` of lower-case letters, digits and `. _ -`, at most 200
 * characters. The least recently used give way when the store is full.
 */
export interface BlobStore {
  /**
   * Keeps a blob, in place of an older one.
   *
   * @returns false when it is larger than the store allows
   * @throws LeibnizError STORE_UNAVAILABLE when it cannot be written
   */
  put(key: string, bytes: Uint8Array, facts: BlobFacts): Promise<boolean>;
  /** The facts of a blob, which counts as a use; undefined when there is none. */
  facts(key: string): Promise<BlobFacts | undefined>;
  /** The blob; undefined when there is none. */
  get(key: string): Promise<StoredBlob | undefined>;
  delete(key: string): Promise<void>;
  /**
   * An address where anybody may fetch the blob for a time: a path of the API, or an absolute address of the service that
   * keeps it.
   */
  signedUrl(key: string, validMs: number): Promise<string>;
}

/** A file that grows while it is written. */
export interface GrowingFile {
  /** Writes at a place, also before the end of what is there. */
  write(at: number, bytes: Uint8Array): Promise<void>;
  /** No more comes: it is on the disk, and has its name. */
  finish(): Promise<void>;
  /** Nothing of it is kept. */
  discard(): Promise<void>;
}

/**
 * Large files by name, written and read piece by piece: recordings. None gives way to another. A name is of lower-case letters,
 * digits and `. _ -`.
 */
export interface StreamStore {
  /** @throws LeibnizError STORE_UNAVAILABLE */
  create(name: string): Promise<GrowingFile>;
  /** Length in bytes of a finished file; undefined when there is none. */
  size(name: string): Promise<number | undefined>;
  /** Bytes from a place on, fewer at the end; undefined when there is no such file. */
  read(name: string, from: number, length: number): Promise<Uint8Array | undefined>;
  /** Removes it, finished or not; true when there was one. */
  delete(name: string): Promise<boolean>;
  /** Names of what is finished, and of what is not: a process that is gone was writing it. */
  names(): Promise<{ readonly finished: readonly string[]; readonly unfinished: readonly string[] }>;
  /** Takes up an unfinished file, with its length. */
  reopen(name: string): Promise<{ readonly file: GrowingFile; readonly size: number }>;
  /** Bytes of an unfinished file. */
  readUnfinished(name: string, from: number, length: number): Promise<Uint8Array | undefined>;
}
