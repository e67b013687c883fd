import type { Rng } from '../src/kernel/rng.js';
import { cryptoRng } from '../src/media/crypto-rng.js';
import type { Pacer } from '../src/media/pacer.js';
import { RtpMediaSession } from '../src/media/rtp-media-session.js';
import type { RtpPortPool } from '../src/media/rtp-port-pool.js';
import { realScheduler } from '../src/threads/real-scheduler.js';

/** Address of both ends. */
export const HOST = '127.0.0.1';

/** Two ends over real sockets that have agreed on their media; the second one answered. */
export async function connectPair(
  pool: RtpPortPool,
  pacer: Pacer,
): Promise<readonly [RtpMediaSession, RtpMediaSession]> {
  const caller = await openSession(pool, pacer);
  const agent = await openSession(pool, pacer);
  const answer = agent.answerOffer(caller.createOffer());
  if (!answer.ok || !caller.acceptAnswer(answer.value.sdp).ok) throw new Error('no agreement on media');
  return [caller, agent];
}

/** One end over a real socket. */
export async function openSession(
  pool: RtpPortPool,
  pacer: Pacer,
  rng: Rng = cryptoRng,
): Promise<RtpMediaSession> {
  const transport = await pool.allocate();
  if (!transport.ok) throw new Error(transport.error.message);
  return new RtpMediaSession({
    transport: transport.value,
    pacer,
    scheduler: realScheduler,
    rng,
    localHost: HOST,
  });
}
