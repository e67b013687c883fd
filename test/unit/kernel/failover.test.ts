import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs, type MonoMs } from '../../../src/kernel/time.js';
import { FailoverMachine, type AttemptOutcome, type FailoverAction } from '../../../src/kernel/failover.js';

const at = (ms: number): MonoMs => monoMs(ms);
const told = (actions: readonly FailoverAction[]): string[] =>
  actions.map((action) => (action.type === 'refuse' ? 'refuse' : `${action.type} ${action.provider}`));

/** Fails the first provider until its breaker opens; the second one answers. */
function opened(machine: FailoverMachine, now: number, requests = 3): void {
  for (let request = 1000; request < 1000 + requests; request++) {
    machine.begin(at(now), request);
    machine.ended(at(now), request, 0, 'failed');
    machine.ended(at(now), request, 1, 'ok');
  }
}

test('first answers: the second is never asked', () => {
  const machine = new FailoverMachine(2);
  expect(told(machine.begin(at(0), 1))).toEqual(['start 0']);
  expect(told(machine.ended(at(10), 1, 0, 'ok'))).toEqual(['settle 0']);
  expect(machine.nextDeadline()).toBeUndefined();
});

test('first fails: the second is asked at once, and its answer counts', () => {
  const machine = new FailoverMachine(2);
  machine.begin(at(0), 1);
  expect(told(machine.ended(at(10), 1, 0, 'failed'))).toEqual(['start 1']);
  expect(told(machine.ended(at(20), 1, 1, 'ok'))).toEqual(['settle 1']);
});

test('first is slow: the second is asked as well, the earlier answer counts and the other is given up', () => {
  const machine = new FailoverMachine(2, { hedgeMs: 500 });
  machine.begin(at(0), 1);
  expect(machine.nextDeadline()).toBe(500);
  expect(told(machine.wake(at(499)))).toEqual([]);
  expect(told(machine.wake(at(500)))).toEqual(['start 1']);
  expect(told(machine.ended(at(700), 1, 1, 'ok'))).toEqual(['abandon 0', 'settle 1']);
  expect(told(machine.ended(at(800), 1, 0, 'void'))).toEqual([]);
});

test('slow, then failed: the one that was asked meanwhile is waited for', () => {
  const machine = new FailoverMachine(2, { hedgeMs: 500 });
  machine.begin(at(0), 1);
  machine.wake(at(500));
  expect(told(machine.ended(at(600), 1, 0, 'failed'))).toEqual([]);
  expect(told(machine.ended(at(700), 1, 1, 'ok'))).toEqual(['settle 1']);
});

test('all fail: the request is over with the last error', () => {
  const machine = new FailoverMachine(2);
  machine.begin(at(0), 1);
  machine.ended(at(10), 1, 0, 'failed');
  expect(told(machine.ended(at(20), 1, 1, 'failed'))).toEqual(['settle 1']);
});

test('a request that no provider can do is answered so, and speaks against none', () => {
  const machine = new FailoverMachine(2, { failures: 1 });
  machine.begin(at(0), 1);
  expect(told(machine.ended(at(10), 1, 0, 'void'))).toEqual(['settle 0']);
  expect(machine.phases()).toEqual(['closed', 'closed']);
});

test('audio has begun: the others are given up, and a later failure is not hidden by starting anew', () => {
  const machine = new FailoverMachine(3, { hedgeMs: 500 });
  machine.begin(at(0), 1);
  machine.wake(at(500));
  expect(told(machine.began(1, 1))).toEqual(['abandon 0']);
  expect(machine.nextDeadline()).toBeUndefined();
  expect(told(machine.ended(at(900), 1, 1, 'failed'))).toEqual(['settle 1']);
});

test('failures in a row open the breaker: requests go past it until its time is over', () => {
  const machine = new FailoverMachine(2, { failures: 3, openMs: 5000 });
  opened(machine, 0);
  expect(machine.phases()).toEqual(['open', 'closed']);
  expect(told(machine.begin(at(4999), 1))).toEqual(['start 1']);
});

test('a success in between closes the count', () => {
  const machine = new FailoverMachine(2, { failures: 3 });
  opened(machine, 0, 2);
  machine.begin(at(0), 1);
  machine.ended(at(0), 1, 0, 'ok');
  opened(machine, 0, 2);
  expect(machine.phases()).toEqual(['closed', 'closed']);
});

