import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { KIND_OF_ENDING, type FileKind } from '../../documents/core/kind.js';
import { DOCUMENT_LIMITS } from '../../documents/core/limits.js';
import { DocumentReader } from '../../documents/reader.js';
import { nameOf, readTextFile, utf8Text, type ReadText } from '../../documents/text-file.js';
import { unreadable } from '../../documents/unreadable.js';
import type { KnowledgeDocument } from '../../kernel/document.js';
import { isLeibnizError, LeibnizError } from '../../kernel/errors.js';
import type { SynonymGroup } from './core/thesaurus.js';
import type { KnowledgeContent } from './knowledge-index.js';

/** Bounds of one knowledge base; more is an error, so that a wrong path does not fill the memory. */
export const FOLDER_LIMITS = { files: 2000, depth: 8 } as const;

/** Files that were read before, by path; what has not changed since is not read again. */
export type ReadBefore = Map<string, { readonly stamp: string; readonly document: KnowledgeDocument }>;

/**
 * The real folder of a knowledge base, checked to lie in one of `roots` after every symbolic link is resolved.
 *
 * @throws LeibnizError BAD_REQUEST (field `knowledge_base_path`) for a path outside the roots, NOT_FOUND for one
 *   that does not exist or is no folder
 */
export async function confinedFolder(path: string, roots: readonly string[]): Promise<string> {
  const refused = new LeibnizError(
    'BAD_REQUEST',
    'knowledge_base_path is outside the configured folders: give a folder inside one of them',
    { field: 'knowledge_base_path' },
  );
  const absolute = resolve(path);
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const inside = (candidate: string): boolean =>
    realRoots.some((root) => root !== undefined && isInside(root, candidate));
  const real = await realpath(absolute).catch(() => undefined);
  if (real === undefined) {
    // Whether a path outside exists is nobody's business.
    if (!inside(absolute) && !roots.some((root) => isInside(resolve(root), absolute))) throw refused;
    throw missingFolder(path);
  }
  if (!inside(real)) throw refused;
  if (!(await stat(real)).isDirectory()) throw missingFolder(path);
  return real;
}

/** Name of the optional file of synonyms at the top of a knowledge base. */
export const SYNONYMS_FILE = 'synonyms.yaml';

const SYNONYMS = z.array(z.array(z.string().trim().min(1).max(80)).min(2).max(50)).max(2000);

/**
 * Reads a knowledge base: its documents and its synonyms.
 *
 * @param folder - as {@link confinedFolder} gave it
 * @param before - what was read the last time; brought up to date
 * @throws LeibnizError DOCUMENT_UNREADABLE naming the first file that cannot be used
 */
export async function loadKnowledge(
  folder: string,
  before: ReadBefore = new Map() as ReadBefore,
): Promise<KnowledgeContent> {
  return { documents: await loadDocuments(folder, before), synonyms: await loadSynonyms(folder) };
}

async function loadSynonyms(folder: string): Promise<readonly SynonymGroup[]> {
  const file = join(folder, SYNONYMS_FILE);
  const target = await realpath(file).catch(() => undefined);
  if (target === undefined) return [];
  if (!isInside(folder, target)) {
    throw unreadable(SYNONYMS_FILE, 'it is a link that leads out of the knowledge base');
  }
  const text = utf8Text(await readBytes(file, SYNONYMS_FILE, DOCUMENT_LIMITS.textBytes), SYNONYMS_FILE);
  try {
    return SYNONYMS.parse(parseYaml(text) ?? []);
  } catch (cause) {
    throw unreadable(SYNONYMS_FILE, 'it is not a list of lists of words', cause);
  }
}

/**
 * Reads every Markdown, text, table, HTML, PDF and Word file of a folder, sub-folders included, in order of path. Files and
 * folders whose names begin with a dot or an underscore, and `README.md`, are left out.
 */
export async function loadDocuments(
  folder: string,
  before: ReadBefore = new Map() as ReadBefore,
): Promise<KnowledgeDocument[]> {
  const files: string[] = [];
  await collect(folder, folder, 0, files);
  const reader = new DocumentReader();
  const read: ReadBefore = new Map() as ReadBefore;
  const seen = new Map<string, string>();
  try {
    for (const file of files.sort()) {
      const path = relative(folder, file).split(sep).join('/');
      const { mtimeMs, size } = await stat(file);
      const stamp = `${folder}\0${mtimeMs}\0${size}`;
      const known = before.get(path);
      const document = known?.stamp === stamp ? known.document : await loadDocument(reader, file, path);
      const twin = seen.get(document.id);
      if (twin !== undefined) throw unreadable(path, `its id "${document.id}" is already used by ${twin}`);
      seen.set(document.id, path);
      read.set(path, { stamp, document });
    }
  } finally {
    await reader.close();
  }
  before.clear();
  for (const [path, entry] of read) before.set(path, entry);
  return [...read.values()].map(({ document }) => document);
}

async function collect(root: string, folder: string, depth: number, files: string[]): Promise<void> {
  if (depth > FOLDER_LIMITS.depth) throw unreadable(relative(root, folder), 'it lies too deep');
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    if (/^[._]/.test(entry.name) || /^readme\.(?:md|txt)$/i.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) {
      const target = await realpath(path).catch(() => undefined);
      if (target === undefined || !isInside(root, target)) {
        throw unreadable(relative(root, path), 'it is a link that leads out of the knowledge base');
      }
    }
    const info = await stat(path);
    // A linked folder could contain itself; linked files are enough.
    if (entry.isDirectory()) await collect(root, path, depth + 1, files);
    else if (info.isFile() && claimedKind(entry.name) !== undefined) files.push(path);
    if (files.length > FOLDER_LIMITS.files) {
      throw unreadable(relative(root, path), `there are more than ${FOLDER_LIMITS.files} documents`);
    }
  }
}

/** Files that the office wrote as text are read here; the others by a thread that may end with them. */
async function loadDocument(reader: DocumentReader, file: string, path: string): Promise<KnowledgeDocument> {
  const kind = claimedKind(path);
  const isText = kind === 'markdown' || kind === 'text' || kind === 'csv';
  const bytes = await readBytes(file, path, isText ? DOCUMENT_LIMITS.textBytes : DOCUMENT_LIMITS.bytes);
  const read = isText ? textOf(bytes, path, kind) : (await reader.read({ bytes, path })).document;
  const { ownId, ...document } = read;
  return { id: ownId ?? nameOf(path), ...document };
}

function textOf(bytes: Uint8Array, path: string, kind: 'markdown' | 'text' | 'csv'): ReadText {
  try {
    return readTextFile({ bytes, path }, kind);
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw unreadable(path, 'it could not be parsed', cause);
  }
}

const claimedKind = (name: string): FileKind | undefined =>
  KIND_OF_ENDING[/\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''];

async function readBytes(file: string, path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) throw unreadable(path, `it is larger than ${maxBytes} bytes`);
    return await readFile(file);
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw unreadable(path, 'it cannot be opened', cause);
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function missingFolder(path: string): LeibnizError {
  return new LeibnizError(
    'NOT_FOUND',
    `knowledge base folder ${path} does not exist: create it or correct the path`,
    {
      field: 'knowledge_base_path',
    },
  );
}
