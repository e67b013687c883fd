import { dialogPort } from '../../../src/app/dialog-wiring.js';
import type { Engines } from '../../../src/app/engines.js';
import { CallTally } from '../../../src/app/measure/calls.js';
import { measuredDialog, measuredEngines } from '../../../src/app/measure/engines.js';
import { MediaTally } from '../../../src/app/measure/media.js';
import type { CallHost, CallLeg } from '../../../src/call/host.js';
import type { CallInfo, LegEvent } from '../../../src/call/core/types.js';
import { FakeKnowledge } from '../../../src/dialog/testing/fake-knowledge.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { callId, requestId, utteranceId } from '../../../src/kernel/ids.js';
import { ok } from '../../../src/kernel/result.js';
import { monoMs, wallMs } from '../../../src/kernel/time.js';
import { NO_MEDIA, type MediaEvent, type MediaStats } from '../../../src/media/ports.js';
import { EnergyVad } from '../../../src/speech/testing/energy-vad.js';
import { FakeStt } from '../../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../../src/speech/testing/fake-tts.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { createMetrics, type Metrics } from '../../../src/telemetry/index.js';
import { VirtualTime } from '../../support/virtual-time.js';

let metrics: Metrics;
beforeEach(() => (metrics = createMetrics('program')));

