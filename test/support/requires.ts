import { spawnSync } from 'node:child_process';
import { Socket } from 'node:net';

/** Where tests look for a Redis server. */
export const REDIS_URL = process.env['TEST_REDIS_URL'] ?? 'redis://127.0.0.1:6379';
/** Where tests look for a PostgreSQL server whose user may create databases. */
export const POSTGRES_URL = process.env['TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const PROBE_MS = 500;

/** `describe` when the requirement is met; else `describe.skip`, with the reason printed once. */
type Describe = typeof describe;

/**
 * What must not be missing where these tests run, separated by commas: `redis`, `postgres`, or a program's name. Its
 * suites fail instead of being skipped.
 */
const DEMANDED = new Set((process.env['LEIBNIZ_REQUIRE'] ?? '').split(',').map((name) => name.trim()));

/**
 * What a suite needs beyond Node. Each function gives a `describe` that skips, and says why, where it is missing:
 * `(await requires.redis())('queue on redis', () => …)`. Where `LEIBNIZ_REQUIRE` names it, the suite fails.
 */
export const requires = {
  redis: (): Promise<Describe> => server('redis', 'Redis', REDIS_URL, 'TEST_REDIS_URL'),
  postgres: (): Promise<Describe> => server('postgres', 'PostgreSQL', POSTGRES_URL, 'TEST_DATABASE_URL'),
  /** A program on the PATH, by name (`sipp`). */
  binary: (name: string): Describe => {
    const found = spawnSync('sh', ['-c', `command -v "$1"`, 'sh', name], { encoding: 'utf8' });
    return found.status === 0 ? describe : missing(name, `the program ${name} is not installed`);
  },
};

async function server(kind: string, name: string, url: string, key: string): Promise<Describe> {
  const { hostname, port } = new URL(url);
  if (await answers(hostname, Number(port))) return describe;
  return missing(kind, `no ${name} at ${hostname}:${port} (set ${key} to use another)`);
}

/** A `describe` that skips, or fails where the requirement is demanded. */
function missing(kind: string, reason: string): Describe {
  if (!DEMANDED.has(kind)) {
    process.stderr.write(`skipped: ${reason}\n`);
    return describe.skip;
  }
  const fail = (name: string): void =>
    describe(name, () => {
      test(`${kind} is demanded by LEIBNIZ_REQUIRE`, () => {
        throw new Error(reason);
      });
    });
  return Object.assign((name: string) => fail(name), describe);
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const settle = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(PROBE_MS, () => settle(false));
    socket.once('error', () => settle(false));
    socket.connect(port, host, () => settle(true));
  });
}
