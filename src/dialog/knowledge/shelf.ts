import type { KnowledgeDocument } from '../../kernel/document.js';
import { LeibnizError } from '../../kernel/errors.js';
import { confinedFolder, loadKnowledge, type ReadBefore } from './documents.js';
import { readIndexFile, type ModelVectors } from './index-file.js';
import type { KnowledgeContent } from './knowledge-index.js';
import type { DocumentChange, KeptDocument } from './types.js';

/** Where documents are read from. */
export interface ShelfOptions {
  readonly knowledgeBaseDir: string;
  /** An index file in place of the folder. */
  readonly indexPath?: string;
  /** Folders that may be read beside the first. */
  readonly roots: readonly string[];
}

/** Bounds of the documents that are not of the folder. */
export const KEPT_LIMITS = { documents: 5000, chars: 20_000_000 } as const;

/** Documents as they were read. */
export interface ShelfReading {
  readonly folder: string;
  readonly content: KnowledgeContent;
  /** Vectors that came with them. */
  readonly vectors?: readonly ModelVectors[];
}

/** The documents of one knowledge base: those of its folder or index file, and those that are given from outside. */
export class Shelf {
  #folder: string;
  #content: KnowledgeContent = { documents: [], synonyms: [] };
  readonly #kept = new Map<string, KeptDocument>();
  readonly #before: ReadBefore = new Map() as ReadBefore;

  constructor(private readonly options: ShelfOptions) {
    this.#folder = options.knowledgeBaseDir;
  }

  /**
   * Reads folder or file; nothing changes until {@link accept}.
   *
   * @param path - another folder than the last one
   * @throws LeibnizError DOCUMENT_UNREADABLE, NOT_FOUND or BAD_REQUEST
   */
  async read(path?: string): Promise<ShelfReading> {
    const { indexPath, knowledgeBaseDir, roots } = this.options;
    if (path === undefined && indexPath !== undefined) {
      return { folder: this.#folder, ...(await readIndexFile(indexPath)) };
    }
    const folder = await confinedFolder(path ?? this.#folder, [knowledgeBaseDir, ...roots]);
    return { folder, content: await loadKnowledge(folder, this.#before) };
  }

  accept({ folder, content }: ShelfReading): void {
    this.#folder = folder;
    this.#content = content;
  }

  /**
   * Puts documents on the shelf and takes others off.
   *
   * @returns whether anything is different now
   * @throws LeibnizError CAPACITY_FULL, with nothing changed
   */
  change({ put = [], remove = [] }: DocumentChange): boolean {
    const next = new Map(this.#kept);
    for (const id of remove) next.delete(id);
    for (const document of put) next.set(document.id, document);
    const chars = [...next.values()].reduce((sum, document) => sum + lengthOf(document), 0);
    if (next.size > KEPT_LIMITS.documents || chars > KEPT_LIMITS.chars) {
      throw new LeibnizError(
        'CAPACITY_FULL',
        'the knowledge base is full: remove documents that are no longer needed',
      );
    }
    const isDifferent =
      remove.some((id) => this.#kept.has(id)) ||
      put.some(({ id, stamp }) => this.#kept.get(id)?.stamp !== stamp);
    this.#kept.clear();
    for (const [id, document] of next) this.#kept.set(id, document);
    return isDifferent;
  }

  /** Stamps by id of what was put. */
  held(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#kept].map(([id, { stamp }]) => [id, stamp]));
  }

  /** Everything that answers at `nowMs` or later. */
  content(nowMs: number, { documents, synonyms }: KnowledgeContent = this.#content): KnowledgeContent {
    const kept = [...this.#kept.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const isOver = ({ validUntilMs }: KnowledgeDocument): boolean =>
      validUntilMs !== undefined && validUntilMs <= nowMs;
    return { documents: [...documents, ...kept].filter((document) => !isOver(document)), synonyms };
  }
}

const lengthOf = ({ sections }: KnowledgeDocument): number =>
  sections.reduce((sum, { paragraphs }) => sum + paragraphs.reduce((part, text) => part + text.length, 0), 0);