/** A sample by its full name; `undefined` when there is none. */
async function sample(name: string): Promise<number | undefined> {
  const line = (await metrics.text()).split('\n').find((entry) => entry.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

const stats = (received: Partial<MediaStats['received']>, sent = 0): MediaStats => ({
  ...NO_MEDIA,
  received: { ...NO_MEDIA.received, ...received },
  sent: { ...NO_MEDIA.sent, packets: sent },
});

describe('media of calls', () => {
  test('calls in progress and ended ones are added up, and each ended one leaves its jitter', async () => {
    const tally = new MediaTally(metrics);
    const first = { stats: () => stats({ packets: 100, lost: 3, concealedMs: 60, jitterMs: 4 }, 90) };
    const second = { stats: () => stats({ packets: 10, injected: 2, malformed: 1, late: 5 }, 20) };
    tally.opened(first);
    tally.opened(second);
    tally.scrape();
    tally.closed(first);
    tally.closed(first);
    tally.scrape();
    expect(await sample('rtp_packets_total{direction="in"}')).toBe(110);
    expect(await sample('rtp_packets_total{direction="out"}')).toBe(110);
    expect(await sample('rtp_lost_packets_total')).toBe(3);
    expect(await sample('rtp_concealed_ms_total')).toBe(60);
    expect(await sample('rtp_injected_packets_total')).toBe(2);
    expect(await sample('rtp_malformed_total')).toBe(1);
    expect(await sample('rtp_late_packets_total')).toBe(5);
    expect(await sample('rtp_jitter_ms_bucket{le="5"}')).toBe(1);
    expect(await sample('rtp_jitter_ms_count')).toBe(1);
  });

  test('a packet that comes after all is not counted as lost a second time', async () => {
    const tally = new MediaTally(metrics);
    let lost = 5;
    tally.opened({ stats: () => stats({ lost }) });
    for (lost of [5, 4, 5, 7]) tally.scrape();
    expect(await sample('rtp_lost_packets_total')).toBe(7);
  });
});

describe('beginnings of calls', () => {
  const id = callId('c1');
  const info = { id, direction: 'inbound', receivedAt: monoMs(1000) } as CallInfo;

  /** A watched call, up to its answer. */
  function begin() {
    const told: string[] = [];
    const tally = new CallTally(metrics);
    const host = tally.watch({
      admit: () => ({ admit: true }),
      openMedia: async () => ok({ sdp: '' }),
      acceptAnswer: () => ok(undefined),
      reoffer: () => ok({ sdp: '' }),
      releaseMedia: () => undefined,
      onCall: () => void told.push('onCall'),
      onEnded: () => void told.push('onEnded'),
    } satisfies CallHost);
    const legs: ((event: LegEvent) => void)[] = [];
    const media: ((event: MediaEvent) => void)[] = [];
    host.admit(info);
    tally.media(id, {
      subscribe: (listener) => {
        media.push(listener);
        return () => undefined;
      },
    });
    host.onCall({
      id,
      info,
      subscribe: (listener: (event: LegEvent) => void) => {
        legs.push(listener);
        return () => undefined;
      },
    } as unknown as CallLeg);
    const started = (at: number): void =>
      media[0]?.({
        type: 'playout',
        event: 'started',
        utteranceId: utteranceId('u1'),
        at: monoMs(at),
        playedMs: 0,
      });
    return { host, told, leg: (event: LegEvent) => legs[0]?.(event), media: media[0], started };
  }

  test('INVITE to 200, ACK to the first sound; later sounds are no first ones', async () => {
    const call = begin();
    call.leg({ type: 'answered', at: monoMs(1040) });
    call.leg({ type: 'confirmed', at: monoMs(1100) });
    call.started(1300);
    call.started(9000);
    call.host.onEnded?.(info, 'caller_hangup', monoMs(9500));
    expect(await sample('call_answer_ms_sum')).toBe(40);
    expect(await sample('call_first_audio_ms_sum')).toBe(200);
    expect(await sample('call_first_audio_ms_count')).toBe(1);
    expect(call.told).toEqual(['onCall', 'onEnded']);
  });

  test('sound before the ACK has no time from it, and neither has what follows', async () => {
    const call = begin();
    call.started(1050);
    call.leg({ type: 'confirmed', at: monoMs(1100) });
    call.started(4000);
    expect(await sample('call_first_audio_ms_count')).toBe(0);
  });

  test('keys are counted by the way they came', async () => {
    const call = begin();
    call.leg({ type: 'dtmf', digit: '1', durationMs: 100, at: monoMs(1200) });
    call.media?.({ type: 'dtmf', digit: '2', durationMs: 100, at: monoMs(1300) });
    call.media?.({ type: 'dtmf', digit: '3', durationMs: 100, at: monoMs(1400) });
    expect(await sample('dtmf_digits_total{source="info"}')).toBe(1);
    expect(await sample('dtmf_digits_total{source="rtp"}')).toBe(2);
  });
});

describe('engines', () => {
  const time = new VirtualTime();
  const knowledge = new FakeKnowledge({ scheduler: time, answers: { open: 'At nine.' }, delayMs: 30 });
  const store = new FakeStore({ scheduler: time });
  const stt = new FakeStt(time, ({ kind }) => (kind === 'final' ? { text: 'yes' } : { error: 'timeout' }));
  const tts = new FakeTts(time, {
    delayMs: 80,
    failWith: (text) => (text === 'bad' ? 'failed' : undefined),
  });
  const engines = (): Engines =>
    measuredEngines(
      {
        speech: { vad: new EnergyVad(), stt, tts, close: async () => undefined },
        knowledge,
        store,
      } as unknown as Engines,
      metrics,
      time,
    );

  test('transcriptions by kind and outcome', async () => {
    const pcm = new Int16Array(800).fill(5000);
    for (const kind of ['final', 'speculative'] as const) {
      const asked = engines().speech.stt.transcribe({
        requestId: requestId(kind),
        pcm,
        sampleRateHz: 8000,
        kind,
      });
      await time.advance(1000);
      await asked;
    }
    expect(await sample('stt_requests_total{kind="final",outcome="text"}')).toBe(1);
    expect(await sample('stt_requests_total{kind="speculative",outcome="timeout"}')).toBe(1);
    expect(await sample('stt_transcripts_total{engine="fake-stt"}')).toBe(1);
  });

  test('syntheses by outcome, with their time and their length', async () => {
    for (const text of ['two words', 'bad']) {
      const asked = engines().speech.tts.synthesize({ requestId: requestId(text), text, sampleRateHz: 8000 });
      await time.advance(1000);
      await asked;
    }
    expect(await sample('tts_requests_total{outcome="spoken"}')).toBe(1);
    expect(await sample('tts_requests_total{outcome="failed"}')).toBe(1);
    expect(await sample('tts_synthesis_ms_sum')).toBe(80);
    expect(await sample('tts_audio_seconds_total')).toBeCloseTo(0.6);
  });

  test('intents and questions by outcome; a failure still reaches the one who asked', async () => {
    const measured = engines().knowledge;
    const asked = Promise.all([
      measured.query('when are you open?'),
      measured.query('why?'),
      measured.classify('zebra zebra'),
    ]);
    await time.advance(100);
    await asked;
    knowledge.failure = new LeibnizError('WORKER_CRASHED', 'gone');
    await expect(measured.query('open?')).rejects.toThrow('gone');
    await expect(measured.classify('zebra zebra')).rejects.toThrow('gone');
    knowledge.failure = undefined;
    for (const outcome of ['found', 'not_found', 'failed']) {
      expect(await sample(`knowledge_requests_total{outcome="${outcome}"}`)).toBe(1);
    }
    expect(await sample('intent_requests_total{method="embedding"}')).toBe(1);
    expect(await sample('intent_requests_total{method="failed"}')).toBe(1);
    expect(await sample('knowledge_ms_sum')).toBe(60);
    expect(await sample('intent_ms_sum')).toBe(30);
  });

  test('a booking is timed to its commit; one without an outcome is not', async () => {
    const request = {
      idempotencyKey: 'k',
      startsAtMs: wallMs(time.wall() + 86_400_000),
      endsAtMs: wallMs(time.wall() + 88_200_000),
      occupiedUntilMs: wallMs(time.wall() + 88_200_000),
      resource: 'office',
      capacity: 1,
      date: '2026-11-24',
      time: '09:00',
      timezone: 'UTC',
      purpose: 'advice',
      pii: { userName: 'Ada' },
    };
    const { appointments } = engines().store;
    await appointments.book(request);
    store.down = true;
    await expect(appointments.book({ ...request, idempotencyKey: 'k2' })).rejects.toThrow();
    store.down = false;
    expect(await sample('booking_commit_ms_count')).toBe(1);
  });

  test('only silence that is answered counts as asked again', async () => {
    const listening = { pace: 'open', decision: false } as const;
    const said = { state: {} as never, effects: [{ type: 'say' } as never], listening };
    const quiet = { state: {} as never, effects: [], listening };
    const silence = { type: 'silence', count: 1 } as const;
    const context = {} as never;
    measuredDialog({ ...dialogPort, step: () => said }, metrics).step({} as never, silence, context);
    measuredDialog({ ...dialogPort, step: () => quiet }, metrics).step({} as never, silence, context);
    measuredDialog({ ...dialogPort, step: () => said }, metrics).step(
      {} as never,
      { type: 'start' },
      context,
    );
    expect(await sample('silence_prompts_total')).toBe(1);
  });
});
