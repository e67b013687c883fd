import type { Section } from '../../kernel/document.js';
import { wallMs } from '../../kernel/time.js';
import type {
  CrawlRequest,
  Material,
  MaterialQuery,
  Materials,
  NewMaterial,
  NewVersion,
} from '../material-types.js';
import type { Page } from '../paging.js';
import { pageOf } from './fake-lists.js';

/** Materials in memory; crawls are noted and never run. */
export class FakeMaterials implements Materials {
  readonly crawls: CrawlRequest[] = [];
  readonly #kept = new Map<string, Material>();
  readonly #sections = new Map<string, readonly Section[]>();
  #made = 0;

  constructor(private readonly wall: () => number) {}

  async add(material: NewMaterial): Promise<Material> {
    const id = `material-${++this.#made}`;
    const { title, source, userId, subject } = material;
    const nowMs = wallMs(this.wall());
    const base = { id, title, source, createdAtMs: nowMs, updatedAtMs: nowMs, versions: [] };
    this.#kept.set(id, {
      ...base,
      ...(userId === undefined ? {} : { userId }),
      ...(subject === undefined ? {} : { subject }),
    });
    return this.#put(id, material);
  }

  async addVersion(id: string, version: NewVersion): Promise<Material | undefined> {
    return this.#kept.has(id) ? this.#put(id, version) : undefined;
  }

  async list(query: MaterialQuery = {}): Promise<Page<Material>> {
    const items = [...this.#kept.values()].filter(
      ({ title, subject, userId, source }) =>
        title.toLowerCase().includes((query.text ?? '').toLowerCase()) &&
        (query.subject ?? subject) === subject &&
        (query.userId ?? userId) === userId &&
        (query.source ?? source) === source,
    );
    return pageOf(items.reverse(), query);
  }

  async get(id: string): Promise<Material | undefined> {
    return this.#kept.get(id);
  }

  async remove(id: string): Promise<boolean> {
    return this.#kept.delete(id);
  }

  async all(): Promise<readonly Material[]> {
    return [...this.#kept.values()];
  }

  async sections(id: string, version: number): Promise<readonly Section[] | undefined> {
    return this.#kept.has(id) ? this.#sections.get(`${id} ${version}`) : undefined;
  }

  async crawl(request: CrawlRequest): Promise<string> {
    this.crawls.push(request);
    return `crawl-${this.crawls.length}`;
  }

  #put(id: string, { sections, ...version }: NewVersion): Material {
    const known = this.#kept.get(id);
    if (known === undefined) throw new Error('there is no such material');
    const number = known.versions.length + 1;
    const { filePath, kind, bytes, sha256, language, validFromMs, validUntilMs } = version;
    this.#sections.set(`${id} ${number}`, sections);
    const nowMs = wallMs(this.wall());
    const made: Material = {
      ...known,
      updatedAtMs: nowMs,
      versions: [
        {
          ...{ version: number, filePath, kind, bytes, sha256, createdAtMs: nowMs },
          chars: sections.reduce((sum, { paragraphs }) => sum + paragraphs.join('').length, 0),
          ...(language === undefined ? {} : { language }),
          ...(validFromMs === undefined ? {} : { validFromMs }),
          ...(validUntilMs === undefined ? {} : { validUntilMs }),
        },
        ...known.versions,
      ],
    };
    this.#kept.set(id, made);
    return made;
  }
}
