import { JobQueue, type QueuedJob } from '../../../src/speech/core/job-queue.js';

interface Job extends QueuedJob {
  readonly id: string;
}
const final = (id: string): Job => ({ id, priority: 'final' });
const speculative = (id: string): Job => ({ id, priority: 'speculative' });
const order = (queue: JobQueue<Job>): string =>
  queue
    .drain()
    .map((job) => job.id)
    .join('');

test('final goes before speculative, each in order', () => {
  const queue = new JobQueue<Job>(9);
  for (const job of [speculative('a'), final('b'), speculative('c'), final('d')]) {
    expect(queue.push(job)).toBeUndefined();
  }
  expect([queue.shift()?.id, queue.shift()?.id, queue.shift()?.id, queue.shift()?.id, queue.shift()]).toEqual(
    ['b', 'd', 'a', 'c', undefined],
  );
});

test('full: a final job pushes out the oldest speculative one', () => {
  const queue = new JobQueue<Job>(2);
  queue.push(speculative('a'));
  queue.push(speculative('b'));
  expect(queue.push(final('c'))?.id).toBe('a');
  expect(queue.size).toBe(2);
  expect(order(queue)).toBe('cb');
});

test('full: a speculative job is refused, and a final one among finals', () => {
  const queue = new JobQueue<Job>(1);
  queue.push(final('a'));
  expect(queue.push(speculative('b'))?.id).toBe('b');
  expect(queue.push(final('c'))?.id).toBe('c');
  expect(order(queue)).toBe('a');
});

test('promote: a waiting speculative job becomes the last final one', () => {
  const queue = new JobQueue<Job>(9);
  for (const job of [speculative('a'), speculative('b'), final('c')]) queue.push(job);
  expect(queue.promote((job) => job.id === 'b')).toBe(true);
  expect(queue.promote((job) => job.id === 'c')).toBe(false);
  expect(order(queue)).toBe('cba');
});

test('remove and unshift', () => {
  const queue = new JobQueue<Job>(9);
  const a = final('a');
  queue.push(a);
  queue.push(final('b'));
  const taken = queue.shift() as Job;
  expect(queue.remove(taken)).toBe(false);
  queue.unshift(taken);
  expect(queue.remove(a)).toBe(true);
  expect(order(queue)).toBe('b');
});

test('a capacity below one is refused', () => {
  expect(() => new JobQueue(0)).toThrow(RangeError);
});
