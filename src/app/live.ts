import { randomUUID } from 'node:crypto';
import type { LivePorts } from '../api/live/ports.js';
import { LiveDesk } from '../session/live/live-desk.js';
import type { SessionPorts } from '../session/ports.js';
import type { Metrics } from '../telemetry/index.js';
import type { Config } from './config/index.js';

/** Sessions whose calls supervisors can look after, and who shows them. */
export interface Supervised {
  readonly live: LiveDesk;
  readonly sessionPorts: SessionPorts;
}

/** Lets supervisors see what passes through the ports of sessions. */
export function superviseSessions(ports: SessionPorts, config: Config, metrics: Metrics): Supervised {
  const { vad, stt, scheduler } = ports;
  const live = new LiveDesk({
    scheduler,
    instanceId: randomUUID(),
    persona: () => ports.context.persona.id,
    supervision: {
      transcription: { vad, stt, scheduler },
      maxListeners: config.live.maxListeners,
      graceMs: config.live.graceMs,
      person: () => ports.context.business.person?.sipUri,
      counted: (what, labels) =>
        metrics.increment(what === 'control' ? 'live_control_total' : 'live_instructions_total', labels),
    },
  });
  const sessionPorts: SessionPorts = {
    ...ports,
    journal: live.journal(ports.journal),
    knowledge: live.knowledge(ports.knowledge),
    // What a session may look at changes while it runs: it is read when it is needed.
    get context() {
      return ports.context;
    },
  };
  return { live, sessionPorts };
}

/** Calls in progress as the web side asks for them. */
export function livePorts(live: LiveDesk): LivePorts {
  return {
    subscribe: (sink) => {
      const { meter, leave } = live.subscribe((batch) => sink.event(batch));
      return Promise.resolve({ audio: () => undefined, control: meter, detach: leave });
    },
    listen: async (id, holder, sink) => live.find(id).listen(holder, sink),
    command: async (id, command, by) => live.find(id).command(command, by),
  };
}
