import type { Section } from '../kernel/document.js';
import type { WallMs } from '../kernel/time.js';
import type { Page, Paging } from './paging.js';

/** One text of a material. */
export interface MaterialVersion {
  /** From 1. */
  readonly version: number;
  /** Name of the file, or address of the page. */
  readonly filePath: string;
  readonly kind: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly chars: number;
  /** BCP 47, where the file tells it. */
  readonly language?: string;
  /** It answers from this instant on; from ever unless given. */
  readonly validFromMs?: WallMs;
  /** It answers before this instant; for ever unless given. */
  readonly validUntilMs?: WallMs;
  readonly createdAtMs: WallMs;
}

/** A document that was uploaded or read from a site. A later version answers in place of earlier ones while it is valid. */
export interface Material {
  readonly id: string;
  /** Who uploaded it; absent for crawls, tokens without an account, and accounts that are gone. */
  readonly userId?: string;
  readonly title: string;
  readonly subject?: string;
  readonly source: 'upload' | 'crawl';
  readonly createdAtMs: WallMs;
  readonly updatedAtMs: WallMs;
  /** Newest first. */
  readonly versions: readonly MaterialVersion[];
}

/** A text to be kept. */
export interface NewVersion extends Omit<MaterialVersion, 'version' | 'createdAtMs' | 'chars'> {
  readonly sections: readonly Section[];
}

/** A material to be kept. */
export interface NewMaterial extends NewVersion {
  readonly userId?: string;
  readonly title: string;
  readonly subject?: string;
  readonly source: 'upload' | 'crawl';
}

/** Filter of {@link Materials.list}. */
export interface MaterialQuery extends Paging {
  /** Part of the title, in any case. */
  readonly text?: string;
  readonly subject?: string;
  readonly userId?: string;
  readonly source?: 'upload' | 'crawl';
}

/** What a crawl is to read, and its limits. */
export interface CrawlRequest {
  /** Addresses of pages or sitemaps to begin with. */
  readonly urls: readonly string[];
  readonly maxPages: number;
  /** Links followed one after the other. */
  readonly maxDepth: number;
  readonly subject?: string;
}

/** Characters that all materials may have together. */
export const MAX_MATERIAL_CHARS = 20_000_000;

/** Materials and the crawls that bring them. */
export interface Materials {
  /** @throws LeibnizError CAPACITY_FULL when all texts together are too long */
  add(material: NewMaterial): Promise<Material>;
  /**
   * @returns `undefined` when there is no such material
   * @throws LeibnizError CAPACITY_FULL
   */
  addVersion(id: string, version: NewVersion): Promise<Material | undefined>;
  /** Newest change first. */
  list(query?: MaterialQuery): Promise<Page<Material>>;
  get(id: string): Promise<Material | undefined>;
  /** Removes it with all its versions; true when there was one. */
  remove(id: string): Promise<boolean>;
  /** All of them, for whoever searches them. */
  all(): Promise<readonly Material[]>;
  /** The text of a version. */
  sections(id: string, version: number): Promise<readonly Section[] | undefined>;
  /** Begins a crawl as a job of type `crawl`; gives the id of the job. */
  crawl(request: CrawlRequest): Promise<string>;
}

/** Names of the methods of {@link Materials}; the compiler misses one that is forgotten. */
export const MATERIAL_METHODS = Object.keys({
  add: 0,
  addVersion: 0,
  list: 0,
  get: 0,
  remove: 0,
  all: 0,
  sections: 0,
  crawl: 0,
} satisfies Record<keyof Materials, 0>) as readonly (keyof Materials)[];
