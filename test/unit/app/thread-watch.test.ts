import { ThreadWatch } from '../../../src/app/services/thread-watch.js';

function watch(o: { workers: number; standIn?: boolean }) {
  const figures = { workers: o.workers, workerRestarts: 0 };
  const clock = { now: 0 };
  const watched = new ThreadWatch(
    () => figures,
    o.standIn ?? false,
    () => clock.now,
  );
  return { figures, clock, status: () => watched.status() };
}

test('all threads: healthy; one of two gone: degraded; none left: unhealthy', () => {
  const { figures, status } = watch({ workers: 2 });
  expect(status()).toBe('healthy');
  figures.workers = 1;
  expect(status()).toBe('degraded');
  figures.workers = 0;
  expect(status()).toBe('unhealthy');
});

test('none left beside another engine that answers: degraded', () => {
  const { figures, status } = watch({ workers: 1, standIn: true });
  figures.workers = 0;
  expect(status()).toBe('degraded');
});

test('a thread that died and was back before anybody asked is told of for five seconds', () => {
  const { figures, clock, status } = watch({ workers: 1 });
  clock.now = 60_000;
  figures.workerRestarts = 1;
  expect(status()).toBe('degraded');
  clock.now += 4999;
  expect(status()).toBe('degraded');
  clock.now += 1;
  expect(status()).toBe('healthy');
});

test('an engine without threads is never missed', () => {
  expect(watch({ workers: 0 }).status()).toBe('healthy');
});
