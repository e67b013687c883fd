import type { ConversationEvent } from '../../../src/api/ports.js';
import { conversationPorts } from '../../../src/app/api-ports.js';
import type { ConversationHub, ConversationOutput } from '../../../src/session/conversation-hub.js';
import { createMetrics } from '../../../src/telemetry/index.js';

test('the end of a conversation is told once, as its last word', async () => {
  let output: ConversationOutput | undefined;
  const hub = {
    open: (_id: string, given: ConversationOutput) => {
      output = given;
      return Promise.resolve({ resumed: false });
    },
  } as unknown as ConversationHub;
  const told: ConversationEvent[] = [];
  const closed: string[] = [];
  await conversationPorts(hub, createMetrics('program')).open('s1', {
    audio: () => undefined,
    event: (event) => told.push(event),
    closed: (reason) => closed.push(reason),
  });
  output?.event({ type: 'speech_started' });
  output?.event({ type: 'ended', reason: 'agent_goodbye', durationMs: 5 });
  output?.closed('agent_goodbye');
  expect(told.map(({ type }) => type)).toEqual(['ready', 'speech_started']);
  expect(closed).toEqual(['agent_goodbye']);
});
