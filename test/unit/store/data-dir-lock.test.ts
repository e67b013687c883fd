import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDir, thisProcess, type LockOwner } from '../../../src/store/data-dir-lock.js';

describe('lock of the data directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'leibniz-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const leave = (owner: Partial<LockOwner> | string): void =>
    writeFileSync(join(folder, 'leibniz.lock'), typeof owner === 'string' ? owner : JSON.stringify(owner));
  const code = (run: () => unknown): string => {
    try {
      run();
      return 'taken';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is held until released, and leaves nothing but itself', () => {
    const lock = lockDataDir(folder);
    expect(code(() => lockDataDir(folder))).toBe('DATA_DIR_LOCKED');
    expect(() => lockDataDir(folder)).toThrow(new RegExp(`${process.pid}.*leibniz\\.lock.*DATA_DIR`));
    expect(readdirSync(folder)).toEqual(['leibniz.lock']);
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
    lockDataDir(folder).release();
  });

  it('of a dead process is taken over', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '0']);
    leave({ ...thisProcess(), pid });
    const lock = lockDataDir(folder);
    expect((JSON.parse(readFileSync(lock.file, 'utf8')) as LockOwner).pid).toBe(process.pid);
    expect(readdirSync(folder)).toEqual(['leibniz.lock']);
  });

  it('of a process whose pid another one has now is taken over', () => {
    leave({ ...thisProcess(), startTicks: '1' });
    lockDataDir(folder).release();
  });

  it('of garbage is taken over', () => {
    leave('{"pid":');
    lockDataDir(folder).release();
    leave('');
    lockDataDir(folder).release();
  });

  it('of another machine counts while it gives signs of life', () => {
    leave({ ...thisProcess(), host: 'elsewhere' });
    expect(code(() => lockDataDir(folder))).toBe('DATA_DIR_LOCKED');
    const longAgo = new Date(Date.now() - 3600_000);
    utimesSync(join(folder, 'leibniz.lock'), longAgo, longAgo);
    lockDataDir(folder).release();
  });

  it('in a folder that cannot be written is one clear error', () => {
    expect(code(() => lockDataDir(join(folder, 'missing')))).toBe('DATA_DIR_UNUSABLE');
  });

  it('released late does not take away a successor', () => {
    const lock = lockDataDir(folder);
    leave({ ...thisProcess(), pid: 1, startTicks: 'x' });
    lock.release();
    expect(readdirSync(folder)).toEqual(['leibniz.lock']);
  });
});
