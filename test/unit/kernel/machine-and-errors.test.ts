import { ERROR_CATALOGUE, isLeibnizError, LeibnizError } from '../../../src/kernel/errors.js';
import { IdSequence } from '../../../src/kernel/ids.js';
import { assertUnreachable, drain, DRAIN_BOUND, type Machine } from '../../../src/kernel/machine.js';

class Outputs implements Machine<never, number> {
  constructor(private left: number) {}
  handle(): void {
    throw new Error('not used');
  }
  poll(): number | undefined {
    return this.left-- > 0 ? this.left : undefined;
  }
  nextDeadline(): undefined {
    return undefined;
  }
}

describe('drain', () => {
  test('polls to quiet in order and counts', () => {
    const out: number[] = [];
    expect(drain(new Outputs(3), (n) => out.push(n))).toBe(3);
    expect(out).toEqual([2, 1, 0]);
  });

  test('a livelock is bounded and told', () => {
    let seen = 0;
    expect(drain(new Outputs(Infinity), () => seen++)).toBe(-1);
    expect(seen).toBe(DRAIN_BOUND);
  });
});

describe('LeibnizError', () => {
  test.each(Object.keys(ERROR_CATALOGUE) as (keyof typeof ERROR_CATALOGUE)[])('%s knows its kind', (code) => {
    const error = new LeibnizError(code, 'One sentence.', { field: 'x' });
    expect([error.category, error.permanent]).toEqual([
      ERROR_CATALOGUE[code].category,
      ERROR_CATALOGUE[code].permanent,
    ]);
    expect(isLeibnizError(error)).toBe(true);
  });

  test('other errors are not taken for one', () => {
    expect(
      [new Error('x'), { name: 'LeibnizError', code: 'INTERNAL' }, undefined].map(isLeibnizError),
    ).toEqual([false, false, false]);
  });
});

test('ids of a sequence are deterministic', () => {
  const ids = new IdSequence('t');
  expect([ids.next(), ids.next()]).toEqual(['t1', 't2']);
});

test('an unreachable case names its value', () => {
  expect(() => assertUnreachable({ type: 'new' } as never)).toThrow('unreachable case: {"type":"new"}');
});
