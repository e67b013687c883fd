import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { isLeibnizError, LeibnizError } from '../../kernel/errors.js';
import { z } from 'zod';
import type { KnowledgeDocument } from './core/chunk.js';
import type { KnowledgeContent } from './knowledge-index.js';
import type { SynonymGroup } from './core/thesaurus.js';
import { csvSections } from './core/csv.js';
import { firstHeading, markdownSections, plainSections } from './core/markdown.js';

/** Bounds of one knowledge base; more is an error, so that a wrong path does not fill the memory. */
export const DOCUMENT_LIMITS = { files: 2000, bytesPerFile: 2_000_000, depth: 8 } as const;

const EXTENSIONS = new Set(['.md', '.markdown', '.txt', '.csv']);

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
 * @throws LeibnizError DOCUMENT_UNREADABLE naming the first file that cannot be used
 */
export async function loadKnowledge(folder: string): Promise<KnowledgeContent> {
  return { documents: await loadDocuments(folder), synonyms: await loadSynonyms(folder) };
}

async function loadSynonyms(folder: string): Promise<readonly SynonymGroup[]> {
  const file = join(folder, SYNONYMS_FILE);
  const target = await realpath(file).catch(() => undefined);
  if (target === undefined) return [];
  if (!isInside(folder, target)) {
    throw unreadable(SYNONYMS_FILE, 'it is a link that leads out of the knowledge base');
  }
  const text = await readText(file, SYNONYMS_FILE);
  try {
    return SYNONYMS.parse(parseYaml(text) ?? []);
  } catch (cause) {
    throw unreadable(SYNONYMS_FILE, 'it is not a list of lists of words', cause);
  }
}

/**
 * Reads every `.md`, `.txt` and `.csv` file of a folder, sub-folders included, in order of path. Files and
 * folders whose names begin with a dot or an underscore, and `README.md`, are left out.
 *
 * @param folder - a real path; links that lead out of it are refused
 * @throws LeibnizError DOCUMENT_UNREADABLE naming the first file that cannot be read
 */
export async function loadDocuments(folder: string): Promise<KnowledgeDocument[]> {
  const files: string[] = [];
  await collect(folder, folder, 0, files);
  const documents: KnowledgeDocument[] = [];
  const seen = new Map<string, string>();
  for (const file of files.sort()) {
    const document = await loadDocument(folder, file);
    const twin = seen.get(document.id);
    if (twin !== undefined) {
      throw unreadable(document.path, `its id "${document.id}" is already used by ${twin}`);
    }
    seen.set(document.id, document.path);
    documents.push(document);
  }
  return documents;
}

async function collect(root: string, folder: string, depth: number, files: string[]): Promise<void> {
  if (depth > DOCUMENT_LIMITS.depth) throw unreadable(relative(root, folder), 'it lies too deep');
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
    else if (info.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase())) files.push(path);
    if (files.length > DOCUMENT_LIMITS.files) {
      throw unreadable(relative(root, path), `there are more than ${DOCUMENT_LIMITS.files} documents`);
    }
  }
}

async function loadDocument(root: string, file: string): Promise<KnowledgeDocument> {
  const path = relative(root, file).split(sep).join('/');
  const text = await readText(file, path);
  const extension = extname(file).toLowerCase();
  const name = basename(file, extname(file));
  try {
    if (extension === '.csv') {
      return { id: name, title: titleOf(name), tags: [], path, sections: csvSections(text) };
    }
    if (extension === '.txt') {
      return { id: name, title: titleOf(name), tags: [], path, sections: plainSections(text) };
    }
    const { meta, body } = splitFrontMatter(text, path);
    return {
      id: stringField(meta, 'id') ?? name,
      title: stringField(meta, 'title') ?? firstHeading(body) ?? titleOf(name),
      tags: tagList(meta['tags']),
      path,
      sections: markdownSections(body),
    };
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw unreadable(path, 'it could not be parsed', cause);
  }
}

async function readText(file: string, path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(file);
    if (size > DOCUMENT_LIMITS.bytesPerFile) {
      throw unreadable(path, `it is larger than ${DOCUMENT_LIMITS.bytesPerFile} bytes`);
    }
    bytes = await readFile(file);
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw unreadable(path, 'it cannot be opened', cause);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw unreadable(path, 'it is not UTF-8 text', cause);
  }
  if (text.includes('\0')) throw unreadable(path, 'it is not a text file');
  return text;
}

function splitFrontMatter(text: string, path: string): { meta: Record<string, unknown>; body: string } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  if (match === null) {
    if (/^---\r?\n/.test(text)) throw unreadable(path, 'its front matter has no closing ---');
    return { meta: {}, body: text };
  }
  let meta: unknown;
  try {
    meta = parseYaml(match[1] ?? '');
  } catch (cause) {
    throw unreadable(path, 'its front matter is not valid YAML', cause);
  }
  if (meta === null) return { meta: {}, body: text.slice(match[0].length) };
  if (typeof meta !== 'object' || Array.isArray(meta)) {
    throw unreadable(path, 'its front matter is not a mapping');
  }
  return { meta: meta as Record<string, unknown>, body: text.slice(match[0].length) };
}

function stringField(meta: Record<string, unknown>, key: string): string | undefined {
  const value = meta[key];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function tagList(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((tag): tag is string => typeof tag === 'string');
}

function titleOf(name: string): string {
  const text = name.replace(/[-_]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function unreadable(path: string, reason: string, cause?: unknown): LeibnizError {
  return new LeibnizError(
    'DOCUMENT_UNREADABLE',
    `document ${path} of the knowledge base cannot be used: ${reason}; repair or remove it`,
    { field: path, ...(cause === undefined ? {} : { cause }) },
  );
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
