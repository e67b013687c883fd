import { createClient } from '../../../src/client/client.js';
import { ApiFailure, Http, search, type HttpOptions } from '../../../src/client/http.js';

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const refusal = (code: string, status: number): Response => json(status, { error: { code, message: code } });

/** A client whose server gives these answers in turn. */
function served(answers: (Response | Error)[], more: Partial<HttpOptions> = {}) {
  const asked: string[] = [];
  const http = new Http({
    base: 'http://a',
    fetch: async (url, init) => {
      asked.push(`${init.method ?? ''} ${url}`);
      const answer = answers.shift() ?? new Error('nobody there');
      if (answer instanceof Error) throw answer;
      return answer;
    },
    ...more,
  });
  return { http, asked };
}

test('values that are not given are left out of a query', () => {
  expect(search({ a: 1, b: undefined, c: '', d: 'x y', e: false })).toBe('?a=1&d=x+y&e=false');
  expect(search({})).toBe('');
});

test('a refusal keeps code, field and what came with it', async () => {
  const body = {
    error: { code: 'APPOINTMENT_CHANGED', message: 'm', field: 'version' },
    appointment: { id: 'a1' },
  };
  const failure = await served([json(409, body)])
    .http.get('/x')
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ApiFailure);
  expect(failure).toMatchObject({ code: 'APPOINTMENT_CHANGED', status: 409, field: 'version', body });
});

test.each([
  ['no server', new Error('ECONNREFUSED'), 'UNREACHABLE', 0],
  [
    'an answer that is no JSON',
    new Response('{', { headers: { 'content-type': 'application/json' } }),
    'BAD_ANSWER',
    0,
  ],
  ['an error without a body', new Response(null, { status: 502 }), 'BAD_ANSWER', 502],
])('%s is a failure like others', async (_name, answer, code, status) => {
  await expect(served([answer]).http.get('/x')).rejects.toMatchObject({ code, status });
});

test('nothing is undefined, text is text', async () => {
  const { http } = served([new Response(null, { status: 204 }), new Response('a 1\n')]);
  expect([await http.post('/x'), await http.get('/metrics')]).toEqual([undefined, 'a 1\n']);
});

test('requests that fail together are renewed once and asked again', async () => {
  let renewals = 0;
  const { http, asked } = served(
    [refusal('TOKEN_EXPIRED', 401), refusal('UNAUTHORIZED', 401), json(200, 'one'), json(200, 'two')],
    {
      renew: async () => {
        renewals++;
        return true;
      },
    },
  );
  expect(await Promise.all([http.get('/a'), http.get('/b')])).toEqual(['one', 'two']);
  expect([renewals, asked.length]).toEqual([1, 4]);
});

test('where nobody can be renewed the refusal stays, and is not asked again', async () => {
  const { http, asked } = served([refusal('UNAUTHORIZED', 401)], { renew: async () => false });
  await expect(http.get('/a')).rejects.toMatchObject({ status: 401 });
  expect(asked).toHaveLength(1);
});

test('ids stand in paths as they are, versions in the query', async () => {
  const asked: string[] = [];
  const client = createClient({
    base: '',
    fetch: async (url, init) => {
      asked.push(`${init.method ?? ''} ${url} ${typeof init.body === 'string' ? init.body : ''}`.trim());
      return json(200, {});
    },
  });
  await client.appointments.cancel('a/1', 3);
  await client.calls.list({ q: '+1555', open: false });
  await client.users.link('u1', 'invite');
  expect(asked).toEqual([
    'DELETE /api/v1/appointments/a%2F1?version=3',
    'GET /api/v1/calls?q=%2B1555&open=false',
    'POST /api/v1/users/u1/link {"purpose":"invite"}',
  ]);
});
