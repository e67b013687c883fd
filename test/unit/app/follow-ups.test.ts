import { FollowUps } from '../../../src/app/follow-ups.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import type { KnowledgeContext } from '../../../src/dialog/open-knowledge.js';
import { knowledgePack } from '../../support/root-catalogue.js';
import { VirtualTime } from '../../support/virtual-time.js';

it('asked, leaned on in the same session, forgotten by another and by a question of its own', async () => {
  const fake = new FakeKnowledge({
    scheduler: new VirtualTime(),
    answers: { library: 'At ten.', fridays: 'At noon.', permit: 'Forty dollars.' },
  });
  const asked: (string | undefined)[] = [];
  const knowledge = {
    query: (text: string, context: KnowledgeContext = {}) => {
      asked.push(context.before);
      return fake.query(text, context);
    },
  };
  const followUps = new FollowUps(knowledge, knowledgePack().lexicon.locale);
  await followUps.query('when does the library close in the evening', { session_id: 'a' });
  await followUps.query('and on fridays', { session_id: 'a' });
  await followUps.query('and on fridays', { session_id: 'b' });
  await followUps.query('and on fridays', {});
  await followUps.query('how much does a parking permit cost for a month', { session_id: 'a' });
  const library = 'when does the library close in the evening';
  expect(asked).toEqual([undefined, library, undefined, undefined, undefined]);
});
