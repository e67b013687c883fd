import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import type { ApiOptions } from '../../../src/api/options.js';
import type { ApiPorts } from '../../../src/api/ports.js';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { APPOINTMENT, CALL, fakeProgram, type FakeProgram } from './fake-ports.js';

const TOKEN = 'a-long-random-token-for-tests';
let program: FakeProgram;
let time: VirtualTime;
const apps: App[] = [];

async function build(options: Partial<ApiOptions> = {}, ports: ApiPorts = program.ports): Promise<App> {
  const app = await buildApi(
    ports,
    { host: '127.0.0.1', version: '0.1.0', rateLimitPerMinute: 0, ...options },
    { clock: time, metrics: async () => '# TYPE http_requests_total counter\nhttp_requests_total 1\n' },
  );
  apps.push(app);
  return app;
}

beforeEach(() => {
  program = fakeProgram();
  time = new VirtualTime();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

interface Answer {
  readonly status: number;
  readonly body: Record<string, never> & Record<string, unknown>;
}

async function call(
  app: App,
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  payload?: unknown,
): Promise<Answer> {
  const response = await app.inject({
    method,
    url,
    ...(payload === undefined ? {} : { payload: payload as object }),
  });
  return { status: response.statusCode, body: response.json<Answer['body']>() };
}

describe('answers', () => {
  test('health, readiness and its alias', async () => {
    const app = await build();
    expect(await call(app, 'GET', '/health')).toEqual({
      status: 200,
      body: {
        status: 'healthy',
        uptime_seconds: 12,
        version: '0.1.0',
        services: {
          stt: 'healthy',
          tts: 'healthy',
          intent: 'healthy',
          rag: 'healthy',
          appointment: 'healthy',
        },
      },
    });
    for (const url of ['/ready', '/health/ready']) {
      expect(await call(app, 'GET', url)).toEqual({
        status: 200,
        body: { status: 'ready', models: ['moonshine-tiny'] },
      });
    }
  });

  test('not ready is 503 with the reason', async () => {
    const ports = {
      ...program.ports,
      system: {
        ...program.ports.system,
        ready: async () => ({ ready: false as const, error: 'The STT model loads.' }),
      },
    };
    expect(await call(await build({}, ports), 'GET', '/ready')).toEqual({
      status: 503,
      body: { status: 'not_ready', error: 'The STT model loads.' },
    });
  });

  test('metrics joins the program and the API itself, and survives a stuck program', async () => {
    const text = (await (await build()).inject('/metrics')).body;
    expect(text).toContain('calls_active 0\n# TYPE http_requests_total counter\nhttp_requests_total 1\n');
    const stuck = {
      ...program.ports,
      system: { ...program.ports.system, metrics: () => Promise.reject(new Error('x')) },
    };
    expect((await (await build({}, stuck)).inject('/metrics')).body).toContain('http_requests_total 1\n');
  });

  test('conversation: create, history, end', async () => {
    const app = await build();
    expect((await call(app, 'POST', '/api/v1/session/create')).body).toEqual({
      session_id: 's1',
      created_at: 1795424400,
    });
    expect((await call(app, 'GET', '/api/v1/session/s1/history')).body).toEqual({
      session_id: 's1',
      turns: [
        { user: 'hello', agent: 'Good morning.', timestamp: 1795424401, confidence: null, sources: [] },
      ],
    });
    expect((await call(app, 'DELETE', '/api/v1/session/s1')).body).toEqual({
      session_id: 's1',
      status: 'ended',
    });
  });

  test('classify', async () => {
    const { status, body } = await call(await build(), 'POST', '/api/v1/classify', {
      text: 'book me in',
      context: { previous_intent: 'GREETING', conversation_turn: 0 },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      intent: 'APPOINTMENT_SCHEDULING',
      confidence: 0.93,
      user_context: null,
      entities: { service: 'advising' },
      extracted_meaning: null,
      method: 'pattern',
      response_time_ms: 1.5,
    });
    expect(program.asked[0]?.args).toEqual([
      'book me in',
      { previous_intent: 'GREETING', conversation_turn: 0 },
    ]);
  });

  test('query, and an honest answer when nothing is found', async () => {
    const app = await build();
    const { body } = await call(app, 'POST', '/api/v1/query', { query: 'When do you open?' });
    expect(body).toEqual({
      answer: 'The office opens at nine.',
      found: true,
      sources: [{ id: 'hours#1', title: 'Opening hours', path: 'opening-hours.md', score: 0.8 }],
      confidence: 0.8,
      timing_breakdown: {
        cache_check_ms: 0,
        embedding_ms: 1,
        retrieval_ms: 2,
        generation_ms: 3,
        total_ms: 6,
      },
    });
    const unknown = await call(app, 'POST', '/api/v1/query', { query: 'How far is the moon?' });
    expect(unknown.body).toMatchObject({
      found: false,
      sources: [],
      answer: expect.stringContaining("don't know") as string,
    });
  });

  test.each([undefined, {}, { knowledge_base_path: 'more' }])('rebuild with %j', async (payload) => {
    const { status, body } = await call(await build(), 'POST', '/api/v1/admin/rebuild_index', payload);
    expect([status, body]).toEqual([200, { status: 'success', documents_indexed: 15 }]);
    expect(program.asked.at(-1)?.args).toEqual([
      (payload as { knowledge_base_path?: string })?.knowledge_base_path,
    ]);
  });

  test('appointment session: create, process, get, delete', async () => {
    const app = await build();
    const base = '/api/v1/appointment/session';
    const state = {
      current_state: 'WAITING_FOR_TIME',
      slots_filled: { preferred_date: '2026-11-24' },
      slots_remaining: ['preferred_time', 'purpose', 'user_name'],
    };
    const next_prompt = 'At what time?';
    expect((await call(app, 'POST', `${base}/create`, { session_id: 's9' })).body).toEqual({
      session_id: 's9',
      next_prompt,
      ...state,
    });
    expect(
      (await call(app, 'POST', `${base}/process`, { session_id: 's9', user_input: 'Tuesday' })).body,
    ).toEqual({
      next_prompt,
      is_complete: false,
      ...state,
    });
    expect((await call(app, 'GET', `${base}/s9`)).body).toEqual({ session_id: 's9', ...state });
    expect((await call(app, 'DELETE', `${base}/s9`)).body).toEqual({ status: 'deleted' });
  });

  test('lists are items and total, with filters handed on', async () => {
    const app = await build();
    const calls = await call(
      app,
      'GET',
      '/api/v1/calls?limit=5&offset=10&open=false&from=2026-11-23T10:00:00%2B01:00',
    );
    expect(calls.body['total']).toBe(1);
    expect(calls.body['items']).toEqual([
      expect.objectContaining({
        id: 'c1',
        from: '+15550100',
        duration_ms: 60000,
        reason: 'caller_hangup',
        turn_count: 1,
      }),
    ]);
    expect(program.asked.at(-1)?.args[0]).toEqual({
      limit: 5,
      offset: 10,
      open: false,
      fromMs: Date.UTC(2026, 10, 23, 9),
    });
    await call(app, 'GET', '/api/v1/calls?q=%20ada%20');
    expect(program.asked.at(-1)?.args[0]).toEqual({
      ...{ limit: 50, offset: 0, search: 'ada' },
      fromMs: time.wall() - 30 * 86_400_000,
    });
    await call(app, 'GET', '/api/v1/calls?q=ada&from=0');
    expect(program.asked.at(-1)?.args[0]).toEqual({ limit: 50, offset: 0, search: 'ada', fromMs: 0 });
    await call(app, 'GET', '/api/v1/jobs?status=failed');
    expect(program.asked.at(-1)?.args[0]).toEqual({ limit: 50, offset: 0, status: 'failed' });
    const appointments = await call(app, 'GET', '/api/v1/appointments?call_id=c1&from=0');
    expect(appointments.body['items']).toEqual([
      expect.objectContaining({
        date: '2026-11-24',
        time: '10:30',
        purpose: APPOINTMENT.purpose,
        user_name: 'Ada Lovelace',
        starts_at: '2026-11-24T15:30:00.000Z',
      }),
    ]);
    expect(program.asked.at(-1)?.args[0]).toEqual({ limit: 50, offset: 0, callId: 'c1', fromMs: 0 });
  });

  test('the office and the settings', async () => {
    const app = await build();
    expect((await call(app, 'GET', '/api/v1/office')).body).toEqual({
      name: 'The Office',
      timezone: 'America/New_York',
      services: [{ id: 'check', name: 'check-up' }],
      resources: [],
    });
    expect((await call(app, 'GET', '/api/v1/settings')).body['items']).toEqual([
      expect.objectContaining({ key: 'HTTP_PORT', origin: 'default' }),
    ]);
  });

  test('single calls, appointments and jobs', async () => {
    const app = await build();
    expect((await call(app, 'GET', '/api/v1/calls/c1')).body).toMatchObject({
      transcript: [
        {
          role: 'user',
          text: CALL.turns[0]?.pii.text,
          heard: CALL.turns[0]?.pii.text,
          timings: { responseGapMs: 420 },
        },
      ],
      quality: { lossPct: 0 },
      events: [{ seq: 1, at_ms: 0, type: 'start' }],
    });
    expect((await call(app, 'GET', '/api/v1/appointments/a1')).body).toMatchObject({
      id: 'a1',
      calendar: null,
    });
    expect((await call(app, 'GET', '/api/v1/jobs/j1')).body).toMatchObject({
      id: 'j1',
      max_retries: 3,
      status: 'failed',
    });
    expect((await call(app, 'POST', '/api/v1/jobs/j1/retry')).body).toMatchObject({
      id: 'j1',
      status: 'pending',
    });
  });
});

describe('errors have one form', () => {
  const error = (answer: Answer) => answer.body['error'] as unknown as Record<string, unknown>;

  test.each([
    ['GET', '/api/v1/session/unknown/history'],
    ['GET', '/api/v1/calls/unknown'],
    ['GET', '/api/v1/appointments/unknown'],
    ['GET', '/api/v1/appointments/unknown/calendar.ics'],
    ['DELETE', '/api/v1/appointments/unknown?version=1'],
    ['GET', '/api/v1/callbacks/unknown'],
    ['DELETE', '/api/v1/waiting-list/unknown'],
    ['GET', '/api/v1/jobs/unknown'],
    ['POST', '/api/v1/jobs/unknown/retry'],
    ['GET', '/api/v1/appointment/session/unknown'],
    ['GET', '/nowhere'],
    ['DELETE', '/health'],
  ] as const)('404 %s %s', async (method, url) => {
    const answer = await call(await build(), method, url);
    expect(answer.status).toBe(404);
    expect(error(answer)['code']).toBe('NOT_FOUND');
    expect(error(answer)['message']).toEqual(expect.any(String));
  });

  test.each([
    ['/api/v1/classify', {}, 'text'],
    ['/api/v1/classify', { text: '' }, 'text'],
    ['/api/v1/classify', { text: 'x'.repeat(1001) }, 'text'],
    ['/api/v1/classify', { text: 'x', context: { previous_intent: 'DANCE' } }, 'context.previous_intent'],
    ['/api/v1/query', { query: 5 }, 'query'],
    ['/api/v1/appointment/session/create', { session_id: '../../etc' }, 'session_id'],
    ['/api/v1/appointment/session/process', { session_id: 's1' }, 'user_input'],
    ['/api/v1/classify', undefined, 'body'],
  ])('400 POST %s %j names %s', async (url, payload, field) => {
    const answer = await call(await build(), 'POST', url, payload);
    expect(answer.status).toBe(400);
    expect(error(answer)).toMatchObject({ code: 'BAD_REQUEST', field });
  });

  test.each(['?limit=0', '?limit=501', '?limit=x', '?offset=-1', '?from=yesterday', '?reason=bored'])(
    '400 GET /api/v1/calls%s',
    async (query) => {
      expect((await call(await build(), 'GET', `/api/v1/calls${query}`)).status).toBe(400);
    },
  );

  test('broken JSON, wrong media type, too large, malformed address', async () => {
    const app = await build({ bodyLimitBytes: 100 });
    const post = (payload: string, type: string) =>
      app.inject({ method: 'POST', url: '/api/v1/classify', payload, headers: { 'content-type': type } });
    const answers = [
      await post('{"text":', 'application/json'),
      await post('text=hello', 'text/plain'),
      await post('<x/>', 'application/xml'),
      await post(JSON.stringify({ text: 'x'.repeat(200) }), 'application/json'),
      await app.inject('/%zz'),
    ];
    expect(answers.map((a) => [a.statusCode, a.json<{ error: { code: string } }>().error.code])).toEqual([
      [400, 'BAD_REQUEST'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
      [413, 'PAYLOAD_TOO_LARGE'],
      [400, 'BAD_REQUEST'],
    ]);
  });

  test('an unexpected failure tells nothing of its cause', async () => {
    const ports: ApiPorts = {
      ...program.ports,
      intent: { classify: () => Promise.reject(new Error('password hunter2 in /srv/secret.ts:12')) },
    };
    const response = await (
      await build({}, ports)
    ).inject({ method: 'POST', url: '/api/v1/classify', payload: { text: 'x' } });
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(/hunter2|secret|stack/);
    expect(response.json()).toMatchObject({ error: { code: 'INTERNAL' } });
  });

  test('an answer of the program that is not what the schema promises is 500, not half an answer', async () => {
    const ports = {
      ...program.ports,
      system: { ...program.ports.system, health: async () => ({ status: 'great' }) },
    };
    expect((await call(await build({}, ports as unknown as ApiPorts), 'GET', '/health')).status).toBe(500);
  });

  test.each([
    ['STORE_UNAVAILABLE', 503],
    ['STORE_TIMEOUT', 504],
    ['CAPACITY_FULL', 503],
    ['DATA_DIR_LOCKED', 409],
    ['DOCUMENT_UNREADABLE', 422],
    ['BAD_REQUEST', 400],
  ] as const)('%s of the program is %d', async (code, status) => {
    const ports: ApiPorts = {
      ...program.ports,
      jobs: { ...program.ports.jobs, retry: () => Promise.reject(new LeibnizError(code, 'One sentence.')) },
    };
    const answer = await call(await build({}, ports), 'POST', '/api/v1/jobs/j1/retry');
    expect(answer).toEqual({ status, body: { error: { code, message: 'One sentence.' } } });
  });

  test('a program that does not answer is 504 in bounded time', async () => {
    const ports: ApiPorts = {
      ...program.ports,
      system: { ...program.ports.system, health: () => new Promise(() => undefined) },
    };
    const answer = await call(await build({ portTimeoutMs: 20 }, ports), 'GET', '/health');
    expect([answer.status, error(answer)['code']]).toEqual([504, 'TIMEOUT']);
  });
});

describe('rate limit', () => {
  test('the eleventh text of a minute is refused with the time to wait, per client and entry point', async () => {
    const app = await build({ rateLimitPerMinute: 10 });
    const post = (url: string, remoteAddress = '10.0.0.1') =>
      app.inject({ method: 'POST', url, payload: { text: 'x', query: 'x' }, remoteAddress });
    for (let i = 0; i < 10; i++) expect((await post('/api/v1/classify')).statusCode).toBe(200);
    await time.advance(20_000);
    const refused = await post('/api/v1/classify');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('40');
    expect(refused.json()).toEqual({
      error: {
        code: 'RATE_LIMITED',
        message: 'At most 10 requests a minute are taken here.',
        retry_after_ms: 40_000,
      },
    });
    expect((await post('/api/v1/classify', '10.0.0.2')).statusCode).toBe(200);
    expect((await post('/api/v1/query')).statusCode).toBe(200);
    expect((await app.inject('/health')).statusCode).toBe(200);
    await time.advance(40_000);
    expect((await post('/api/v1/classify')).statusCode).toBe(200);
  });

  test('0 sets no limit', async () => {
    const app = await build({ rateLimitPerMinute: 0 });
    for (let i = 0; i < 30; i++) {
      expect((await call(app, 'POST', '/api/v1/classify', { text: 'x' })).status).toBe(200);
    }
  });
});

describe('texts that cannot be stored', () => {
  test.each([
    ['/api/v1/appointments?call_id=%00', 'call_id'],
    ['/api/v1/appointments?resource=a%1b[31m', 'resource'],
    ['/api/v1/callbacks?call_id=x%00y', 'call_id'],
    ['/api/v1/waiting-list?service_id=%07', 'service_id'],
    ['/api/v1/jobs?type=%c2%85', 'type'],
    ['/api/v1/audit?actor=%00', 'actor'],
    ['/api/v1/calls?unknown=%00', 'unknown'],
    ['/api/v1/calls?from=2026-11-28&from=%00', 'from.1'],
    ['/api/v1/calls/a%00b', 'id'],
  ])('%s is 400 and names the field', async (url, field) => {
    const { status, body } = await call(await build(), 'GET', url);
    expect([status, body['error']]).toEqual([400, expect.objectContaining({ code: 'BAD_REQUEST', field })]);
  });

  test('every parameter of every list is looked at', async () => {
    const app = await build();
    const { paths } = app.swagger() as unknown as {
      paths: Record<string, { get?: { parameters?: { in: string; name: string }[] } }>;
    };
    const urls = Object.entries(paths).flatMap(([path, { get }]) =>
      (get?.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name }) => `${path.replaceAll(/\{\w+\}/g, 'a1')}?${name}=%00`),
    );
    expect(urls.length).toBeGreaterThan(25);
    const answers = await Promise.all(urls.map((url) => app.inject(url)));
    expect(answers.flatMap(({ statusCode }, n) => (statusCode === 400 ? [] : [urls[n]]))).toEqual([]);
  });

  test('in a body NUL and half a character are refused; lines are not', async () => {
    const app = await build();
    const ask = (text: string) =>
      call(app, 'POST', '/api/v1/classify', { text, context: { session_id: 's' } });
    for (const text of ['a\u0000b', 'a\ud800b']) {
      expect(await ask(text)).toMatchObject({ status: 400, body: { error: { field: 'text' } } });
    }
    expect((await ask('one\n\ttwo \u{1f600}')).status).toBe(200);
  });
});

describe('strangers', () => {
  const create = async (app: App, headers: Record<string, string> = {}, remoteAddress = '10.0.0.1') =>
    app.inject({ method: 'POST', url: '/api/v1/session/create', headers, remoteAddress });

  test('conversations that one client begins are counted, those of others and of the token are not', async () => {
    const app = await build({ host: '0.0.0.0', token: TOKEN, rateLimitPerMinute: 10 });
    for (let n = 0; n < 10; n++) expect((await create(app)).statusCode).toBe(200);
    const refused = await create(app);
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '60']);
    expect((await create(app, { authorization: `Bearer ${TOKEN}` })).statusCode).toBe(200);
    expect((await create(app, {}, '10.0.0.2')).statusCode).toBe(200);
  });

  test('behind a trusted proxy its clients are told apart; others cannot claim to be somebody else', async () => {
    const app = await build({ rateLimitPerMinute: 1, trustedProxies: ['10.9.0.0/16'] });
    const through = (client: string, proxy: string) => create(app, { 'x-forwarded-for': client }, proxy);
    expect((await through('192.0.2.1', '10.9.0.1')).statusCode).toBe(200);
    expect((await through('192.0.2.2', '10.9.0.1')).statusCode).toBe(200);
    expect((await through('192.0.2.1', '10.9.0.1')).statusCode).toBe(429);
    expect((await through('192.0.2.7', '203.0.113.9')).statusCode).toBe(200);
    expect((await through('192.0.2.8', '203.0.113.9')).statusCode).toBe(429);
  });

  test('a thousand refusals of a full office are one line of the log a minute, without a stack', async () => {
    const lines: [string, Record<string, unknown>, string][] = [];
    const line = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) =>
      void lines.push([level, fields, message]);
    const full = {
      ...program.ports,
      conversation: {
        ...program.ports.conversation,
        create: async () => Promise.reject(new LeibnizError('CAPACITY_FULL', 'too many')),
      },
    };
    const app = await buildApi(
      full,
      { host: '127.0.0.1', version: '0.1.0', rateLimitPerMinute: 0 },
      { clock: time, log: { info: line('info'), warn: line('warn'), error: line('error') } },
    );
    apps.push(app);
    for (let n = 0; n < 1000; n++) expect((await create(app)).statusCode).toBe(503);
    await time.advance(60_000);
    await create(app);
    expect(lines.map(([level, fields]) => [level, fields['left_out']])).toEqual([
      ['warn', 0],
      ['warn', 999],
    ]);
  });
});

