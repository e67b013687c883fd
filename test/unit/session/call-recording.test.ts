import { callId } from '../../../src/kernel/ids.js';
import { rtpTs } from '../../../src/kernel/time.js';
import { parseWav } from '../../../src/kernel/wav.js';
import type { TrackTaker } from '../../../src/media/core/monitor.js';
import type { OpenCall } from '../../../src/session/live/open-call.js';
import type { SessionLegEvent } from '../../../src/session/ports.js';
import { RecordingDesk } from '../../../src/session/recording/recording-desk.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { MemoryStreams } from '../../support/memory-streams.js';
import { VirtualTime } from '../../support/virtual-time.js';

/** A call whose both sides make a sound all the time. */
class LoudCall {
  readonly time = new VirtualTime();
  readonly store = new FakeStore({ scheduler: this.time });
  readonly files = new MemoryStreams();
  readonly desk = new RecordingDesk({
    scheduler: this.time,
    policies: { usual: 'announce', lines: [] },
    files: this.files,
    recordings: this.store.recordings,
    keepDays: 30,
    counted: () => undefined,
    late: () => undefined,
    show: () => undefined,
    log: () => undefined,
  });
  readonly #listening: { secret?: true } = {};
  #taker: TrackTaker | undefined;
  #packets = 0;
  readonly #end: () => void;

  constructor() {
    let confirm = (_event: SessionLegEvent): void => undefined;
    const call = {
      id: callId('c1'),
      info: { direction: 'inbound', pii: { to: '100' } },
      media: {
        sampleRateHz: 8000,
        track: (taker: TrackTaker) => {
          this.#taker = taker;
          return () => (this.#taker = undefined);
        },
      },
      leg: {
        subscribe: (listener: (event: SessionLegEvent) => void) => {
          confirm = listener;
          return () => undefined;
        },
      },
      act: (run: (parts: unknown) => void) =>
        run({ listening: this.#listening, recorder: { event: () => undefined } }),
    } as unknown as OpenCall;
    this.#end = this.desk.opened(call);
    confirm({ type: 'confirmed', at: this.time.now() });
  }

  async talk(ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 20) {
      const pcm = new Int16Array(160).fill(5000);
      this.#taker?.sent(this.time.now(), pcm);
      await this.time.advance(20);
      this.#taker?.received(this.time.now(), rtpTs(160 * this.#packets++), 1, 1, pcm);
    }
  }

  secret(on: boolean): void {
    if (on) this.#listening.secret = true;
    else delete this.#listening.secret;
    this.desk.observer('c1')({ type: 'step' });
  }

  /** Stretches of silence of both sides, ms. */
  async silences(): Promise<readonly (readonly [number, number])[]> {
    this.#end();
    await this.time.advance(20);
    await this.desk.close();
    const [bytes] = this.files.finished.values();
    const wav = parseWav(bytes ?? new Uint8Array(0));
    if (!wav.ok) throw new Error(wav.error);
    const [left, right] = wav.value.channels as readonly [Int16Array, Int16Array];
    const found: [number, number][] = [];
    for (let at = 0; at < left.length; at += 160) {
      if (left[at] !== 0 || right[at] !== 0) continue;
      const last = found.at(-1);
      if (last?.[1] === at / 8) last[1] += 20;
      else found.push([at / 8, at / 8 + 20]);
    }
    return found;
  }
}

describe('secrets in a recording', () => {
  test('while a secret is asked for, both sides are silent, and for a moment after its last digit', async () => {
    const call = new LoudCall();
    await call.talk(1000);
    call.secret(true);
    await call.talk(2000);
    call.secret(false);
    await call.talk(2000);
    expect(await call.silences()).toEqual([[1000, 3400]]);
    expect((await call.store.recordings.ofCall('c1'))?.intervals).toEqual([
      { fromMs: 1000, toMs: 3400, why: 'secret' },
    ]);
  });

  test.each([
    ['long before it is known', 8000],
    ['just before it is known', 300],
  ])('words that turn out to hold one are taken out of what is written, said %s', async (_when, laterMs) => {
    const call = new LoudCall();
    await call.talk(1000);
    const startedAt = call.time.now();
    await call.talk(2000);
    const endedAt = call.time.now();
    await call.talk(laterMs);
    call.desk.observer('c1')({ type: 'secret_words', startedAt, endedAt });
    await call.talk(1000);
    expect(await call.silences()).toEqual([[760, 3260]]);
    const { intervals, durationMs } = (await call.store.recordings.ofCall('c1')) ?? {};
    expect(intervals).toEqual([{ fromMs: 750, toMs: 3250, why: 'secret' }]);
    expect(durationMs).toBe(1000 + 2000 + laterMs + 1000);
  });
});
