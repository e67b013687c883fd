import type { ApiPorts, SearchedMaterial } from '../api/ports.js';
import type { Knowledge } from '../dialog/open-knowledge.js';
import { isAllowedHost } from '../net/public-hosts.js';
import { LeibnizError } from '../kernel/errors.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Material, Store } from '../store/types.js';
import type { AppLog } from './log.js';
import { isSearched, MaterialSync } from './material-sync.js';

/** Uploaded and crawled documents: kept by the store, searched by the knowledge base. */
export interface MaterialDesk {
  readonly ports: ApiPorts['materials'];
  stop(): void;
}

/** How long an upload is waited for until it can be asked; after it, it goes on by itself. */
const WAIT_MS = 5000;

/** @param crawlHosts - sites that may be read */
export function openMaterials(
  { materials, jobs }: Pick<Store, 'materials' | 'jobs'>,
  knowledge: Knowledge,
  crawlHosts: readonly string[],
  log: AppLog,
): MaterialDesk {
  const sync = new MaterialSync({ materials, knowledge, log, scheduler: realScheduler });
  sync.start();
  const told = async (found: readonly Material[]): Promise<SearchedMaterial[]> => {
    const held = await knowledge.held().catch(() => ({}));
    return found.map((material) => ({ ...material, searched: isSearched(material, held) }));
  };
  const toldOne = async (material: Material): Promise<SearchedMaterial> => {
    const [first] = await told([material]);
    if (first === undefined) throw new Error('one in, one out');
    return first;
  };
  const whenSearched = async (): Promise<void> => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, WAIT_MS).unref());
    await Promise.race([sync.now().catch(() => undefined), late]);
  };
  return {
    ports: {
      add: async (material) => {
        const kept = await materials.add(material);
        await whenSearched();
        return toldOne(kept);
      },
      addVersion: async (id, version) => {
        const kept = await materials.addVersion(id, version);
        if (kept === undefined) return undefined;
        await whenSearched();
        return toldOne(kept);
      },
      list: async (query) => {
        const { items, total } = await materials.list(query);
        return { items: await told(items), total };
      },
      get: async (id) => {
        const found = await materials.get(id);
        return found === undefined ? undefined : toldOne(found);
      },
      remove: async (id) => {
        const was = await materials.remove(id);
        if (was) await whenSearched();
        return was;
      },
      sections: (id, version) => materials.sections(id, version),
      crawl: async (request) => {
        const foreign = request.urls.find((url) => !isAllowedHost(new URL(url).hostname, crawlHosts));
        if (foreign !== undefined) {
          throw new LeibnizError('BAD_REQUEST', 'This site may not be read: add its host to CRAWL_HOSTS.', {
            field: 'urls',
          });
        }
        const job = await jobs.get(await materials.crawl(request));
        if (job === undefined) throw new LeibnizError('INTERNAL', 'The job of the crawl is not there.');
        return job;
      },
    },
    stop: () => sync.close(),
  };
}
