import { parse as parseYaml } from 'yaml';
import type { KnowledgeDocument } from '../kernel/document.js';
import { csvSections } from './core/csv.js';
import { DOCUMENT_LIMITS } from './core/limits.js';
import { firstHeading, markdownSections, plainSections } from './core/markdown.js';
import { unreadable } from './unreadable.js';

/** A file that is to be read. */
export interface SourceFile {
  readonly bytes: Uint8Array;
  /** Name of the file or address of the page, as errors and sources name it. */
  readonly path: string;
}

/** What a reader makes of a file; the id is given by whoever keeps it. */
export type ReadText = Omit<KnowledgeDocument, 'id'> & {
  /** The id that the file gives itself. */
  readonly ownId?: string;
};

/**
 * Reads Markdown with optional front matter (`id`, `title`, `tags`, `language`), text or a table.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE
 */
export function readTextFile({ bytes, path }: SourceFile, kind: 'markdown' | 'text' | 'csv'): ReadText {
  const text = utf8Text(bytes, path);
  const base = { tags: [], path };
  if (kind === 'csv') return { ...base, title: titleOf(path), sections: csvSections(text) };
  if (kind === 'text') return { ...base, title: titleOf(path), sections: plainSections(text) };
  const { meta, body } = splitFrontMatter(text, path);
  const ownId = stringField(meta, 'id');
  const language = stringField(meta, 'language');
  return {
    title: stringField(meta, 'title') ?? firstHeading(body) ?? titleOf(path),
    tags: tagList(meta['tags']),
    path,
    sections: markdownSections(body),
    ...(ownId === undefined ? {} : { ownId }),
    ...(language === undefined ? {} : { language }),
  };
}

/**
 * The text of a file.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE unless it is UTF-8 text of a bearable length
 */
export function utf8Text(bytes: Uint8Array, path: string): string {
  if (bytes.length > DOCUMENT_LIMITS.textBytes) {
    throw unreadable(path, `it is larger than ${DOCUMENT_LIMITS.textBytes} bytes`);
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

/** A title from the name of a file: "opening-hours.md" is "Opening hours". */
export function titleOf(path: string): string {
  const text = nameOf(path).replace(/[-_]+/g, ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The name of a file without folders and ending. */
export function nameOf(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  return name.replace(/\.[a-z0-9]{1,8}$/i, '');
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
