import type { AddressInfo } from 'node:net';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import { PERMISSIONS, permissionsOf, ROLES, type Permission } from '../../../src/api/core/permissions.js';
import type { ApiOptions } from '../../../src/api/options.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { FakeAccounts } from '../../../src/store/testing/fake-accounts.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { fakeProgram, PRIVATE } from './fake-ports.js';

const PASSWORD = 'Correct-horse-7';
const ADMIN_TOKEN = 'a-long-random-token-for-tests';
let time: VirtualTime;
let accounts: FakeAccounts;
const apps: App[] = [];

async function build(options: Partial<ApiOptions> = {}): Promise<App> {
  const app = await buildApi(
    { ...fakeProgram().ports, accounts },
    {
      host: '127.0.0.1',
      version: '0.1.0',
      rateLimitPerMinute: 0,
      auth: { key: new Uint8Array(32).fill(7) },
      ...options,
    },
    { clock: time },
  );
  apps.push(app);
  return app;
}

beforeEach(() => {
  time = new VirtualTime();
  accounts = new FakeAccounts(() => time.wall());
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const send = (app: App, o: InjectOptions): Promise<LightMyRequestResponse> => app.inject(o);
const post = (
  app: App,
  url: string,
  payload: object,
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> => send(app, { method: 'POST', url, payload, headers });
const codeOf = (response: LightMyRequestResponse): string =>
  response.json<{ error: { code: string } }>().error.code;

/** Makes an account through the door of an admin, and gives it a password by its link. */
async function account(app: App, email: string, roles: readonly string[]): Promise<string> {
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const made = await post(app, '/api/v1/users', { email, name: email, roles }, admin);
  const { id } = made.json<{ id: string }>();
  const link = await post(app, `/api/v1/users/${id}/link`, { purpose: 'invite' }, admin);
  const token = new URL(link.json<{ url: string }>().url).searchParams.get('token');
  await post(app, '/api/v1/auth/password-reset/confirm', { token, password: PASSWORD });
  return id;
}

interface Browser {
  readonly cookie: string;
  readonly access: string;
}

async function signIn(app: App, email: string, password = PASSWORD): Promise<Browser> {
  const response = await post(app, '/api/v1/auth/login', { email, password });
  return browserOf(response);
}

function browserOf(response: LightMyRequestResponse): Browser {
  const cookie = response.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  return { cookie, access: response.json<{ access_token: string }>().access_token };
}

describe('the first account', () => {
  test('this machine alone needs none; with one, everybody signs in', async () => {
    const app = await build();
    expect((await send(app, { url: '/api/v1/auth/me' })).json()).toMatchObject({ mode: 'local', user: null });
    // Whoever makes the first account is not shut out before its link is made and used.
    const made = await post(app, '/api/v1/users', { email: 'a@example.org', name: 'A', roles: ['admin'] });
    const link = await post(app, `/api/v1/users/${made.json<{ id: string }>().id}/link`, {
      purpose: 'invite',
    });
    const token = new URL(link.json<{ url: string }>().url).searchParams.get('token');
    await post(app, '/api/v1/auth/password-reset/confirm', { token, password: PASSWORD });
    expect(codeOf(await send(app, { url: '/api/v1/calls' }))).toBe('UNAUTHORIZED');
  });

  test('where others can reach it, nobody is let in without; the setup link makes an admin, once', async () => {
    const app = await build({ host: '0.0.0.0' });
    expect(codeOf(await send(app, { url: '/api/v1/calls' }))).toBe('UNAUTHORIZED');
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update('the-link').digest('hex');
    await accounts.makeLink({ hash, purpose: 'setup', expiresAtMs: time.wall() + 1000 });
    const person = { email: 'ada@example.org', name: 'Ada', password: PASSWORD };
    expect(codeOf(await post(app, '/api/v1/auth/register', person))).toBe('FORBIDDEN');
    expect(
      codeOf(await post(app, '/api/v1/auth/register', { ...person, password: 'weak', invite: 'the-link' })),
    ).toBe('PASSWORD_WEAK');
    expect((await post(app, '/api/v1/auth/register', { ...person, invite: 'the-link' })).statusCode).toBe(
      201,
    );
    expect(codeOf(await post(app, '/api/v1/auth/register', { ...person, invite: 'the-link' }))).toBe(
      'TOKEN_USED',
    );
    const { access } = await signIn(app, 'ada@example.org');
    const me = await send(app, { url: '/api/v1/auth/me', headers: { authorization: `Bearer ${access}` } });
    expect(me.json()).toMatchObject({
      mode: 'users',
      permissions: [...PERMISSIONS],
      user: { roles: ['admin'] },
    });
  });

  test('a database that does not answer opens nothing', async () => {
    accounts.count = () => Promise.reject(new LeibnizError('STORE_UNAVAILABLE', 'The database is away.'));
    expect(codeOf(await send(await build(), { url: '/api/v1/calls' }))).toBe('STORE_UNAVAILABLE');
  });
});

describe('signing in', () => {
  let app: App;
  beforeEach(async () => {
    app = await build({ token: ADMIN_TOKEN });
    await account(app, 'sue@example.org', ['supervisor']);
  });

  test('a wrong password and an unknown address look alike, and are slowed', async () => {
    for (const email of ['sue@example.org', 'nobody@example.org']) {
      expect(codeOf(await post(app, '/api/v1/auth/login', { email, password: 'wrong' }))).toBe(
        'CREDENTIALS_WRONG',
      );
    }
    for (let i = 0; i < 4; i++) {
      await post(app, '/api/v1/auth/login', { email: 'sue@example.org', password: 'wrong' });
    }
    const slowed = await post(app, '/api/v1/auth/login', { email: 'sue@example.org', password: PASSWORD });
    expect([slowed.statusCode, codeOf(slowed)]).toEqual([429, 'RATE_LIMITED']);
    await time.advance(60_001);
    expect(
      (await post(app, '/api/v1/auth/login', { email: 'SUE@example.org', password: PASSWORD })).statusCode,
    ).toBe(200);
  });

  test('cookies are for this site and for no script; the body holds no refresh token unless a program asks', async () => {
    const response = await post(app, '/api/v1/auth/login', { email: 'sue@example.org', password: PASSWORD });
    expect(response.cookies).toMatchObject([
      { name: 'leibniz_at', httpOnly: true, sameSite: 'Strict', path: '/' },
      { name: 'leibniz_rt', httpOnly: true, sameSite: 'Strict', path: '/api/v1/auth' },
    ]);
    expect(response.json()).not.toHaveProperty('refresh_token');
    const program = await post(
      app,
      '/api/v1/auth/login',
      { email: 'sue@example.org', password: PASSWORD },
      { 'x-leibniz-client': 'api' },
    );
    expect(program.json()).toHaveProperty('refresh_token');
  });

  test('a cookie that changes something names the origin of its page', async () => {
    const { cookie } = await signIn(app, 'sue@example.org');
    const body = { purpose: 'live' };
    const own = { cookie, host: 'agent.example.org', origin: 'https://agent.example.org' };
    expect((await post(app, '/api/v1/auth/ws-ticket', body, own)).statusCode).toBe(200);
    expect(codeOf(await post(app, '/api/v1/auth/ws-ticket', body, { cookie }))).toBe('FORBIDDEN_ORIGIN');
    const evil = { ...own, origin: 'https://evil.example' };
    expect(codeOf(await post(app, '/api/v1/auth/ws-ticket', body, evil))).toBe('FORBIDDEN_ORIGIN');
  });

  test('an access token ends; a refresh gives another; the old one is another tab for 15 s, then a thief', async () => {
    const first = await signIn(app, 'sue@example.org');
    await time.advance(1_801_000);
    expect(codeOf(await send(app, { url: '/api/v1/calls', headers: { cookie: first.cookie } }))).toBe(
      'TOKEN_EXPIRED',
    );
    const refreshed = await send(app, {
      method: 'POST',
      url: '/api/v1/auth/refresh',
      headers: { cookie: first.cookie },
    });
    expect(refreshed.statusCode).toBe(200);
    const second = browserOf(refreshed);
    expect((await send(app, { url: '/api/v1/calls', headers: { cookie: second.cookie } })).statusCode).toBe(
      200,
    );
    await time.advance(10_000);
    expect(
      codeOf(
        await send(app, { method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie: first.cookie } }),
      ),
    ).toBe('REFRESH_RACED');
    await time.advance(6_000);
    expect(
      codeOf(
        await send(app, { method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie: first.cookie } }),
      ),
    ).toBe('REFRESH_REUSED');
    expect(
      codeOf(
        await send(app, { method: 'POST', url: '/api/v1/auth/refresh', headers: { cookie: second.cookie } }),
      ),
    ).toBe('UNAUTHORIZED');
  });

  test('a change of roles, a new password and a disabled account act at once', async () => {
    const { access } = await signIn(app, 'sue@example.org');
    const asSue = (): Promise<LightMyRequestResponse> =>
      send(app, { url: '/api/v1/calls', headers: { authorization: `Bearer ${access}` } });
    expect((await asSue()).statusCode).toBe(200);
    const { id } = (await accounts.byEmail('sue@example.org')) ?? { id: '' };
    const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const { version } = (await send(app, { url: `/api/v1/users/${id}`, headers: admin })).json<{
      version: number;
    }>();
    await send(app, {
      method: 'PATCH',
      url: `/api/v1/users/${id}`,
      headers: admin,
      payload: { roles: [], version },
    });
    expect(codeOf(await asSue())).toBe('UNAUTHORIZED');
    const again = await signIn(app, 'sue@example.org');
    expect(
      codeOf(await send(app, { url: '/api/v1/calls', headers: { authorization: `Bearer ${again.access}` } })),
    ).toBe('FORBIDDEN');
    await send(app, {
      method: 'PATCH',
      url: `/api/v1/users/${id}`,
      headers: admin,
      payload: { disabled: true, version: version + 1 },
    });
    expect(
      codeOf(await post(app, '/api/v1/auth/login', { email: 'sue@example.org', password: PASSWORD })),
    ).toBe('ACCOUNT_DISABLED');
    expect(
      codeOf(
        await send(app, {
          method: 'PATCH',
          url: `/api/v1/users/${id}`,
          headers: admin,
          payload: { name: 'x', version: 1 },
        }),
      ),
    ).toBe('VERSION_CONFLICT');
  });

  test('a token for a program does no more than its owner may, and what it was made for', async () => {
    const { cookie } = await signIn(app, 'sue@example.org');
    const own = { cookie, host: 'x', origin: 'http://x' };
    const made = await post(
      app,
      '/api/v1/auth/tokens',
      { name: 'wall', permissions: ['calls.read', 'users.manage'] },
      own,
    );
    const headers = { authorization: `Bearer ${made.json<{ token: string }>().token}` };
    expect((await send(app, { url: '/api/v1/calls', headers })).statusCode).toBe(200);
    expect(codeOf(await send(app, { url: '/api/v1/jobs', headers }))).toBe('FORBIDDEN');
    expect(codeOf(await send(app, { url: '/api/v1/users', headers }))).toBe('FORBIDDEN');
  });

  test('a link chooses a password once; a weak one does not spend it', async () => {
    const { id } = (await accounts.byEmail('sue@example.org')) ?? { id: '' };
    const link = await post(
      app,
      `/api/v1/users/${id}/link`,
      { purpose: 'reset' },
      { authorization: `Bearer ${ADMIN_TOKEN}` },
    );
    const token = new URL(link.json<{ url: string }>().url).searchParams.get('token');
    const confirm = (password: string): Promise<LightMyRequestResponse> =>
      post(app, '/api/v1/auth/password-reset/confirm', { token, password });
    expect(codeOf(await confirm('short'))).toBe('PASSWORD_WEAK');
    expect((await confirm('Another-horse-8')).statusCode).toBe(204);
    expect(codeOf(await confirm('Another-horse-9'))).toBe('TOKEN_USED');
    expect((await signIn(app, 'sue@example.org', 'Another-horse-8')).access).not.toBe('');
  });

  test('the trail has who did what, and is for admins', async () => {
    await post(app, '/api/v1/auth/login', { email: 'sue@example.org', password: 'wrong' });
    const trail = await send(app, {
      url: '/api/v1/audit',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const actions = trail.json<{ items: { action: string; outcome: string; actor: { kind: string } }[] }>()
      .items;
    expect(actions.map(({ action, outcome, actor }) => `${actor.kind} ${action} ${outcome}`)).toEqual(
      expect.arrayContaining([
        'anonymous auth.login denied',
        'admin_token user.create ok',
        'admin_token user.link ok',
      ]),
    );
    expect(trail.body).not.toContain(PASSWORD);
  });
});

describe('the matrix of routes and roles', () => {
  /** What may be public, with why. */
  const PUBLIC: Readonly<Record<string, string>> = {
    'GET /health': 'load balancers ask it',
    'GET /ready': 'load balancers ask it',
    'GET /health/ready': 'load balancers ask it',
    'GET /metrics': 'Prometheus asks it',
    'GET /docs': 'the description of the API',
    'GET /openapi.json': 'the description of the API',
    'POST /api/v1/session/create': 'a text entry point, limited per client',
    'POST /api/v1/classify': 'a text entry point, limited per client',
    'POST /api/v1/query': 'a text entry point, limited per client',
    'POST /api/v1/retrieve': 'a text entry point, limited per client',
    'POST /api/v1/guard/input': 'a text entry point, limited per client',
    'POST /api/v1/guard/output': 'a text entry point, limited per client',
    'POST /validate/input': 'a text entry point, limited per client',
    'POST /validate/output': 'a text entry point, limited per client',
    'GET /api/v1/calendar.ics': 'has a token of its own',
    'GET /api/v1/blobs/:folder/:name': 'the address is signed, and good for an hour',
  };

  interface Route {
    readonly method: string;
    readonly url: string;
    readonly permission: Permission | undefined;
    readonly own: boolean;
  }

  async function routesOf(): Promise<{ app: App; routes: Route[] }> {
    const app = await build({ token: ADMIN_TOKEN, host: '0.0.0.0' });
    const { paths } = app.swagger() as unknown as {
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]): Route => {
        const needs = described['x-permission'];
        const own = needs === 'signed in';
        const permission = own || needs === undefined ? undefined : (needs as Permission);
        return { method: method.toUpperCase(), url: path.replaceAll(/\{([^}]+)\}/g, ':$1'), permission, own };
      }),
    );
    return { app, routes };
  }

  test('each route names a permission, belongs to oneself, or is public for a reason', async () => {
    const { routes } = await routesOf();
    expect(routes.length).toBeGreaterThan(35);
    const open = routes.filter(
      ({ permission, own, url }) => permission === undefined && !own && !url.startsWith('/api/v1/auth/'),
    );
    expect(open.map(({ method, url }) => `${method} ${url}`).filter((route) => !(route in PUBLIC))).toEqual(
      [],
    );
  });

  test('who lacks the permission gets 403, nobody gets 401, on every route', async () => {
    const { app, routes } = await routesOf();
    for (const role of ROLES) await account(app, `${role}@example.org`, [role]);
    const wrong: string[] = [];
    for (const role of [...ROLES, 'nobody']) {
      const headers: Record<string, string> = {};
      if (role !== 'nobody') {
        headers['authorization'] = `Bearer ${(await signIn(app, `${role}@example.org`)).access}`;
      }
      for (const { method, url, permission } of routes) {
        if (permission === undefined) continue;
        const response = await send(app, {
          method: method,
          url: url.replaceAll(/:[a-z_]+/g, 'unknown'),
          headers,
        });
        const allowed = role !== 'nobody' && permissionsOf([role]).has(permission);
        const refused = response.statusCode === (role === 'nobody' ? 401 : 403);
        if (refused === allowed) wrong.push(`${role}: ${method} ${url} ${response.statusCode}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('whoever may not read numbers may not search for them', async () => {
    const { app } = await routesOf();
    await account(app, 'viewer@example.org', ['viewer']);
    const headers = { authorization: `Bearer ${(await signIn(app, 'viewer@example.org')).access}` };
    const { statusCode, json } = await send(app, { url: '/api/v1/calls?q=5550', headers });
    expect([statusCode, json<{ error: { field: string } }>().error.field]).toEqual([403, 'calls.pii']);
  });

  test('personal data reach nobody without calls.pii, on any route that gives lists or single things', async () => {
    const { app, routes } = await routesOf();
    await account(app, 'viewer@example.org', ['viewer']);
    await account(app, 'supervisor@example.org', ['supervisor']);
    const secrets = ['Lovelace', 'Hopper', '+15550100', '5550100', ...Object.values(PRIVATE)];
    const read = async (email: string): Promise<string> => {
      const headers = { authorization: `Bearer ${(await signIn(app, email)).access}` };
      const bodies = await Promise.all(
        routes
          .filter(({ method, permission }) => method === 'GET' && permission !== undefined)
          .flatMap(({ url }) => ['a1', 'b1', 'c1', 'j1'].map((id) => url.replaceAll(/:[a-z_]+/g, id)))
          .map((url) => send(app, { url, headers })),
      );
      return bodies
        .filter(({ statusCode }) => statusCode === 200)
        .map(({ body }) => body)
        .join('\n');
    };
    const viewer = await read('viewer@example.org');
    const supervisor = await read('supervisor@example.org');
    expect(secrets.filter((secret) => !supervisor.includes(secret))).toEqual([]);
    expect(secrets.filter((secret) => viewer.includes(secret))).toEqual([]);
  });
});

describe('one-time links', () => {
  const admin = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const linkOf = async (app: App, purpose: string): Promise<string> => {
    const { id } = await accounts
      .create({ email: `${purpose}@example.org`, name: 'A', roles: [] })
      .then((made) => (made.ok ? made.account : { id: '' }));
    return (await post(app, `/api/v1/users/${id}/link`, { purpose }, admin)).json<{ url: string }>().url;
  };

  test.each(['invite', 'reset', 'verify'])(
    '%s has a page of its own at the public address',
    async (purpose) => {
      const app = await build({ token: ADMIN_TOKEN, publicUrl: 'https://agent.example.org/' });
      expect(await linkOf(app, purpose)).toMatch(
        new RegExp(`^https://agent\\.example\\.org/console/${purpose}\\?token=[\\w-]{43}$`),
      );
    },
  );

  test('without one they name the address that others reach, with the port that is listened on', async () => {
    const app = await build({ token: ADMIN_TOKEN, host: '0.0.0.0', reachedAt: '192.0.2.7' });
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    expect(await linkOf(app, 'invite')).toMatch(`http://192.0.2.7:${port}/console/invite?token=`);
  });

  test('an IPv6 address stands in brackets', async () => {
    const app = await build({ token: ADMIN_TOKEN, host: '::1' });
    expect(await linkOf(app, 'reset')).toMatch('http://[::1]/console/reset?token=');
  });
});

describe('wrong tokens', () => {
  const from = (app: App, token: string, remoteAddress: string): Promise<LightMyRequestResponse> =>
    send(app, { url: '/api/v1/calls', headers: { authorization: `Bearer ${token}` }, remoteAddress });

  test('many of them are told to wait; the right ones of others at the same address are let in', async () => {
    const app = await build({ token: ADMIN_TOKEN, host: '0.0.0.0' });
    await account(app, 'sue@example.org', ['supervisor']);
    const { cookie, access } = await signIn(app, 'sue@example.org');
    const own = { cookie, host: 'x', origin: 'http://x' };
    const made = await post(app, '/api/v1/auth/tokens', { name: 'wall', permissions: ['calls.read'] }, own);
    const { token } = made.json<{ token: string }>();
    const codes = [];
    for (let n = 0; n < 12; n++) codes.push((await from(app, `lbz_guess-${n}`, '10.0.0.1')).statusCode);
    expect(codes).toEqual([...Array<number>(10).fill(401), 429, 429]);
    for (const right of [ADMIN_TOKEN, access, token]) {
      expect((await from(app, right, '10.0.0.1')).statusCode).toBe(200);
    }
  });

  test('the database is asked for sixty unknown tokens of a client a minute; known ones are not counted', async () => {
    let asked = 0;
    const { useToken } = accounts;
    accounts.useToken = (hash) => {
      asked++;
      return useToken.call(accounts, hash);
    };
    const app = await build({ token: ADMIN_TOKEN, host: '0.0.0.0' });
    await account(app, 'sue@example.org', ['supervisor']);
    const { cookie } = await signIn(app, 'sue@example.org');
    const own = { cookie, host: 'x', origin: 'http://x' };
    const made = await post(app, '/api/v1/auth/tokens', { name: 'wall', permissions: ['calls.read'] }, own);
    const { token } = made.json<{ token: string }>();
    expect((await from(app, token, '10.0.0.1')).statusCode).toBe(200);
    for (let n = 0; n < 200; n++) await from(app, `lbz_guess-${n}`, '10.0.0.1');
    expect(asked).toBe(60);
    expect((await from(app, token, '10.0.0.1')).statusCode).toBe(200);
  });
});
