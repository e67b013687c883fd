import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addMs, monoMs } from '../../../src/kernel/time.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { realScheduler } from '../../../src/threads/real-scheduler.js';
import { lowerThreadPriority, workerFile } from '../../../src/threads/worker.js';

describe('realScheduler', () => {
  test('runs once, no earlier than the deadline, also when it is set late in a long turn of the loop', async () => {
    const early: number[] = [];
    for (let n = 0; n < 20; n++) {
      const busyUntil = performance.now() + 2;
      while (performance.now() < busyUntil);
      const deadline = addMs(realScheduler.now(), 1.5);
      await new Promise<void>((resolve) =>
        realScheduler.at(deadline, () => {
          early.push(deadline - realScheduler.now());
          resolve();
        }),
      );
    }
    expect(Math.max(...early)).toBeLessThanOrEqual(0);
    expect(early).toHaveLength(20);
  });

  test('a deadline in the past runs on a later turn of the loop, not at once', async () => {
    let ran = false;
    const done = new Promise<void>((resolve) => {
      realScheduler.at(monoMs(-1000), () => {
        ran = true;
        resolve();
      });
    });
    expect(ran).toBe(false);
    await done;
  });

  test('a cancelled timer does not run; cancelling twice is harmless', async () => {
    let ran = false;
    const cancel = realScheduler.at(realScheduler.now(), () => (ran = true));
    cancel();
    cancel();
    await new Promise<void>((resolve) => realScheduler.at(addMs(realScheduler.now(), 3), resolve));
    expect(ran).toBe(false);
  });

  test('a deadline beyond the range of setTimeout does not fire at once', async () => {
    let ran = false;
    const cancel = realScheduler.at(addMs(realScheduler.now(), 3_000_000_000), () => (ran = true));
    await new Promise<void>((resolve) => realScheduler.at(addMs(realScheduler.now(), 5), resolve));
    expect(ran).toBe(false);
    cancel();
  });

  test('wall time is that of the machine', () => {
    expect(Math.abs(realScheduler.wall() - Date.now())).toBeLessThan(1000);
  });
});

describe('workers', () => {
  const root = projectRoot();

  test('the project folder holds package.json and prompts', () => {
    expect(existsSync(join(root, 'package.json'))).toBe(true);
  });

  test('a caller in src starts the compiled worker, a compiled caller its neighbour', () => {
    const at = (path: string) => pathToFileURL(join(root, path)).href;
    expect(workerFile(at('src/api/host.ts'), './api-worker.js')).toBe(
      join(root, 'dist/src/api/api-worker.js'),
    );
    expect(workerFile(at('dist/src/api/host.js'), './api-worker.js')).toBe(
      join(root, 'dist/src/api/api-worker.js'),
    );
  });

  test('lowering the priority of the main thread does nothing and never throws', () => {
    expect(() => lowerThreadPriority(10)).not.toThrow();
  });
});