describe('half open', () => {
  test('one request tries, the others go past; success closes', () => {
    const machine = new FailoverMachine(2, { openMs: 5000 });
    opened(machine, 0);
    expect(told(machine.begin(at(5000), 1))).toEqual(['start 0']);
    expect(machine.phases()).toEqual(['half_open', 'closed']);
    expect(told(machine.begin(at(5000), 2))).toEqual(['start 1']);
    machine.ended(at(5100), 1, 0, 'ok');
    expect(machine.phases()).toEqual(['closed', 'closed']);
  });

  test('failure opens for twice as long, up to the bound', () => {
    const machine = new FailoverMachine(2, { openMs: 5000, maxOpenMs: 12_000 });
    opened(machine, 0);
    let now = 5000;
    for (const openMs of [10_000, 12_000, 12_000]) {
      expect(told(machine.begin(at(now), 1))).toEqual(['start 0']);
      machine.ended(at(now), 1, 0, 'failed');
      machine.ended(at(now), 1, 1, 'ok');
      expect(told(machine.begin(at(now + openMs - 1), 2))).toEqual(['start 1']);
      machine.ended(at(now), 2, 1, 'ok');
      now += openMs;
    }
  });

  test('a trial that was given up is tried again by the next request', () => {
    const machine = new FailoverMachine(2, { openMs: 5000 });
    opened(machine, 0);
    machine.begin(at(5000), 1);
    expect(told(machine.cancel(1))).toEqual(['abandon 0']);
    machine.ended(at(5001), 1, 0, 'void');
    expect(told(machine.begin(at(5002), 2))).toEqual(['start 0']);
  });
});

test('all left alone: the first is asked all the same, because the caller waits', () => {
  const machine = new FailoverMachine(1, { failures: 1 });
  machine.begin(at(0), 1);
  machine.ended(at(0), 1, 0, 'failed');
  expect(machine.phases()).toEqual(['open']);
  expect(told(machine.begin(at(1), 2))).toEqual(['start 0']);
});

test('requests at once are bounded', () => {
  const machine = new FailoverMachine(1, { maxRequests: 2 });
  expect(told([...machine.begin(at(0), 1), ...machine.begin(at(0), 2)])).toEqual(['start 0', 'start 0']);
  expect(told(machine.begin(at(0), 3))).toEqual(['refuse']);
  machine.ended(at(0), 1, 0, 'ok');
  expect(told(machine.begin(at(0), 4))).toEqual(['start 0']);
});

test('whatever providers do, every request ends exactly once and nothing is asked twice', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const rng = seededRng(seed);
    const machine = new FailoverMachine(3, { hedgeMs: 100, failures: 2, openMs: 300 });
    const running = new Set<string>();
    const asked = new Set<string>();
    const over: number[] = [];
    let now = 0;
    const take = (actions: readonly FailoverAction[]): void => {
      for (const action of actions) {
        if (action.type === 'start') {
          const key = `${action.request}:${action.provider}`;
          expect(asked.has(key)).toBe(false);
          asked.add(key);
          running.add(key);
        } else if (action.type !== 'abandon') over.push(action.request);
      }
    };
    for (let request = 1; request <= 20; request++) {
      take(machine.begin(at(now), request));
      for (let i = 0; i < 3; i++) {
        now += Math.floor(rng.float() * 80);
        take(machine.wake(at(now)));
        const keys = [...running];
        const key = keys[Math.floor(rng.float() * keys.length)];
        if (key === undefined) continue;
        running.delete(key);
        const [id = 0, provider = 0] = key.split(':').map(Number);
        const outcome = (['ok', 'failed', 'failed', 'void'] as const)[Math.floor(rng.float() * 4)];
        take(machine.ended(at(now), id, provider, outcome as AttemptOutcome));
      }
    }
    for (let left = [...running]; left.length > 0; left = [...running]) {
      const [key = ''] = left;
      running.delete(key);
      const [id = 0, provider = 0] = key.split(':').map(Number);
      take(machine.ended(at(now), id, provider, 'failed'));
    }
    expect(over.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(machine.nextDeadline()).toBeUndefined();
  }
});

test('tried again after failures: the next is asked after the time that is set for trials', () => {
  const machine = new FailoverMachine(2, { openMs: 5000, trialHedgeMs: 0 });
  opened(machine, 0);
  expect(told(machine.begin(at(6000), 1))).toEqual(['start 0']);
  expect(machine.nextDeadline()).toBe(6000);
  expect(told(machine.wake(at(6000)))).toEqual(['start 1']);
  expect(told(machine.ended(at(6100), 1, 1, 'ok'))).toEqual(['abandon 0', 'settle 1']);
});

test('one that is busy is followed by the next and not held against it; one that is broken is left alone at once', () => {
  const machine = new FailoverMachine(2, { failures: 3, maxOpenMs: 1000 });
  for (let request = 0; request < 9; request++) {
    machine.begin(at(0), request);
    expect(told(machine.ended(at(0), request, 0, 'busy'))).toEqual(['start 1']);
    machine.ended(at(0), request, 1, 'ok');
  }
  expect(machine.phases()[0]).toBe('closed');
  machine.begin(at(0), 20);
  expect(told(machine.ended(at(0), 20, 0, 'broken'))).toEqual(['start 1']);
  expect(machine.phases()[0]).toBe('open');
  expect(told(machine.begin(at(999), 21))).toEqual(['start 1']);
  expect(told(machine.begin(at(1000), 22))).toEqual(['start 0']);
});
