import { dialogPort } from '../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../src/dialog/testing/fake-knowledge.js';
import { Pacer } from '../../src/media/pacer.js';
import { ConversationHub, type AttachedConversation } from '../../src/session/conversation-hub.js';
import { EnergyVad } from '../../src/speech/testing/energy-vad.js';
import { FakeStt } from '../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../src/speech/testing/fake-tts.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import { shippedContext } from '../support/shipped-context.js';
import { VirtualTime } from '../support/virtual-time.js';

/** One conversation over sockets; `said` is every sentence that the agent began to speak. */
async function conversation() {
  const time = new VirtualTime(Date.UTC(2026, 10, 23, 14, 0, 0));
  const store = new FakeStore({ scheduler: time });
  const said: string[] = [];
  const hub = new ConversationHub({
    ports: {
      scheduler: time,
      vad: new EnergyVad(),
      stt: new FakeStt(time, () => ({ text: '', delayMs: 60 })),
      tts: new FakeTts(time, { wordMs: 300, delayMs: 40 }),
      dialog: dialogPort,
      knowledge: new FakeKnowledge({ scheduler: time, delayMs: 20, answers: {}, intents: {} }),
      journal: store.journal,
      appointments: store.appointments,
      callbacks: store.callbacks,
      waitingList: store.waitingList,
      tools: { call: () => Promise.resolve({ type: 'failed', why: 'unavailable' }) },
      conversations: store.conversations,
      context: await shippedContext(),
    },
    pacer: new Pacer(time),
    ttlMs: 600_000,
    maxSessions: 4,
    maxPerClient: 4,
    maxAttached: 4,
    session: {},
    newId: () => 'c1',
    observe: () => () => undefined,
  });
  hub.create();
  const open = (): Promise<AttachedConversation> =>
    hub.open('c1', {
      audio: () => undefined,
      event: (event) => {
        if (event.type === 'agent_text') said.push(event.pii.text);
      },
      closed: () => undefined,
    });
  return { time, hub, open, said };
}

test('open, nothing sent: nothing is said, and after 30 s the greeting', async () => {
  const { time, hub, open, said } = await conversation();
  await open();
  await time.advance(29_000);
  expect(said).toEqual([]);
  await time.advance(3_000);
  expect(said.join(' ')).toContain('automated assistant');
  hub.close();
});

test('open, away, open, start before anything was said: the greeting', async () => {
  const { time, hub, open, said } = await conversation();
  (await open()).detach();
  const again = await open();
  again.start();
  await time.advance(3_000);
  expect(said.join(' ')).toContain('automated assistant');
  hub.close();
});

test('the socket is lost in the greeting and its question: after the next start the question comes again at once', async () => {
  const { time, hub, open, said } = await conversation();
  const first = await open();
  first.start();
  await time.advance(2_500);
  first.detach();
  said.length = 0;
  const again = await open();
  again.start();
  await time.advance(1_000);
  expect(said).not.toEqual([]);
  expect(said.join(' ')).not.toContain('still here');
  hub.close();
});
