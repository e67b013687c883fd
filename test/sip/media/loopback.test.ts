import { HOST, openSession } from '../../../bench/rtp-calls.js';
import { utteranceId } from '../../../src/kernel/ids.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { Pacer } from '../../../src/media/pacer.js';
import type { MediaEvent } from '../../../src/media/ports.js';
import type { RtpMediaSession } from '../../../src/media/rtp-media-session.js';
import { RtpPortPool } from '../../../src/media/rtp-port-pool.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';

function tone(samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => 8000 * Math.sin((2 * Math.PI * 440 * i) / 8000));
}

async function until(condition: () => boolean, timeoutMs = 4000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('condition not met in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('RTP media over real sockets', () => {
  const pool = new RtpPortPool({ host: HOST, min: 22000, max: 22019, restMs: 50 });
  const pacer = new Pacer(realScheduler);

  const session = (seed: number): Promise<RtpMediaSession> => openSession(pool, pacer, seededRng(seed));

  afterAll(async () => {
    pacer.close();
    await pool.close();
  });

  test('offer, answer, an utterance and keys arrive at the other end', async () => {
    const caller = await session(1);
    const agent = await session(2);
    const heard: MediaEvent[] = [];
    const told: MediaEvent[] = [];
    let energy = 0;
    caller.subscribe((event) => {
      if (event.type === 'audio') energy += event.pcm.reduce((sum, sample) => sum + Math.abs(sample), 0);
      else heard.push(event);
    });
    agent.subscribe((event) => {
      if (event.type !== 'audio') told.push(event);
    });
    const answer = agent.answerOffer(caller.createOffer());
    expect(answer.ok).toBe(true);
    if (!answer.ok) return;
    expect(caller.acceptAnswer(answer.value.sdp).ok).toBe(true);

    agent.enqueue({ utteranceId: utteranceId('u1'), pcm: tone(1600), last: true });
    caller.sendDtmf('5#');
    await until(() => told.filter((event) => event.type === 'dtmf').length === 2);
    await until(() => told.some((event) => event.type === 'playout' && event.event === 'finished'));
    await until(() => energy > 1600 * 4000);

    expect(told.flatMap((event) => (event.type === 'dtmf' ? [event.digit] : []))).toEqual(['5', '#']);
    expect(agent.playedMs(utteranceId('u1'))).toBe(200);
    expect(heard.some((event) => event.type === 'first_rtp')).toBe(true);

    const ended = new Promise<void>((resolve) => {
      caller.subscribe((event) => event.type === 'bye' && resolve());
    });
    await agent.close();
    await ended;
    await caller.close();
    expect(pool.used).toBe(0);
  });
});