describe('protection', () => {
  const PROTECTED = [
    ['GET', '/api/v1/session/s1/history'],
    ['DELETE', '/api/v1/session/s1'],
    ['POST', '/api/v1/admin/rebuild_index'],
    ['GET', '/api/v1/admin/cache'],
    ['POST', '/api/v1/admin/cache/clear'],
    ['GET', '/api/v1/admin/anything'],
    ['POST', '/api/v1/appointment/session/create'],
    ['POST', '/api/v1/appointment/session/process'],
    ['GET', '/api/v1/appointment/session/s1'],
    ['DELETE', '/api/v1/appointment/session/s1'],
    ['GET', '/api/v1/calls'],
    ['GET', '/api/v1/calls/c1'],
    ['GET', '/api/v1/appointments'],
    ['GET', '/api/v1/appointments/a1'],
    ['POST', '/api/v1/appointments'],
    ['PATCH', '/api/v1/appointments/a1'],
    ['DELETE', '/api/v1/appointments/a1'],
    ['GET', '/api/v1/appointments/a1/calendar.ics'],
    ['GET', '/api/v1/calendar.ics'],
    ['GET', '/api/v1/callbacks'],
    ['GET', '/api/v1/callbacks/b1'],
    ['POST', '/api/v1/callbacks/b1/complete'],
    ['GET', '/api/v1/waiting-list'],
    ['DELETE', '/api/v1/waiting-list/w1'],
    ['GET', '/api/v1/jobs'],
    ['GET', '/api/v1/jobs/j1'],
    ['POST', '/api/v1/jobs/j1/retry'],
  ] as const;

  test.each(['0.0.0.0', '::', '192.168.1.4', 'example.org'])(
    '%s without a token and without accounts lets nobody in',
    async (host) => {
      for (const options of [{ host }, { host, token: '' }]) {
        expect((await (await build(options)).inject('/api/v1/calls')).statusCode).toBe(401);
      }
    },
  );

  test.each(PROTECTED)('%s %s needs the token', async (method, url) => {
    const app = await build({ host: '0.0.0.0', token: TOKEN });
    const send = (authorization?: string) =>
      app.inject({ method, url, headers: authorization === undefined ? {} : { authorization } });
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      'Bearer wrong',
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      TOKEN,
    ]) {
      const refused = await send(wrong);
      expect(refused.statusCode).toBe(401);
      expect(refused.headers['www-authenticate']).toBe('Bearer');
      expect(refused.json()).toMatchObject({ error: { code: 'UNAUTHORIZED' } });
    }
    expect((await send(`Bearer ${TOKEN}`)).statusCode).not.toBe(401);
  });

  test('the token in the query opens sockets only', async () => {
    const app = await build({ token: TOKEN });
    expect((await app.inject(`/api/v1/calls?token=${TOKEN}`)).statusCode).toBe(401);
  });

  test('loopback without a token asks for none', async () => {
    const app = await build();
    expect((await app.inject('/api/v1/calls')).statusCode).toBe(200);
  });

  test('health, readiness, metrics, documentation, intent and questions are open', async () => {
    const app = await build({ host: '0.0.0.0', token: TOKEN });
    for (const url of ['/health', '/ready', '/metrics', '/docs', '/docs/json']) {
      expect((await app.inject(url)).statusCode).toBe(200);
    }
    expect((await call(app, 'POST', '/api/v1/classify', { text: 'x' })).status).toBe(200);
    expect((await call(app, 'POST', '/api/v1/query', { query: 'x' })).status).toBe(200);
  });

  test('pages of other sites and names that are not ours are kept out', async () => {
    const app = await build({ allowedOrigins: ['https://console.example.org'] });
    const status = async (headers: Record<string, string>) =>
      (await app.inject({ method: 'POST', url: '/api/v1/jobs/j1/retry', headers })).statusCode;
    expect(await status({ host: '127.0.0.1:8080' })).toBe(200);
    expect(await status({ host: 'localhost:8080', origin: 'http://localhost:8080' })).toBe(200);
    expect(await status({ host: '127.0.0.1:8080', origin: 'https://console.example.org' })).toBe(200);
    expect(await status({ host: '127.0.0.1:8080', origin: 'https://evil.example' })).toBe(403);
    expect(await status({ host: '127.0.0.1:8080', origin: 'null' })).toBe(403);
    expect(await status({ host: 'evil.example:8080', origin: 'http://evil.example:8080' })).toBe(403);
  });
});

