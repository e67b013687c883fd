import type { App } from '../../../src/api/context.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { JournalEvent } from '../../../src/store/journal-event.js';
import { SuiteApi } from './suite-api.js';

const AT = Date.UTC(2026, 10, 20, 9, 30);
const QUESTION = 'Is my number 5 5 5 0 1 4 2 on the list?';

const suite = new SuiteApi();

/** A call that wants to book; every other one does. */
function call(n: number, line: string, isBooked: boolean): JournalEvent[] {
  const callId = `c${n}`;
  const log = (seq: number, type: string, payload: object): JournalEvent => ({
    ...{ kind: 'event', callId, seq, atMs: 0, type, payload: payload as never },
  });
  const pii = { text: 'x' };
  return [
    { kind: 'call_started', callId, direction: 'inbound', startedAt: wallMs(AT), pii: { to: line } },
    { kind: 'turn', callId, turnId: 't1', index: 0, role: 'user', at: wallMs(AT), pii },
    {
      ...{ kind: 'turn', callId, turnId: 't1', index: 1, role: 'agent', at: wallMs(AT), pii },
      timings: { response_gap_ms: 400 },
    },
    log(0, 'intent', { name: 'WISH', does: 'book' }),
    log(1, 'knowledge', { found: false, pii: { question: QUESTION } }),
    ...(isBooked ? [log(2, 'change', { request: 'book', status: 'done' })] : []),
    { kind: 'call_ended', callId, reason: 'caller_hangup', endedAt: wallMs(AT + 1000) },
  ];
}

beforeEach(() => {
  for (const event of [...call(1, '100', true), ...call(2, '200', false)]) suite.program.insights.take(event);
});

const WINDOW = 'from=2026-11-20&to=2026-11-21';

async function get(app: App, url: string): Promise<{ status: number; body: Record<string, never> }> {
  const response = await app.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json<Record<string, never>>() };
}

test('a summary has every metric with its cases, the bounds of shares, and what was before', async () => {
  const app = await suite.build();
  const { body } = await get(app, `/api/v1/analytics/summary?${WINDOW}&compare=true`);
  expect(body['metrics']).toMatchObject({
    calls: { value: 2, n: 2, previous: 0 },
    booking_rate: { value: 0.5, n: 2, previous: null },
    containment: { value: 1, n: 2 },
    unanswered: { value: 1, n: 2 },
    caller_rating: { value: null, n: 0 },
  });
  const { booking_rate: rate, gap_p95_ms: gap } = body['metrics'] as unknown as Record<
    string,
    { low: number; high: number; value: number }
  >;
  expect(rate?.low).toBeGreaterThan(0.05);
  expect(rate?.high).toBeLessThan(0.95);
  expect(Math.abs((gap?.value ?? 0) - 400)).toBeLessThan(17);
  const one = await get(app, `/api/v1/analytics/summary?${WINDOW}&line=100`);
  expect(one.body['metrics']).toMatchObject({ calls: { value: 1 }, booking_rate: { value: 1 } });
});

test('a series has empty hours and days too, a breakdown counts by name or reads a metric by line', async () => {
  const app = await suite.build();
  const { body } = await get(app, `/api/v1/analytics/series?${WINDOW}&metric=calls&bucket=hour`);
  const items = body['items'] as unknown as { at: string; value: number }[];
  expect(items).toHaveLength(24);
  expect(items.filter(({ value }) => value > 0).map(({ value }) => value)).toEqual([2]);
  const intents = await get(app, `/api/v1/analytics/breakdown?${WINDOW}&by=intent`);
  expect(intents.body['items']).toEqual([{ key: 'WISH', value: 2, n: 2 }]);
  const lines = await get(app, `/api/v1/analytics/breakdown?${WINDOW}&by=line&metric=booking_rate`);
  expect(lines.body['items']).toMatchObject([
    { key: '100', value: 1 },
    { key: '200', value: 0 },
  ]);
});

test.each(['from=2026-11-21&to=2026-11-20', 'from=2020-01-01&to=2026-01-01', 'from=never'])(
  'a window that makes no sense is refused: %s',
  async (window) => {
    const app = await suite.build();
    expect((await get(app, `/api/v1/analytics/summary?${window}`)).status).toBe(400);
  },
);

test('questions without an answer are listed, and settled by a written material; it stands in the trail', async () => {
  const app = await suite.build();
  const { body } = await get(app, '/api/v1/knowledge/gaps?status=open');
  const [question] = body['items'] as unknown as { id: string; count: number }[];
  expect(question).toMatchObject({ count: 2, question: QUESTION });
  const settle = await app.inject({
    ...{ method: 'PATCH', url: `/api/v1/knowledge/gaps/${question?.id ?? ''}` },
    payload: { status: 'written', material_id: 'm1' },
  });
  expect(settle.json()).toMatchObject({ status: 'written', material_id: 'm1' });
  expect((await get(app, '/api/v1/knowledge/gaps?status=open')).body['total']).toBe(0);
  const trail = await suite.program.ports.accounts.trail({});
  expect(trail.items.map(({ action }) => action)).toContain('question.settle');
});

test('a call is rated and noted, which stands in the trail', async () => {
  const app = await suite.build();
  const rate = (payload: object) => app.inject({ method: 'POST', url: '/api/v1/calls/c1/ratings', payload });
  expect(
    (await rate({ score: 1, reasons: ['wrong'], comment: 'gave out 555 0142 99', turn_id: 't1' })).statusCode,
  ).toBe(200);
  expect((await rate({ score: 6 })).statusCode).toBe(400);
  expect(
    (await app.inject({ method: 'POST', url: '/api/v1/calls/none/ratings', payload: { score: 5 } }))
      .statusCode,
  ).toBe(404);
  await app.inject({
    method: 'POST',
    url: '/api/v1/calls/c1/notes',
    payload: { text: 'Ring her back.', at_ms: 500 },
  });
  const { body } = await get(app, '/api/v1/calls/c1/feedback');
  expect(body).toMatchObject({
    ratings: [{ score: 1, turn_id: 't1', comment: 'gave out 555 0142 99', by: { id: 'local' } }],
    notes: [{ text: 'Ring her back.', at_ms: 500 }],
  });
  const trail = await suite.program.ports.accounts.trail({});
  expect(trail.items.map(({ action }) => action)).toEqual(expect.arrayContaining(['call.rate', 'call.note']));
});
