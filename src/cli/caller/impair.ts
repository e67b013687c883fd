import type { Rng } from '../../kernel/rng.js';
import { addMs, type Scheduler } from '../../kernel/time.js';
import type { DatagramListener, RtpTransport } from '../../media/ports.js';

/** A bad network between the caller and the agent, the same in both directions. */
export interface Impairment {
  /** Share of packets lost, 0..100. */
  readonly lossPercent: number;
  /** Extra delay of each packet, drawn evenly from 0 to this, ms; packets may overtake each other. */
  readonly jitterMs: number;
}

/** Puts an impairment around a transport. */
export function impair(inner: RtpTransport, how: Impairment, rng: Rng, scheduler: Scheduler): RtpTransport {
  const pass = (deliver: () => void): void => {
    if (rng.float() * 100 < how.lossPercent) return;
    if (how.jitterMs <= 0) {
      deliver();
      return;
    }
    scheduler.at(addMs(scheduler.now(), rng.float() * how.jitterMs), deliver);
  };
  return {
    port: inner.port,
    ...(inner.rtcpPort === undefined ? {} : { rtcpPort: inner.rtcpPort }),
    send: (data, host, port) => {
      pass(() => inner.send(data, host, port));
    },
    sendRtcp: (data, host, port) => inner.sendRtcp(data, host, port),
    onPacket: (listener: DatagramListener) => {
      inner.onPacket((data, host, port) => {
        const copy = Uint8Array.from(data);
        pass(() => listener(copy, host, port, scheduler.now()));
      });
    },
    onRtcp: (listener) => inner.onRtcp(listener),
    close: () => inner.close(),
  };
}
