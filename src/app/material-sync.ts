import type { Knowledge, KeptDocument } from '../dialog/open-knowledge.js';
import { versionSpans, type VersionSpan } from '../documents/core/version-spans.js';
import { addMs, type Scheduler } from '../kernel/time.js';
import type { Material, Materials } from '../store/types.js';
import type { AppLog } from './log.js';

/** How often what other processes and crawls have changed is looked for. */
const EVERY_MS = 10_000;

/** What {@link MaterialSync} works with. */
export interface MaterialSyncParts {
  readonly materials: Pick<Materials, 'all' | 'sections'>;
  readonly knowledge: Pick<Knowledge, 'held' | 'take'>;
  readonly scheduler: Scheduler;
  readonly log: AppLog;
}

/** A document that ought to be searched. */
interface Wanted {
  readonly material: Material;
  readonly span: VersionSpan;
  readonly stamp: string;
}

/**
 * Brings what is searched in step with the materials of the store: after a start, after a crash of either side, and after what other
 * processes have changed. Only the difference is carried over, one document at a time.
 */
export class MaterialSync {
  #running: Promise<void> | undefined;
  #again = false;
  #failing = false;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(private readonly parts: MaterialSyncParts) {}

  /** Begins, and looks again from time to time. */
  start(): void {
    void this.now().catch(() => undefined);
    this.#schedule();
  }

  /**
   * Resolves when everything that was in the store when it was called is searched. Calls during one are answered together by the next.
   *
   * @throws the store's or the knowledge base's error; it is tried again by itself
   */
  async now(): Promise<void> {
    if (this.#running !== undefined) {
      this.#again = true;
      await this.#running.catch(() => undefined);
      if (!this.#again) return this.#running;
      this.#again = false;
    }
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  #schedule(): void {
    const { scheduler } = this.parts;
    this.#cancel = scheduler.at(addMs(scheduler.now(), EVERY_MS), () => {
      if (this.#closed) return;
      void this.now().catch(() => undefined);
      this.#schedule();
    });
  }

  async #run(): Promise<void> {
    const { materials, knowledge, log } = this.parts;
    try {
      const wanted = wantedOf(await materials.all());
      const held = await knowledge.held();
      const remove = Object.keys(held).filter((id) => !wanted.has(id));
      const put = [...wanted].filter(([id, { stamp }]) => held[id] !== stamp);
      for (const [index, [id, { material, span, stamp }]] of put.entries()) {
        const sections = await materials.sections(material.id, span.version);
        // It was removed meanwhile; the next round takes it off.
        if (sections === undefined) continue;
        const document = documentOf(id, material, span, stamp, sections);
        await knowledge.take({ put: [document], more: index < put.length - 1 });
      }
      if (remove.length > 0) await knowledge.take({ remove });
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) log.warn({ err: error }, 'materials cannot be searched yet; it is tried again');
      this.#failing = true;
      throw error;
    }
  }
}

/** True when every version of a material that may answer is searched. */
export function isSearched(material: Material, held: Readonly<Record<string, string>>): boolean {
  return [...wantedOf([material])].every(([id, { stamp }]) => held[id] === stamp);
}

function wantedOf(materials: readonly Material[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const material of materials) {
    for (const span of versionSpans(material.versions)) {
      const { version, piece, validFromMs = '', validUntilMs = '' } = span;
      const stamp = `${validFromMs}-${validUntilMs}-${material.title}`;
      wanted.set(`material-${material.id}-${version}.${piece}`, { material, span, stamp });
    }
  }
  return wanted;
}

function documentOf(
  id: string,
  material: Material,
  span: VersionSpan,
  stamp: string,
  sections: KeptDocument['sections'],
): KeptDocument {
  const { title, subject, versions } = material;
  const { validFromMs, validUntilMs } = span;
  const { filePath = title, language } = versions.find(({ version }) => version === span.version) ?? {};
  return {
    ...{ id, title, stamp, sections, path: filePath, tags: subject === undefined ? [] : [subject] },
    ...(language === undefined ? {} : { language }),
    ...(validFromMs === undefined ? {} : { validFromMs }),
    ...(validUntilMs === undefined ? {} : { validUntilMs }),
  };
}
