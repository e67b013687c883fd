import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FolderBlobs } from '../../../src/store/blobs/folder-blobs.js';
import { openFolderBlobs } from '../../../src/store/blobs/folder-blobs.js';
import { BlobSigner } from '../../../src/store/blobs/signatures.js';

let dir: string;
let wall = Date.UTC(2026, 10, 23, 9);
const signer = new BlobSigner(Buffer.alloc(32, 7));
const open = (maxBytes = 1000): Promise<FolderBlobs> =>
  openFolderBlobs({ dir, maxBytes, signer, wall: () => wall });
const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'blobs-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('what is put is there, with its facts, also for the next program', async () => {
  const blobs = await open();
  expect(await blobs.put('tts/a.wav', bytes(10, 10), { provider: 'flite' })).toBe(true);
  expect(await blobs.get('tts/a.wav')).toEqual({
    bytes: Buffer.from(bytes(10, 10)),
    facts: { provider: 'flite' },
  });
  expect(await blobs.get('tts/b.wav')).toBeUndefined();
  const later = await open();
  expect(later.stats()).toEqual({ bytes: 10, blobs: 1 });
  expect((await later.get('tts/a.wav'))?.bytes).toHaveLength(10);
  await later.put('tts/a.wav', bytes(3), {});
  expect(later.stats()).toEqual({ bytes: 3, blobs: 1 });
  await later.delete('tts/a.wav');
  expect(await later.facts('tts/a.wav')).toBeUndefined();
  expect(readdirSync(dir)).toEqual([]);
});

test('full: what was not used for longest gives way, also over a restart', async () => {
  const blobs = await open(100);
  await blobs.put('tts/a', bytes(40), {});
  wall += 60_000;
  await blobs.put('tts/b', bytes(40), {});
  wall += 60_000;
  await blobs.facts('tts/a');
  await blobs.put('tts/c', bytes(40), {});
  expect(await blobs.facts('tts/b')).toBeUndefined();
  expect(await blobs.facts('tts/a')).toEqual({});
  expect(await blobs.put('tts/d', bytes(101), {})).toBe(false);
  const smaller = await open(50);
  expect(smaller.stats().blobs).toBe(1);
});

test.each(['../x', 'a/../b', '/etc/passwd', 'A.wav', '', 'a//b', 'x'.repeat(201), 'a\0b'])(
  '%j is no key',
  async (key) => {
    const blobs = await open();
    expect(await blobs.put(key, bytes(1), {})).toBe(false);
    expect(await blobs.get(key)).toBeUndefined();
    expect(readdirSync(dir)).toEqual([]);
  },
);

test('what is none of ours, or half written, is cleared away', async () => {
  const blobs = await open();
  await blobs.put('tts/a', bytes(5), {});
  writeFileSync(join(dir, 'stranger'), 'hello');
  writeFileSync(join(dir, 'x.part'), '{"key"');
  const again = await open();
  expect(again.stats().blobs).toBe(1);
  expect(readdirSync(dir)).toHaveLength(1);
  expect(statSync(join(dir, readdirSync(dir)[0] ?? '')).mode & 0o077).toBe(0);
});

test('a file that somebody has taken away is no longer there', async () => {
  const blobs = await open();
  await blobs.put('tts/a', bytes(5), {});
  for (const file of readdirSync(dir)) rmSync(join(dir, file));
  expect(await blobs.get('tts/a')).toBeUndefined();
  expect(blobs.stats()).toEqual({ bytes: 0, blobs: 0 });
});

test('an address is good for its key and its time', async () => {
  const blobs = await open();
  const url = new URL(await blobs.signedUrl('tts/a.wav', 3600_000), 'http://x');
  expect(url.pathname).toBe('/api/v1/blobs/tts/a.wav');
  const expires = Number(url.searchParams.get('expires'));
  const signature = url.searchParams.get('signature') ?? '';
  expect(signer.holds('tts/a.wav', expires, signature, wall)).toBe(true);
  expect(signer.holds('tts/a.wav', expires, signature, wall + 3599_000)).toBe(true);
  expect(signer.holds('tts/a.wav', expires, signature, wall + 3601_000)).toBe(false);
  expect(signer.holds('tts/b.wav', expires, signature, wall)).toBe(false);
  expect(signer.holds('tts/a.wav', expires + 1, signature, wall)).toBe(false);
  expect(signer.holds('tts/a.wav', expires, 'short', wall)).toBe(false);
  expect(new BlobSigner(Buffer.alloc(32, 8)).holds('tts/a.wav', expires, signature, wall)).toBe(false);
});
