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
