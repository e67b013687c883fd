import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import type { ApiOptions } from '../../../src/api/options.js';
import { fakeProgram } from './fake-ports.js';

const INDEX = '<!doctype html><title>Leibniz</title>';
let folder: string;
let app: App;

const build = (options: Partial<ApiOptions> = {}): Promise<App> =>
  buildApi(fakeProgram().ports, { host: '127.0.0.1', version: '0.1.0', consoleDir: folder, ...options });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'leibniz-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), INDEX);
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/a-1.js'), 'x = 1');
  writeFileSync(join(folder, 'assets/a-1.js.gz'), gzipSync('x = 1'));
  writeFileSync(join(folder, 'assets/a-1.css'), 'a {}');
  writeFileSync(join(folder, 'notes.txt'), 'not for anybody');
  app = await build();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a page takes nothing from elsewhere and no script of its own text, is framed by nobody, and is never kept', async () => {
  const { headers, body } = await app.inject('/console/');
  const policy = String(headers['content-security-policy']);
  expect(policy).toMatch(/default-src 'none'.*script-src 'self'.*connect-src 'self'.*frame-ancestors 'none'/);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'permissions-policy': expect.stringContaining('microphone=(self)') as string,
  });
  expect(body).toBe(INDEX);
});

test.each([
  ['/console/assets/a-1.js', 'text/javascript; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/console/assets/a-1.css', 'text/css; charset=utf-8', 'public, max-age=31536000, immutable'],
  ['/console/icon.svg', 'image/svg+xml', 'no-store'],
])('%s has its type', async (url, type, cache) => {
  const { headers } = await app.inject(url);
  expect([headers['content-type'], headers['cache-control']]).toEqual([type, cache]);
});

test('what was compressed when it was built goes out so to whoever takes it', async () => {
  const get = async (accept: string) =>
    (await app.inject({ url: '/console/assets/a-1.js', headers: { 'accept-encoding': accept } })).headers;
  expect((await get('gzip, br'))['content-encoding']).toBe('gzip');
  expect((await get('gzip;q=0'))['content-encoding']).toBeUndefined();
  expect((await get('identity'))['content-encoding']).toBeUndefined();
});

test.each(['/console/calls', '/console/calls/c1', '/console/reset?token=x'])(
  '%s is a page of the console',
  async (url) => {
    const { statusCode, body } = await app.inject(url);
    expect([statusCode, body]).toEqual([200, INDEX]);
  },
);

test.each([
  '/console/assets/gone-2.js',
  '/console/notes.txt',
  '/console/..%2fpackage.json',
  '/console/assets/%2e%2e/%2e%2e/package.json',
  '/calls',
  '/consoles',
])('%s is not there', async (url) => {
  const { statusCode, headers, json } = await app.inject(url);
  expect([statusCode, headers['content-type']]).toEqual([404, 'application/json; charset=utf-8']);
  expect(json<{ error: { code: string } }>().error.code).toBe('NOT_FOUND');
});

test('the address without a slash leads to the page', async () => {
  const { statusCode, headers } = await app.inject('/console');
  expect([statusCode, headers.location]).toEqual([308, '/console/']);
});

test('it is read only', async () => {
  expect((await app.inject({ method: 'POST', url: '/console/' })).statusCode).toBe(404);
  expect((await app.inject({ method: 'HEAD', url: '/console/' })).statusCode).toBe(200);
});

test('where it was not built it says how, and where it is not wanted it is not there', async () => {
  const [unbuilt, without] = await Promise.all([
    build({ consoleDir: join(folder, 'none') }),
    build({ consoleDir: undefined }),
  ]);
  expect((await unbuilt.inject('/console/')).body).toContain('npm run build');
  expect((await without.inject('/console/')).statusCode).toBe(404);
  await Promise.all([unbuilt.close(), without.close()]);
});

test('people who come by HTTPS are kept there', async () => {
  const secure = await build({ publicUrl: 'https://agent.example.org' });
  expect((await secure.inject('/console/')).headers['strict-transport-security']).toBeDefined();
  expect((await app.inject('/console/')).headers['strict-transport-security']).toBeUndefined();
  await secure.close();
});
