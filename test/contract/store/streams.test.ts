import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderStreams, type FolderStreams } from '../../../src/store/blobs/folder-streams.js';

let dir: string;
let files: FolderStreams;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'streams-'));
  files = await openFolderStreams(join(dir, 'recordings'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString();

test('a file grows, is written over, gets its name at the end, and is read in pieces', async () => {
  const file = await files.create('a.wav');
  await file.write(0, Buffer.from('....'));
  await file.write(4, Buffer.from('hello'));
  await file.write(0, Buffer.from('head'));
  expect(await files.size('a.wav')).toBeUndefined();
  expect(await files.names()).toEqual({ finished: [], unfinished: ['a.wav'] });
  expect(text(await files.readUnfinished('a.wav', 2, 4))).toBe('adhe');
  await file.finish();
  expect(await files.size('a.wav')).toBe(9);
  expect(text(await files.read('a.wav', 4, 100))).toBe('hello');
  expect(await files.names()).toEqual({ finished: ['a.wav'], unfinished: [] });
  expect(statSync(join(dir, 'recordings', 'a.wav')).mode & 0o777).toBe(0o600);
});

test('a later program takes up what was left unfinished', async () => {
  await (await files.create('b.wav')).write(0, Buffer.from('left'));
  const { file, size } = await (await openFolderStreams(join(dir, 'recordings'))).reopen('b.wav');
  expect(size).toBe(4);
  await file.write(0, Buffer.from('k'));
  await file.finish();
  expect(text(await files.read('b.wav', 0, 10))).toBe('keft');
});

test('what is discarded or deleted is gone, finished or not', async () => {
  const file = await files.create('c.wav');
  await file.write(0, Buffer.from('x'));
  await file.discard();
  await (await files.create('d.wav')).write(0, Buffer.from('x'));
  expect(await files.delete('d.wav')).toBe(true);
  expect(await files.delete('d.wav')).toBe(false);
  expect(readdirSync(join(dir, 'recordings'))).toEqual([]);
  expect(await files.read('d.wav', 0, 1)).toBeUndefined();
});

test.each(['../a.wav', 'a/b.wav', 'A.wav', '', '.part'])('there is no file called %j', async (name) => {
  await expect(files.create(name)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  await expect(files.read(name, 0, 1)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('a folder that is gone is told as a store that cannot be reached', async () => {
  rmSync(join(dir, 'recordings'), { recursive: true });
  await expect(files.create('e.wav')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
});
