import { loadConfig } from '../../../src/app/config/index.js';
import { openOutbound } from '../../../src/app/outbound.js';
import { createLogger } from '../../../src/telemetry/index.js';
import type { App } from '../../../src/api/context.js';
import { FakeStore } from '../../../src/store/testing/fake-store.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { SuiteApi } from './suite-api.js';

const UNTIL = '2026-12-24T12:00:00Z';
const CONSENT = { source: 'form 7', at: '2026-11-01T10:00:00Z' };
const suite = new SuiteApi();
let app: App;
beforeEach(async () => (app = await suite.build()));

const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url, headers, ...(payload === undefined ? {} : { payload }) });
const get = (url: string) => app.inject({ method: 'GET', url });
const campaign = { name: 'Autumn', expires_at: UNTIL, consent: CONSENT };

test('a campaign of a list and of a table: what is asked for is there, and what is said of it stands in the trail', async () => {
  const csv = 'Number,Name,consent_source,consent_at\r\n+12025550142,"=cmd, Ada",,\r\n+12025550143,,,\r\n';
  const contacts = [{ number: '+12025550141', name: 'Grace' }];
  const made = await post('/api/v1/campaigns', { ...campaign, contacts, csv });
  expect(made.statusCode).toBe(200);
  const { id } = made.json<{ id: string }>();
  expect(made.json()).toMatchObject({ name: 'Autumn', origin: 'campaign', status: 'running' });
  for (const [verb, status] of [
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
  ]) {
    expect((await post(`/api/v1/campaigns/${id}/${verb}`)).json()).toMatchObject({ id, status });
  }
  const { items, total } = (await get(`/api/v1/campaigns/${id}/results`)).json<{
    items: { pii: { number: string } }[];
    total: number;
  }>();
  expect(total).toBe(3);
  expect(new Set(items.map(({ pii }) => pii.number))).toEqual(
    new Set(['+12025550141', '+12025550142', '+12025550143']),
  );
  const table = await get(`/api/v1/campaigns/${id}/results.csv`);
  expect(table.headers['content-type']).toContain('text/csv');
  // A name that a program for tables would take for a formula is text there.
  expect(table.body).toContain(`"'=cmd, Ada"`);
  const trail = await suite.program.ports.accounts.trail({});
  expect(new Set(trail.items.map(({ action, objectId }) => `${action} ${objectId}`))).toEqual(
    new Set(['create', 'pause', 'resume', 'cancel'].map((verb) => `outbound.${verb} ${id}`)),
  );
});

test('two requests are two campaigns, the same key makes one', async () => {
  const body = { ...campaign, contacts: [{ number: '+12025550141' }] };
  const make = async (headers: Record<string, string> = {}): Promise<string> =>
    (await post('/api/v1/campaigns', body, headers)).json<{ id: string }>().id;
  expect(await make()).not.toBe(await make());
  const key = { 'idempotency-key': 'k' };
  expect(await make(key)).toBe(await make(key));
});

test.each([
  ['a number that is none', { contacts: [{ number: '911' }] }, 'contacts.0.number'],
  ['a row that is none', { csv: 'number\r\n+12025550142\r\nten\r\n' }, 'csv'],
  ['nobody', { contacts: [] }, 'contacts'],
])('%s is refused by name', async (_what, more, field) => {
  const reply = await post('/api/v1/campaigns', { ...campaign, ...more });
  expect(reply.statusCode).toBe(400);
  expect(reply.json()).toMatchObject({ error: { code: 'BAD_REQUEST', field } });
});

test.each([
  ['GET', 'campaigns/none'],
  ['POST', 'campaigns/none/pause'],
  ['GET', 'campaigns/none/results'],
  ['GET', 'campaigns/none/results.csv'],
  ['DELETE', 'do-not-call/none'],
] as const)('%s %s is not found', async (method, path) => {
  expect((await app.inject({ method, url: `/api/v1/${path}` })).statusCode).toBe(404);
});

test('a number is put on the list and taken off it', async () => {
  const stop = (await post('/api/v1/do-not-call', { number: '+12025550142' })).json<{ id: string }>();
  expect((await get('/api/v1/do-not-call')).json()).toMatchObject({ total: 1 });
  const gone = await app.inject({
    method: 'DELETE',
    url: `/api/v1/do-not-call/${encodeURIComponent(stop.id)}`,
  });
  expect(gone.statusCode).toBe(204);
  expect((await get('/api/v1/do-not-call')).json()).toMatchObject({ total: 0 });
});

test.each([
  ['nothing is set', {}, 409, /OUTBOUND_TRUNK/],
  [
    'no numbers are allowed',
    { OUTBOUND_TRUNK: 'sip:trunk.example', OUTBOUND_CALLER_ID: '+12025550100' },
    409,
    /OUTBOUND_PREFIXES/,
  ],
  [
    'another country is allowed',
    { OUTBOUND_TRUNK: 'sip:trunk.example', OUTBOUND_CALLER_ID: '+12025550100', OUTBOUND_PREFIXES: '+44' },
    400,
    /does not allow/,
  ],
])('where %s nobody is called, and the reason is told', async (_what, env, status, reason) => {
  const { ports } = suite.program;
  const log = createLogger({ level: 'silent', pii: false, fd: 2 });
  const { outbound } = new FakeStore({ scheduler: new VirtualTime() });
  const side = openOutbound(loadConfig(env), { line: undefined, outbound }, [], log);
  suite.program = { ...suite.program, ports: { ...ports, outbound: side.ports } };
  app = await suite.build();
  const reply = await post('/api/v1/calls', { number: '+12025550142', consent: CONSENT });
  expect(reply.statusCode).toBe(status);
  expect(reply.json<{ error: { message: string } }>().error.message).toMatch(reason);
});