describe('documentation', () => {
  test('is OpenAPI 3.1 with every route, its lock and its errors', async () => {
    const app = await build();
    const document = (await app.inject('/docs/json')).json<{
      openapi: string;
      paths: Record<string, Record<string, { security?: unknown; responses: object }>>;
    }>();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/health', '/api/v1/classify', '/api/v1/calls/{id}', '/api/v1/auth/login']),
    );
    expect(document.paths['/api/v1/calls']?.['get']?.security).toEqual([{ bearer: [] }]);
    expect(document.paths['/api/v1/classify']?.['post']?.security).toBeUndefined();
    expect(Object.keys(document.paths['/api/v1/classify']?.['post']?.responses ?? {})).toContain('429');
  });

  test('docs/api.md has a row for every path', async () => {
    const app = await build();
    const { paths } = (await app.inject('/docs/json')).json<{
      paths: Record<string, Record<string, unknown>>;
    }>();
    const page = readFileSync(join(projectRoot(), 'docs/api.md'), 'utf8');
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `\`${method.toUpperCase()} ${path}\``),
    );
    expect(operations.filter((operation) => !page.includes(operation))).toEqual([]);
    const documented = [...page.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`]*)`/g)].map(
      (match) => `\`${match[1]}\``,
    );
    expect(documented.filter((operation) => !operations.includes(operation))).toEqual([]);
  });

  test('has a page without scripts', async () => {
    const page = await (await build()).inject('/docs');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('/api/v1/classify');
    expect(page.body).not.toContain('<script');
  });
});
