import { err, ok, type Result } from '../../../src/kernel/result.js';
import { addMs, type MonoMs } from '../../../src/kernel/time.js';
import {
  FailoverRunner,
  type FailoverRunnerOptions,
  type FailoverTerms,
} from '../../../src/net/failover-runner.js';
import { VirtualTime } from '../../support/virtual-time.js';

const TERMS: FailoverTerms<string> = {
  aborted: 'aborted',
  overloaded: 'overloaded',
  late: 'late',
  outcomeOf: (result) => (result.ok ? 'ok' : 'failed'),
};

type Reply = Result<string, string>;

/** Providers that answer after so many milliseconds; undefined: never, not even when they are given up. */
function rig(delays: readonly (number | undefined)[], options: Partial<FailoverRunnerOptions> = {}) {
  const time = new VirtualTime();
  const runner = new FailoverRunner<string, string>(delays.length, TERMS, {
    ...{ scheduler: time, hedgeMs: 400, failures: 2, openMs: 5000 },
    ...options,
  });
  const asked: number[] = [];
  const answer = (place: number, signal: AbortSignal): Promise<Reply> =>
    new Promise((resolve) => {
      asked.push(place);
      const delayMs = delays[place];
      if (delayMs === undefined) return;
      time.at(addMs(time.now(), delayMs), () => resolve(ok(`${place}`)));
      signal.addEventListener('abort', () => resolve(err('given up')));
    });
  /** The answer, and what it took. */
  const ask = async (waitMs: number): Promise<readonly [Reply | undefined, number | undefined]> => {
    const startedAt = time.now();
    let reply: Reply | undefined;
    let at: MonoMs | undefined;
    void runner.run(undefined, answer).then((result) => {
      reply = result;
      at = time.now();
    });
    await time.advance(waitMs);
    return [reply, at === undefined ? undefined : at - startedAt];
  };
  return { runner, ask, asked };
}

test('a provider that stalls costs its hedge, twice; then it is left alone and costs nothing', async () => {
  const { runner, ask, asked } = rig([60_000, 50]);
  expect(await ask(1000)).toEqual([ok('1'), 450]);
  expect(await ask(1000)).toEqual([ok('1'), 450]);
  expect(runner.machine.phases()).toEqual(['open', 'closed']);
  expect(await ask(1000)).toEqual([ok('1'), 50]);
  expect(asked).toEqual([0, 1, 0, 1, 1]);
});

test('all stall, deaf even to being given up: the request ends at its limit', async () => {
  const { ask } = rig([undefined, undefined], { totalMs: 2000 });
  expect(await ask(5000)).toEqual([err('late'), 2000]);
});

test('one that is tried again is heard out beside the next, which the caller has at once', async () => {
  const { runner, ask } = rig([900, 50], { trialHedgeMs: 0, finishTrials: true });
  await ask(1000);
  await ask(1000);
  expect(runner.machine.phases()).toEqual(['open', 'closed']);
  await ask(5000);
  expect(await ask(1000)).toEqual([ok('1'), 50]);
  expect(runner.machine.phases()).toEqual(['closed', 'closed']);
});

test('what is closed gives every request up', async () => {
  const { runner, ask } = rig([undefined]);
  const waiting = ask(100);
  runner.close();
  expect(await waiting).toEqual([err('aborted'), 0]);
  expect((await ask(0))[0]).toEqual(err('aborted'));
});
