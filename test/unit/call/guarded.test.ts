import { describe, expect, test } from '@jest/globals';
import { guarded } from '../../../src/call/log.js';
import { RecordingLog } from './edge-fixture.js';

describe('a wrapped handler', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug'))],
  ])('that %s is logged, and its request is answered', async (_what, run) => {
    const log = new RecordingLog();
    let answered = 0;
    guarded(log, 'invite', run, () => answered++)();
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(1);
    expect(log.lines.map((line) => [line.level, line.fields['handler']])).toEqual([['error', 'invite']]);
  });

  test('whose clean-up fails too still does not throw', () => {
    const log = new RecordingLog();
    const fail = (): never => {
      throw new Error('bug');
    };
    expect(() => guarded(log, 'invite', fail, fail)()).not.toThrow();
    expect(log.lines).toHaveLength(2);
  });
});
