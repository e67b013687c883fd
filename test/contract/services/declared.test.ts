import { ServiceEndpoint } from '../../../src/app/services/endpoint.js';
import { deskService } from '../../../src/app/services/desk-service.js';
import { KnowledgeFailover, KnowledgeService } from '../../../src/app/services/knowledge-service.js';
import type { Knowledge } from '../../../src/dialog/open-knowledge.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { openOffice, type Office } from '../../eval/conversation/office.js';
import { declaredOf, PACK_FOLDERS } from '../../eval/scenarios/declared.js';
import { playDeclared } from '../../support/declared-talk.js';
import type { Talk } from '../../support/talk.js';
import { TestRole } from './role.js';

/**
 * The same declared conversations in process and through the roles intent, rag and appointment over HTTP: every word
 * and every decision must be the same.
 */
describe.each(Object.entries(PACK_FOLDERS) as [keyof typeof PACK_FOLDERS, string][])(
  'decisions of %s',
  (pack, folder) => {
    let office: Office;
    let intents: TestRole;
    let documents: TestRole;
    let desks: TestRole;
    let remote: Knowledge;
    let endpoint: ServiceEndpoint;
    /** The store of the conversation that is going on: each has its own. */
    let store = new FakeStore({ scheduler: realScheduler });

    beforeAll(async () => {
      office = await openOffice(folder);
      intents = await new TestRole({ knowledge: office.knowledge }).up();
      documents = await new TestRole({ knowledge: office.knowledge }).up();
      const desk = {
        get appointments() {
          return store.appointments;
        },
        get callbacks() {
          return store.callbacks;
        },
        get waitingList() {
          return store.waitingList;
        },
      };
      desks = await new TestRole({ desk }).up();
      endpoint = new ServiceEndpoint(desks.url, undefined);
      const at = (role: TestRole): Knowledge =>
        new KnowledgeService(new ServiceEndpoint(role.url, undefined));
      const options = { scheduler: realScheduler, alikeIntents: 1, alikeDocuments: 1 };
      remote = new KnowledgeFailover([at(intents)], [at(documents)], options);
    }, 120_000);

    afterAll(async () => {
      await Promise.all([remote.close(), endpoint.close()]);
      await Promise.all([intents.down(), documents.down(), desks.down()]);
      await office.close();
    });

    const elsewhere = (): Office => ({
      ...office,
      talk: (options = {}): Talk => {
        if (options.store !== undefined) store = options.store;
        return office.talk({ ...options, knowledge: remote, desk: deskService(endpoint) });
      },
    });

    for (const declared of declaredOf(pack)) {
      test(declared.id, async () => {
        const here = await playDeclared(declared, office);
        const there = await playDeclared(declared, elsewhere());
        expect(there).toEqual(here);
      });
    }
  },
);
