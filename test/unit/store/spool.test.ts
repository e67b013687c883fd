import { Spool } from '../../../src/store/journal/spool.js';
import { MemoryFs } from './memory-fs.js';

const folder = '/data/spool';

async function drain(spool: Spool): Promise<string[]> {
  const all: string[] = [];
  for (let lines = await spool.oldest(); lines !== undefined; lines = await spool.oldest()) {
    all.push(...lines);
    await spool.drop();
  }
  return all;
}

describe('spool', () => {
  it('gives lines back in order, over several files, and leaves no file behind', async () => {
    const fs = new MemoryFs();
    const spool = new Spool({ folder, fs, fileBytes: 20 });
    for (let i = 0; i < 10; i++) expect(await spool.write([`line-${i}`], i)).toBe(true);
    expect(fs.files.size).toBeGreaterThan(2);
    expect(fs.syncs).toBe(10);
    expect(spool.bytes).toBe(70);
    expect(spool.oldestAtMs).toBe(0);
    expect(await drain(spool)).toEqual(Array.from({ length: 10 }, (_, i) => `line-${i}`));
    expect(fs.files.size).toBe(0);
    expect(spool.bytes).toBe(0);
  });

  it('refuses lines beyond its bound of bytes and keeps what it has', async () => {
    const spool = new Spool({ folder, fs: new MemoryFs(), maxBytes: 30, fileBytes: 10 });
    const taken = [];
    for (let i = 0; i < 10; i++) taken.push(await spool.write([`line-${i}`], 0));
    expect(taken.filter(Boolean)).toHaveLength(4);
    expect(spool.bytes).toBeLessThanOrEqual(30);
    expect(await drain(spool)).toHaveLength(4);
    expect(await spool.write(['again'], 0)).toBe(true);
  });

  it('a full disk tears a line: the lines before are whole, and the spool goes on when there is space', async () => {
    const fs = new MemoryFs();
    fs.capacityBytes = 10;
    fs.tearBytes = 3;
    const spool = new Spool({ folder, fs });
    await spool.write(['first'], 0);
    await expect(spool.write(['second'], 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    fs.capacityBytes = 100;
    await spool.write(['third'], 0);
    expect(await drain(spool)).toEqual(['first', 'third']);
  });

  it('adopts what an orderly close or a dead process left, not what a living one owns', async () => {
    const fs = new MemoryFs();
    const before = new Spool({ folder, fs });
    await before.write(['closed'], 0);
    await before.close();
    // No process has the largest pid there is.
    fs.files.set(`${folder}/4194304-17-00000000.ndjson`, 'dead\nwhole\ntorn by the cra');
    fs.files.set(`${folder}/1--00000000.ndjson`, 'alive\n');
    fs.files.set(`${folder}/notes.txt`, 'not ours');
    const after = new Spool({ folder, fs });
    expect(await after.adopt()).toBe(2);
    expect((await drain(after)).sort()).toEqual(['closed', 'dead', 'whole']);
    expect([...fs.files.keys()].sort()).toEqual([`${folder}/1--00000000.ndjson`, `${folder}/notes.txt`]);
  });
});
