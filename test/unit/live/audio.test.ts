import { consoleView, addInto } from '../../../src/live/core/mixer.js';
import { LevelMeter } from '../../../src/live/core/level-meter.js';
import { Microphone } from '../../../src/live/core/microphone.js';
import { qualityOf } from '../../../src/live/core/quality.js';
import { SampleQueue } from '../../../src/live/core/sample-queue.js';

const tone = (value: number, length = 320): Int16Array => new Int16Array(length).fill(value);

describe('who hears whom', () => {
  const caller = tone(1);
  const agent = tone(10);
  const spoken = [
    { id: 'ada', pcm: tone(100) },
    { id: 'sue', pcm: tone(1000) },
  ];
  const heardBy = (self: string): { left: number; right: number } => {
    const stereo = new Int16Array(640);
    consoleView(stereo, caller, agent, spoken, self);
    return { left: stereo[0] as number, right: stereo[1] as number };
  };

  test.each([
    ['who only listens', '', { left: 1, right: 1110 }],
    ['ada, who talks', 'ada', { left: 1, right: 1010 }],
    ['sue, who talks', 'sue', { left: 1, right: 110 }],
  ])('%s hears everybody but themselves', (_who, self, heard) => {
    expect(heardBy(self)).toEqual(heard);
    expect(agent[0]).toBe(10);
  });

  test('two loud voices stay within full scale', () => {
    const out = tone(30_000, 2);
    addInto(out, tone(30_000, 2));
    expect([...out]).toEqual([32_767, 32_767]);
    const low = tone(-30_000, 1);
    addInto(low, tone(-30_000, 1));
    expect([...low]).toEqual([-32_768]);
  });
});

describe('a microphone', () => {
  test('begins at 60 ms, so that a late piece is not heard as a gap', () => {
    const microphone = new Microphone();
    const out = new Int16Array(320);
    microphone.push(tone(5));
    microphone.push(tone(5));
    expect(microphone.pull(out)).toBe(false);
    microphone.push(tone(5));
    for (let i = 0; i < 3; i++) expect([microphone.pull(out), out[319]]).toEqual([true, 5]);
    expect([microphone.pull(out), out[0]]).toEqual([true, 0]);
    microphone.push(tone(6));
    expect(microphone.pull(out)).toBe(false);
  });

  test('keeps 200 ms at most; the oldest gives way and is counted', () => {
    const microphone = new Microphone();
    for (let i = 0; i < 20; i++) microphone.push(tone(i));
    const out = new Int16Array(320);
    microphone.pull(out);
    expect(out[0]).toBe(10);
    expect(microphone.dropped).toBe(10 * 320);
  });

  test('switched off it forgets what nobody has heard', () => {
    const microphone = new Microphone();
    microphone.push(tone(5, 1600));
    microphone.clear();
    expect(microphone.pull(new Int16Array(320))).toBe(false);
  });
});

test('a queue of samples gives back what came last, whatever the sizes of the pieces', () => {
  const queue = new SampleQueue(7);
  const kept: number[] = [];
  let next = 0;
  for (const [put, take] of [
    [3, 2],
    [5, 0],
    [9, 4],
    [1, 3],
    [0, 9],
    [20, 7],
    [2, 9],
  ] as const) {
    const piece = Int16Array.from({ length: put }, () => ++next);
    kept.push(...piece);
    const over = Math.max(0, kept.length - 7);
    kept.splice(0, over);
    expect(queue.push(piece)).toBe(over);
    const out = new Int16Array(take);
    const count = queue.pull(out);
    expect([...out.subarray(0, count)]).toEqual(kept.splice(0, take));
  }
});

test('levels are those of each side, ten frames at a time', () => {
  const meter = new LevelMeter(2);
  const [loud, silent] = [tone(3277, 160), tone(0, 160)];
  expect(meter.push(loud, silent)).toBeUndefined();
  expect(meter.push(loud, silent)).toEqual({ caller_dbfs: -20, agent_dbfs: -90 });
  expect(meter.push(silent, loud)).toBeUndefined();
  expect(meter.push(silent, loud)).toEqual({ caller_dbfs: -90, agent_dbfs: -20 });
});

test('quality falls with loss, jitter and delay', () => {
  const best = qualityOf({ lossPercent: 0, jitterMs: 0, roundTripMs: 20 });
  expect(best).toMatchObject({ mos: 4.39, verdict: 'good' });
  const lossy = qualityOf({ lossPercent: 10, jitterMs: 5, roundTripMs: 20 });
  expect(lossy.verdict).toBe('poor');
  const far = qualityOf({ lossPercent: 0, jitterMs: 5, roundTripMs: 700 });
  expect(far.mos).toBeLessThan(best.mos);
  expect(qualityOf({ lossPercent: 100, jitterMs: 500, roundTripMs: 2000 })).toMatchObject({ mos: 1, r: 0 });
});
