import { KnowledgeFailover } from '../../../src/app/services/knowledge-service.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import { VirtualTime } from '../../support/virtual-time.js';

test('a role intent or rag that stalls costs its hedge at most, and nothing after two', async () => {
  const time = new VirtualTime();
  const stalled = new FakeKnowledge({ scheduler: time, delayMs: 60_000 });
  const own = new FakeKnowledge({ scheduler: time, answers: { open: 'From nine.' } });
  const both = [stalled, own];
  const knowledge = new KnowledgeFailover(both, both, {
    ...{ scheduler: time, alikeIntents: 1, alikeDocuments: 1 },
  });
  /** What each of three requests takes, one every so often: the stalled role has failed by then. */
  const took = async (everyMs: number, ask: () => Promise<unknown>): Promise<readonly number[]> => {
    const all: number[] = [];
    for (let i = 0; i < 3; i++) {
      const startedAt = time.now();
      void ask().then(() => all.push(time.now() - startedAt));
      await time.advance(everyMs);
    }
    return all;
  };
  expect(await took(1500, () => knowledge.classify('hello'))).toEqual([400, 400, 0]);
  expect(await took(3500, () => knowledge.query('When are you open?'))).toEqual([1000, 1000, 0]);
  await knowledge.close();
});
