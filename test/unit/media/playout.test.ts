import { utteranceId } from '../../../src/kernel/ids.js';
import { monoMs } from '../../../src/kernel/time.js';
import { Playout, type PlayoutEvent } from '../../../src/media/core/playout.js';

const A = utteranceId('a');
const B = utteranceId('b');

/** A rising ramp, so that every sample tells where it comes from. */
const ramp = (length: number, from = 1): Int16Array => Int16Array.from({ length }, (_, i) => 1000 + from + i);

class Bench {
  readonly events: PlayoutEvent[] = [];
  readonly playout: Playout;
  now = 0;

  constructor(o: ConstructorParameters<typeof Playout>[1] = {}) {
    this.playout = new Playout((event) => this.events.push(event), o);
  }

  /** Sends the next frame. */
  tick(): Int16Array {
    const out = new Int16Array(160);
    this.playout.pull(monoMs(this.now), out);
    this.now += 20;
    return out;
  }

  ticks(count: number): void {
    for (let i = 0; i < count; i++) this.tick();
  }

  log(): string[] {
    return this.events.map(({ event, utteranceId: id, at, playedMs }) => `${event} ${id} @${at} ${playedMs}`);
  }
}

describe('one utterance', () => {
  test('enqueue, play, finish: the ledger is exact to the sample', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(400), last: true });
    expect(bench.playout.queuedMs()).toBe(50);
    bench.ticks(2);
    expect(bench.playout.playedMs(A)).toBe(40);
    expect(bench.playout.queuedMs()).toBe(10);
    const last = bench.tick();
    expect([...last.subarray(0, 81)]).toEqual([...ramp(80, 321), 0]);
    expect(bench.log()).toEqual(['started a @0 20', 'finished a @40 50']);
    expect(bench.playout.playedMs(A)).toBe(50);
    expect(bench.playout.active).toBe(false);
  });

  test('chunk, chunk, last: no seam between the pieces', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(100), last: false });
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(100, 101), last: false });
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(120, 201), last: true });
    expect([...bench.tick(), ...bench.tick()]).toEqual([...ramp(320)]);
    expect(bench.log().at(-1)).toBe('finished a @20 40');
  });

  test('chunk, underrun, chunk, empty last: silence in between, finished once', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(200), last: false });
    bench.ticks(4);
    expect(bench.playout.stats.underruns).toBe(1);
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160, 201), last: false });
    expect([...bench.tick()]).toEqual([...ramp(160, 201)]);
    bench.playout.enqueue({ utteranceId: A, pcm: new Int16Array(0), last: true });
    bench.ticks(2);
    expect(bench.log()).toEqual(['started a @0 20', 'finished a @100 45']);
  });

  test('leading silence: started with the first audible frame', () => {
    const bench = new Bench();
    const pcm = new Int16Array(480);
    pcm.set(ramp(100), 330);
    bench.playout.enqueue({ utteranceId: A, pcm, last: true });
    bench.ticks(3);
    expect(bench.log()).toEqual(['started a @40 60', 'finished a @40 60']);
  });

  test('the start of a talk spurt asks for the marker bit, once', () => {
    const bench = new Bench();
    const out = new Int16Array(160);
    expect(bench.playout.pull(monoMs(0), out)).toBe(false);
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(480), last: true });
    expect(bench.playout.pull(monoMs(20), out)).toBe(true);
    expect(bench.playout.pull(monoMs(40), out)).toBe(false);
  });
});

describe('several utterances', () => {
  test('they play in order; the next one begins in a frame of its own', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(200), last: true });
    bench.playout.enqueue({ utteranceId: B, pcm: ramp(160, 500), last: true });
    bench.ticks(3);
    expect(bench.log()).toEqual([
      'started a @0 20',
      'finished a @20 25',
      'started b @40 20',
      'finished b @40 20',
    ]);
  });

  test('a without last, then b: b ends a', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: false });
    bench.playout.enqueue({ utteranceId: B, pcm: ramp(160), last: true });
    bench.ticks(2);
    expect(bench.log()).toEqual([
      'started a @0 20',
      'finished a @0 20',
      'started b @20 20',
      'finished b @20 20',
    ]);
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: true });
    expect(bench.playout.stats.stale).toBe(1);
    expect(bench.playout.queuedMs()).toBe(0);
  });
});

