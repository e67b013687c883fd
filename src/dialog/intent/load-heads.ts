import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { normalized, type Vector } from '../knowledge/core/vector.js';
import type { CalibratedHead, SentenceHeads } from './core/heads.js';
import { rowLength } from './core/softmax.js';

/** A place in the file of weights, bytes. */
const placeSchema = {
  offset: z.number().int().min(0),
  bytes: z
    .number()
    .int()
    .min(1)
    .max(64 * 1024 * 1024),
};

/** A head as it is kept: a signed byte a weight, with one factor a row. */
export const headSchema = z.strictObject({
  labels: z.array(z.string()).min(1).max(100),
  dimensions: z.number().int().min(1).max(10_000),
  factors: z.array(z.number()),
  scale: z.array(z.number()),
  shift: z.array(z.number()),
  ...placeSchema,
});

/** Vectors of length 1, a signed byte a value. */
const vectorsSchema = z.strictObject({ dimensions: z.number().int().min(1).max(10_000), ...placeSchema });

const fileSchema = z.strictObject({
  model: z.string(),
  acts: headSchema,
  relevance: headSchema,
  background: vectorsSchema,
});

type Stored = z.infer<typeof fileSchema>;
type Place = Pick<Stored['background'], 'offset' | 'bytes'>;

/** A part with its weights, before it has a place. */
type Packed<T> = Omit<T, keyof Place> & { readonly bytes: Int8Array };

/** The file of weights beside the file that says what they are. */
export const weightsFile = (file: string): string => file.replace(/\.json$/, '.bin');

/**
 * Reads the heads of a locale: `locales/<id>/heads.json` says what they are, `heads.bin` beside it holds the weights. Both are
 * made by training/heads.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN, naming the file
 */
export function loadHeads(file: string): SentenceHeads {
  const { stored, at } = readWeights(file, fileSchema);
  const { model, acts, relevance, background } = stored;
  return {
    model,
    acts: unpackHead(acts, at(acts), file),
    relevance: unpackHead(relevance, at(relevance), file),
    background: unpackVectors(background.dimensions, at(background)),
  };
}

/** Description and weights of a pair of files; `at` gives the bytes of a part. @throws LeibnizError as {@link loadHeads} */
export function readWeights<T>(
  file: string,
  schema: z.ZodType<T>,
): { readonly stored: T; readonly at: (place: Place) => Int8Array } {
  const parsed = schema.safeParse(read(file, (path) => JSON.parse(readFileSync(path, 'utf8')) as unknown));
  if (!parsed.success) throw broken(file, parsed.error.issues[0]?.message ?? 'has another shape', false);
  const weights = weightsFile(file);
  const all = read(weights, (path) => readFileSync(path));
  const at = ({ offset, bytes }: Place): Int8Array => {
    if (offset + bytes > all.length) throw broken(weights, 'is too short', false);
    return new Int8Array(all.subarray(offset, offset + bytes));
  };
  return { stored: parsed.data, at };
}

function read<T>(file: string, reader: (path: string) => T): T {
  try {
    return reader(file);
  } catch (cause) {
    const missing = (cause as { readonly code?: unknown } | null)?.code === 'ENOENT';
    throw broken(file, missing ? 'is missing' : 'cannot be read', missing, cause);
  }
}

/** A head with its weights. */
export function unpackHead(
  { labels, dimensions, factors, scale, shift }: Stored['acts'],
  bytes: Int8Array,
  file: string,
): CalibratedHead {
  const length = rowLength(dimensions);
  if (bytes.length !== labels.length * length || factors.length !== labels.length) {
    throw broken(file, 'holds weights of another size', false);
  }
  const values = Float32Array.from(bytes, (byte, k) => byte * (factors[Math.floor(k / length)] ?? 0));
  return { head: { labels, dimensions, weights: values }, scale, shift };
}

function unpackVectors(dimensions: number, bytes: Int8Array): readonly Vector[] {
  return Array.from({ length: Math.floor(bytes.length / dimensions) }, (_one, k) =>
    normalized(bytes.subarray(k * dimensions, (k + 1) * dimensions)),
  );
}

/** Writes heads as {@link loadHeads} reads them. */
export function saveHeads(file: string, { model, acts, relevance, background }: SentenceHeads): void {
  const parts = [packHead(acts), packHead(relevance), packVectors(background)] as const;
  let end = 0;
  const placed = <T>({ bytes, ...rest }: T & { readonly bytes: Int8Array }): Omit<T, 'bytes'> & Place => {
    const offset = end;
    end += bytes.length;
    return { ...rest, offset, bytes: bytes.length };
  };
  const stored = {
    model,
    acts: placed(parts[0]),
    relevance: placed(parts[1]),
    background: placed(parts[2]),
  };
  writeFileSync(file, `${JSON.stringify(stored, null, 1)}\n`);
  writeFileSync(weightsFile(file), Buffer.concat(parts.map(({ bytes }) => Buffer.from(bytes.buffer))));
}

/** A head as it is kept: each row by its greatest weight. */
export function packHead({ head, scale, shift }: CalibratedHead): Packed<Stored['acts']> {
  const { labels, dimensions, weights } = head;
  const length = rowLength(dimensions);
  const rows = labels.map((_label, k) => weights.subarray(k * length, (k + 1) * length));
  const factors = rows.map((row) => row.reduce((top, value) => Math.max(top, Math.abs(value)), 1e-9) / 127);
  const bytes = Int8Array.from(weights, (value, k) =>
    Math.round(value / (factors[Math.floor(k / length)] ?? 1)),
  );
  return { labels: [...labels], dimensions, factors, scale: [...scale], shift: [...shift], bytes };
}

/** Vectors as they are kept. */
function packVectors(vectors: readonly Vector[]): Packed<Stored['background']> {
  const dimensions = vectors[0]?.length ?? 1;
  const bytes = new Int8Array(vectors.length * dimensions);
  vectors.forEach((vector, row) => {
    const top = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    vector.forEach((value, k) => (bytes[row * dimensions + k] = Math.round((value / top) * 127)));
  });
  return { dimensions, bytes };
}

function broken(file: string, reason: string, missing: boolean, cause?: unknown): LeibnizError {
  return new LeibnizError(
    missing ? 'MODEL_MISSING' : 'MODEL_BROKEN',
    `${file} ${reason}: take it from the distribution again`,
    {
      field: file,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
