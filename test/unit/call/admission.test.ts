import { describe, expect, test } from '@jest/globals';
import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import { AdmissionControl } from '../../../src/call/core/admission.js';

const control = (): AdmissionControl =>
  new AdmissionControl({ maxCalls: 2, overloadMs: 10_000 }, seededRng(3));
const at = monoMs;

describe('admission', () => {
  test('room, full, room', () => {
    const admission = control();
    expect(admission.decide(at(0), 1, false)).toEqual({ admit: true });
    expect(admission.decide(at(1), 2, false)).toMatchObject({
      admit: false,
      reason: 'rejected_capacity',
      status: 503,
    });
    expect(admission.decide(at(2), 1, false)).toEqual({ admit: true });
  });

  test('Retry-After is one or two seconds when full, longer while draining, and varies', () => {
    const admission = control();
    const full = new Set<number | undefined>();
    const drain = new Set<number | undefined>();
    for (let i = 0; i < 200; i++) {
      const a = admission.decide(at(i), 2, false);
      const b = admission.decide(at(i), 0, true);
      if (!a.admit) full.add(a.retryAfterS);
      if (!b.admit) drain.add(b.retryAfterS);
    }
    expect([...full].sort()).toEqual([1, 2]);
    expect(Math.min(...[...drain].map(Number))).toBeGreaterThanOrEqual(30);
    expect(drain.size).toBeGreaterThan(5);
  });

  test('OPTIONS: full for a moment is 200, full for long is 503, one free place resets it', () => {
    const admission = control();
    admission.note(at(0), 2);
    expect(admission.probe(at(9_999), 2, false).admit).toBe(true);
    expect(admission.probe(at(10_000), 2, false)).toMatchObject({ admit: false, status: 503 });
    admission.note(at(11_000), 1);
    expect(admission.probe(at(11_001), 2, false).admit).toBe(true);
  });

  test('OPTIONS while draining is 503 at once', () => {
    expect(control().probe(at(0), 0, true)).toMatchObject({ admit: false, reason: 'rejected_draining' });
  });

  test('a limit of 0 refuses every call', () => {
    expect(new AdmissionControl({ maxCalls: 0 }, seededRng(1)).decide(at(0), 0, false).admit).toBe(false);
  });

  test.each([-1, 1.5, Number.NaN])('a limit of %d calls is refused', (maxCalls) => {
    expect(() => new AdmissionControl({ maxCalls }, seededRng(1))).toThrow(RangeError);
  });
});
