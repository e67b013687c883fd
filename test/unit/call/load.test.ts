import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import { AdmissionControl } from '../../../src/call/core/admission.js';
import type { LoadSample } from '../../../src/call/core/load.js';
import { reasonHeader } from '../../../src/call/core/termination.js';

/** Feeds one sample a second and says of each second whether a call was taken. */
function seconds(samples: readonly (LoadSample | undefined)[]): string {
  const admission = new AdmissionControl({ maxCalls: 10 }, seededRng(1));
  return samples
    .map((sample, n) => {
      if (sample !== undefined) admission.observe(monoMs(n * 1000), sample);
      return admission.decide(monoMs(n * 1000 + 1), 3, false).admit ? '.' : 'x';
    })
    .join('');
}
const of = (key: keyof LoadSample, ...values: number[]): LoadSample[] =>
  values.map((value) => ({ [key]: value }));

describe('admission by load', () => {
  test.each<[string, LoadSample[], string]>([
    [
      'recognisers fall behind, and catch up',
      of('recogniserQueueMs', 0, 1600, 1600, 1600, 400, 400, 400, 400, 0),
      '..xxxxx..',
    ],
    ['the event loop lags', of('eventLoopLagMs', 200, 200, 10, 10, 10, 10), '.xxxx.'],
    ['packets leave late', of('pacerLatenessMs', 40, 40, 0, 0, 0, 0), '.xxxx.'],
    ['one bad second is no overload', of('eventLoopLagMs', 10, 900, 10, 900, 10), '.....'],
    ['between the marks the last decision stands: taken', of('eventLoopLagMs', 100, 100, 100, 100), '....'],
    [
      'between the marks the last decision stands: refused',
      of('eventLoopLagMs', 200, 200, 100, 100, 100, 100),
      '.xxxxx',
    ],
    [
      'one of three figures is enough',
      [
        { recogniserQueueMs: 0, eventLoopLagMs: 0, pacerLatenessMs: 50 },
        { recogniserQueueMs: 0, eventLoopLagMs: 0, pacerLatenessMs: 50 },
      ],
      '.x',
    ],
    [
      'a quiet second in between begins the wait anew',
      of('eventLoopLagMs', 200, 200, 10, 10, 100, 10, 10, 10, 10),
      '.xxxxxxx.',
    ],
  ])('%s', (_what, samples, expected) => {
    expect(seconds(samples)).toBe(expected);
  });

  test('without news for five seconds nothing is refused', () => {
    const high = { eventLoopLagMs: 500 };
    expect(seconds([high, high, undefined, undefined, undefined, undefined, undefined, undefined])).toBe(
      '.xxxxx..',
    );
  });

  test('503 with Retry-After of two to four seconds, cause 34; OPTIONS says so only when it lasts', () => {
    const admission = new AdmissionControl({ maxCalls: 10, overloadMs: 4000 }, seededRng(1));
    for (let n = 0; n <= 2; n++) admission.observe(monoMs(n * 1000), { recogniserQueueMs: 9000 });
    const refusal = admission.decide(monoMs(2001), 1, false);
    expect(refusal).toMatchObject({ admit: false, status: 503, reason: 'rejected_capacity' });
    expect(refusal.admit ? 0 : refusal.retryAfterS).toBeGreaterThanOrEqual(2);
    expect(reasonHeader('rejected_capacity')).toContain('Q.850;cause=34');
    expect(admission.probe(monoMs(2002), 1, false).admit).toBe(true);
    for (let n = 3; n <= 7; n++) admission.observe(monoMs(n * 1000), { recogniserQueueMs: 9000 });
    expect(admission.probe(monoMs(7000), 1, false).admit).toBe(false);
    expect(admission.isOpen(monoMs(7000), 1, false)).toBe(false);
  });
});