describe('barge-in', () => {
  test('pause, resume: fade out over 10 ms, silence, on from where the fade began', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: new Int16Array(1600).fill(1000), last: true });
    bench.ticks(2);
    bench.playout.pause();
    const fade = bench.tick();
    expect(fade[0]).toBe(1000);
    expect(fade[79]).toBeLessThan(20);
    expect(Math.max(...fade.subarray(80))).toBe(0);
    expect(Math.max(...bench.tick())).toBe(0);
    bench.playout.resume();
    const back = bench.tick();
    expect(back[0]).toBe(0);
    expect(back[159]).toBe(1000);
    bench.ticks(10);
    expect(bench.log()).toEqual([
      'started a @0 20',
      'paused a @40 50',
      'resumed a @80 60',
      'finished a @220 200',
    ]);
  });

  test('pause, resume from 10 ms: what was heard stays heard', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(1600), last: true });
    bench.ticks(3);
    bench.playout.pause();
    bench.ticks(2);
    bench.playout.resume(10);
    const frame = bench.tick();
    expect(frame[100]).toBe(1000 + 1 + 80 + 100);
    expect(bench.playout.playedMs(A)).toBe(70);
  });

  test('pause with less left than the fade, resume: on from where the fade began', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(200), last: true });
    bench.tick();
    bench.playout.pause();
    bench.ticks(2);
    bench.playout.resume();
    expect([...bench.tick().subarray(39, 41)]).toEqual([Math.trunc((1000 + 200) * (39 / 40)), 0]);
    expect(bench.log().at(-1)).toBe('finished a @60 25');
  });

  test('a rewind beyond what was heard goes no further', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(1600), last: true });
    bench.ticks(1);
    bench.playout.pause();
    bench.ticks(1);
    bench.playout.resume(500);
    expect(bench.tick()[159]).toBe(1000 + 1 + 240 + 159);
  });

  test('pause and resume between two frames leave no trace', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(480), last: true });
    bench.tick();
    bench.playout.pause();
    bench.playout.resume();
    expect([...bench.tick()]).toEqual([...ramp(160, 161)]);
    expect(bench.log()).toEqual(['started a @0 20']);
  });

  test('cut while playing: a fade of 10 ms, then cut with what was heard; late pieces are dropped', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: new Int16Array(1600).fill(1000), last: false });
    bench.playout.enqueue({ utteranceId: B, pcm: ramp(160), last: true });
    bench.ticks(2);
    bench.playout.cut(monoMs(bench.now - 3));
    expect(bench.events.length).toBe(1);
    expect(bench.playout.queuedMs()).toBe(0);
    const fade = bench.tick();
    expect(fade[0]).toBe(1000);
    expect(Math.max(...fade.subarray(80))).toBe(0);
    expect(bench.log()).toEqual(['started a @0 20', 'cut a @40 50', 'cut b @40 0']);
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: true });
    expect(bench.playout.stats.stale).toBe(1);
    expect(Math.max(...bench.tick())).toBe(0);
    expect(bench.playout.playedMs(A)).toBe(50);
  });

  test('pause, cut: cut at once, without a second fade; the next utterance plays', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(1600), last: true });
    bench.ticks(2);
    bench.playout.pause();
    bench.ticks(3);
    bench.playout.cut(monoMs(bench.now));
    expect(bench.log().at(-1)).toBe('cut a @100 50');
    bench.playout.enqueue({ utteranceId: B, pcm: ramp(160), last: true });
    expect([...bench.tick()]).toEqual([...ramp(160)]);
  });

  test('cut before anything was sent: cut at once with nothing heard', () => {
    const bench = new Bench();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: true });
    bench.playout.cut(monoMs(7));
    expect(bench.log()).toEqual(['cut a @7 0']);
    bench.playout.cut(monoMs(8));
    expect(bench.events.length).toBe(1);
  });

  test('pause before anything was enqueued holds what comes', () => {
    const bench = new Bench();
    bench.playout.pause();
    bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: true });
    bench.ticks(3);
    expect(bench.events).toEqual([]);
    bench.playout.resume();
    bench.ticks(1);
    expect(bench.log()).toEqual(['started a @60 20', 'finished a @60 20']);
  });

  test('a listener may cut from inside an event', () => {
    const seen: string[] = [];
    const playout: Playout = new Playout((event) => {
      seen.push(`${event.event} ${event.utteranceId}`);
      if (event.event === 'started') playout.cut(event.at);
    });
    playout.enqueue({ utteranceId: A, pcm: ramp(480), last: true });
    const out = new Int16Array(160);
    playout.pull(monoMs(0), out);
    playout.pull(monoMs(20), out);
    playout.pull(monoMs(40), out);
    expect(seen).toEqual(['started a', 'cut a']);
    expect(Math.max(...out)).toBe(0);
  });
});

describe('bounds', () => {
  test('audio: pieces beyond 120 s are dropped and counted', () => {
    const bench = new Bench({ maxQueuedMs: 1000 });
    for (let n = 0; n < 100; n++) bench.playout.enqueue({ utteranceId: A, pcm: ramp(160), last: false });
    expect(bench.playout.queuedMs()).toBe(1000);
    expect(bench.playout.stats.overflowed).toBe(50);
  });

  test('utterances: empty ones cannot pile up, and the memory of old ones is short', () => {
    const bench = new Bench();
    for (let n = 0; n < 1000; n++) bench.playout.enqueue({ utteranceId: utteranceId(`u${n}`), last: true });
    expect(bench.playout.stats.overflowed).toBe(1000 - 256);
    bench.tick();
    expect(bench.playout.current).toBeUndefined();
    for (let n = 0; n < 100; n++) {
      bench.playout.enqueue({ utteranceId: utteranceId(`v${n}`), pcm: ramp(160), last: true });
      bench.tick();
    }
    expect(bench.playout.playedMs(utteranceId('v99'))).toBe(20);
    expect(bench.playout.playedMs(utteranceId('v0'))).toBe(0);
  });
});
