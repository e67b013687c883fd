import { createHash, randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { isLeibnizError, LeibnizError } from '../../kernel/errors.js';
import type { KnowledgeContent } from './knowledge-index.js';

const MAGIC = 'LBZIDX01';
const HASH_BYTES = 32;
const HEADER_BYTES = MAGIC.length + HASH_BYTES + 4;

/** Vectors of one model, as `EmbeddingStore.encoded` gave them. */
export interface ModelVectors {
  readonly model: string;
  readonly bytes: Uint8Array;
}

/** An index as a file: what an image carries and every replica reads. */
export interface IndexFile {
  readonly content: KnowledgeContent;
  /** Those of a model that is not used any more are left; those of one that is not here are made. */
  readonly vectors: readonly ModelVectors[];
}

/** What the head of the file says. */
interface Head {
  readonly content: KnowledgeContent;
  readonly models: readonly { readonly model: string; readonly length: number }[];
}

/** The vectors of a model, where the file has them. */
export const vectorsOf = (
  file: Pick<IndexFile, 'vectors'> | undefined,
  model: string,
): Uint8Array | undefined => file?.vectors.find((each) => each.model === model)?.bytes;

/**
 * Writes an index beside its place and renames it, so that a reader has the old one or the new one.
 *
 * @throws the error of the file system; an index that was there stays whole
 */
export async function writeIndexFile(file: string, { content, vectors }: IndexFile): Promise<number> {
  const models = vectors.map(({ model, bytes }) => ({ model, length: bytes.length }));
  const head = Buffer.from(JSON.stringify({ content, models } satisfies Head));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(head.length);
  const body = Buffer.concat([size, head, ...vectors.map(({ bytes }) => bytes)]);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(Buffer.concat([Buffer.from(MAGIC, 'latin1'), digest(body), body]));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return HEADER_BYTES - 4 + body.length;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @throws LeibnizError DOCUMENT_UNREADABLE naming INDEX_PATH: no such file, or not a whole index of this version */
export async function readIndexFile(file: string): Promise<IndexFile> {
  const broken = (reason: string, cause?: unknown): LeibnizError =>
    new LeibnizError(
      'DOCUMENT_UNREADABLE',
      `the index ${file} ${reason}: make it with "leibniz index build --output ${file}"`,
      {
        field: 'INDEX_PATH',
        ...(cause === undefined ? {} : { cause }),
      },
    );
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw broken('cannot be opened', cause);
  });
  const body = bytes.subarray(MAGIC.length + HASH_BYTES);
  const isWhole =
    bytes.length > HEADER_BYTES &&
    bytes.toString('latin1', 0, MAGIC.length) === MAGIC &&
    digest(body).equals(bytes.subarray(MAGIC.length, MAGIC.length + HASH_BYTES));
  if (!isWhole) throw broken('is broken or of another version');
  try {
    const end = 4 + body.readUInt32LE(0);
    const { content, models } = JSON.parse(body.toString('utf8', 4, end)) as Head;
    let at = end;
    const vectors = models.map(({ model, length }) => ({ model, bytes: body.subarray(at, (at += length)) }));
    return { content, vectors };
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw broken('is broken', cause);
  }
}

const digest = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
