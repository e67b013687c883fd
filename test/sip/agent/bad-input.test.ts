import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { startSipServer } from '../../../src/sipserver/index.js';
import { dropFolder, leibniz, newFolder, preparedDataDir, ROOT, serveEnv } from './agent-process.js';

/** What a failed start leaves: an exit code and one sentence. */
interface Failure {
  readonly code: number | null;
  readonly sentences: readonly string[];
}

/** Progress and log lines, which are no complaint. */
const PROGRESS = /^(\{|Creating the embedded database|Computing \d+ embeddings|warning: )/;

/** The program as installed, but for one package. Returns its main file. */
function installedWithout(folder: string, missing: string): string {
  const root = join(folder, 'installed');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  for (const file of ['package.json', 'business.yaml', 'prompts', 'knowledge_base', 'dist']) {
    cpSync(join(ROOT, file), join(root, file), { recursive: true });
  }
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== missing) symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  }
  return join(root, 'dist/src/cli/main.js');
}

describe('a start that cannot succeed', () => {
  let folder: string;
  /** One for all: none of them gets as far as writing there. */
  let data: string;

  beforeAll(async () => (data = await preparedDataDir()), 60_000);
  afterAll(() => dropFolder(data));
  beforeEach(() => (folder = newFolder()));
  afterEach(() => dropFolder(folder));

  /** Runs `serve` until it gives up. */
  const serve = async (env: Readonly<Record<string, string>>, main?: string): Promise<Failure> => {
    const { code, output } = await leibniz(['serve'], serveEnv(27_800, data, env), main);
    return { code, sentences: output.split('\n').filter((line) => line !== '' && !PROGRESS.test(line)) };
  };

  /** One line, no stack, a code that is not 0, and the words that say what to change. */
  const expectOneSentence = ({ code, sentences }: Failure, ...says: readonly (string | RegExp)[]): void => {
    expect({ code, lines: sentences.length, sentences }).toEqual({ code: 1, lines: 1, sentences });
    for (const words of says) expect(sentences[0]).toMatch(words);
    expect(sentences[0]).toMatch(/^leibniz: /);
    expect(sentences[0]).not.toMatch(/internal error|\bat .*\(.*:\d+:\d+\)/);
  };

  test('a wrong setting: key, value and what is allowed', async () => {
    expectOneSentence(await serve({ SIP_PORT: 'five' }), 'SIP_PORT', 'five', '65535');
  });

  test('settings that do not go together', async () => {
    expectOneSentence(await serve({ MAX_CALLS: '5000' }), 'MAX_CALLS', 'RTP_PORT_MAX');
  });

  test.each([
    ['a voice that there is not', { TTS_VOICE: 'nova' }, /no voice "nova".* has rms, awb/],
    ['documents that are not there', { KNOWLEDGE_BASE_DIR: '/nowhere' }, /\/nowhere does not exist/],
  ])('`config validate` says it before a start does: %s', async (_what, env, says) => {
    const { code, output } = await leibniz(['config', 'validate'], serveEnv(27_800, data, env));
    expectOneSentence({ code, sentences: output.trim().split('\n') }, says);
  });

  test('a busy SIP port', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    expectOneSentence(await serve({ SIP_PORT: String(port) }), 'SIP_PORT', String(port));
    socket.close();
  }, 30_000);

  test('a busy HTTP port', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expectOneSentence(await serve({ HTTP_PORT: String(port) }), 'HTTP_PORT', String(port));
    server.close();
  }, 60_000);

  test('business facts that are none', async () => {
    const pack = join(folder, 'pack');
    mkdirSync(pack);
    writeFileSync(join(pack, 'business.yaml'), 'name: [unclosed\n');
    expectOneSentence(await serve({ PACK: pack }), join(pack, 'business.yaml'));
  }, 30_000);

  test('business facts that are not there', async () => {
    const pack = join(folder, 'nothing');
    expectOneSentence(await serve({ PACK: pack }), pack);
  }, 30_000);

  test('prompts with one missing', async () => {
    const prompts = join(folder, 'prompts');
    cpSync(join(ROOT, 'prompts'), prompts, { recursive: true });
    rmSync(join(prompts, 'utterances', 'greeting'), { recursive: true });
    expectOneSentence(await serve({ PROMPTS_DIR: prompts }), prompts, 'greeting');
  }, 30_000);

  test('weights that are not there: the file and what to do', async () => {
    const main = installedWithout(folder, '@moonshine-ai');
    expectOneSentence(await serve({}, main), '@moonshine-ai', 'npm install');
  }, 60_000);

  test('a document that cannot be read', async () => {
    const documents = join(folder, 'documents');
    mkdirSync(documents);
    writeFileSync(join(documents, 'hours.md'), Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x00, 0xdc, 0x80]));
    expectOneSentence(await serve({ KNOWLEDGE_BASE_DIR: documents }), 'hours.md');
  }, 60_000);

  test('no documents at all', async () => {
    const documents = join(folder, 'nowhere');
    expectOneSentence(await serve({ KNOWLEDGE_BASE_DIR: documents }), documents);
  }, 60_000);

  test('a data folder that is a file', async () => {
    const file = join(folder, 'data');
    writeFileSync(file, '');
    expectOneSentence(await serve({ DATA_DIR: file }), 'DATA_DIR', file);
  }, 30_000);

  test('a SIP server that does not answer', async () => {
    const failure = await serve({ SIP_SERVER: 'drachtio://secret-word@127.0.0.1:1' });
    expectOneSentence(failure, 'SIP_SERVER', '127.0.0.1:1');
    expect(failure.sentences.join('')).not.toContain('secret-word');
  }, 60_000);

  test('a SIP server that wants another secret', async () => {
    const server = await startSipServer({ host: '127.0.0.1', port: 0, secret: 'right-word' });
    const failure = await serve({ SIP_SERVER: `drachtio://wrong-word@127.0.0.1:${server.controlPort}` });
    expectOneSentence(failure, 'SIP_SERVER', `127.0.0.1:${server.controlPort}`, 'secret');
    expect(failure.sentences.join('')).not.toMatch(/wrong-word|right-word/);
    await server.close();
  }, 60_000);

  test('a SIP server that accepts and says nothing', async () => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expectOneSentence(await serve({ SIP_SERVER: `drachtio://word@127.0.0.1:${port}` }), 'SIP_SERVER');
    server.close();
  }, 60_000);

  test.each([
    ['a port in use', (busy: number) => ({ HTTP_PORT: String(busy) }), 'HTTP_PORT'],
    ['a SIP server that is away', () => ({ SIP_SERVER: 'drachtio://word@127.0.0.1:1' }), 'SIP_SERVER'],
  ])('%s is noticed before anything is made', async (_what, env, key) => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const fresh = join(folder, 'fresh');
    expectOneSentence(await serve({ ...env(port), DATA_DIR: fresh }), key);
    expect(existsSync(fresh)).toBe(false);
    server.close();
  });
});
