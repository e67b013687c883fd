import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authKey } from '../../../src/app/auth-key.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'leibniz-key-'))));
afterEach(() => rmSync(folder, { recursive: true }));

test('a key is made once, and the same at the next start', () => {
  const key = authKey(undefined, folder);
  expect(key).toHaveLength(32);
  expect(authKey(undefined, folder)).toEqual(key);
  expect(authKey('a secret of the operator', folder)).not.toEqual(key);
});

test('a damaged key is not replaced: the file is named, with what to do', () => {
  const file = join(folder, 'auth.key');
  writeFileSync(file, '\u0000\u0001garbage');
  expect(() => authKey(undefined, folder)).toThrow(
    `${file} holds no key: put it back from a copy, or move it away`,
  );
  expect(readFileSync(file, 'utf8')).toContain('garbage');
});
