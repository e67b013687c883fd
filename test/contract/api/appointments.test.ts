import type { App } from '../../../src/api/context.js';
import { SuiteApi } from './suite-api.js';

const FEED_TOKEN = 'a-token-for-calendar-programs';
const suite = new SuiteApi();

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly etag: unknown;
}

async function send(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const app = await suite.build();
  const response = await app.inject({
    method,
    url,
    headers,
    ...(payload === undefined ? {} : { payload }),
  });
  return {
    status: response.statusCode,
    body: response.json<Record<string, unknown>>(),
    etag: response.headers['etag'],
  };
}

const asked = (method: string): unknown =>
  suite.program.asked.filter((entry) => entry.method === method).at(-1)?.args[0];

describe('lists', () => {
  it('a date alone is midnight in the office', async () => {
    await send('GET', '/api/v1/appointments?from=2026-11-28&to=2026-12-01T00:00:00%2B01:00');
    expect(asked('appointments.list')).toMatchObject({
      fromMs: Date.UTC(2026, 10, 28, 5),
      toMs: Date.UTC(2026, 10, 30, 23),
    });
    await send('GET', '/api/v1/calls?from=2026-07-01');
    expect(asked('calls.list')).toMatchObject({ fromMs: Date.UTC(2026, 6, 1, 4) });
  });

  it.each([
    ['/api/v1/appointments?form=2026-11-28', 'form'],
    ['/api/v1/calls?since=0', 'since'],
    ['/api/v1/jobs?state=failed', 'state'],
    ['/api/v1/callbacks?open=true', 'open'],
    ['/api/v1/waiting-list?day=2026-11-28', 'day'],
    ['/api/v1/calendar.ics?staff=kim', 'staff'],
    ['/api/v1/appointments?from=2026-02-30', 'from'],
    ['/api/v1/appointments?from=yesterday', 'from'],
  ])('%s is refused by name', async (url, field) => {
    const { status, body } = await send('GET', url);
    expect(status).toBe(400);
    expect(body['error']).toMatchObject({ code: 'BAD_REQUEST', field });
    expect((body['error'] as { message: string }).message).toContain(field);
  });

  it('filters are handed on', async () => {
    await send('GET', '/api/v1/appointments?resource=kim&service_id=cut&status=booked');
    expect(asked('appointments.list')).toEqual({
      limit: 50,
      offset: 0,
      resource: 'kim',
      serviceId: 'cut',
      status: 'booked',
    });
    const callbacks = await send('GET', '/api/v1/callbacks?status=open&kind=message');
    expect(asked('callbacks.list')).toEqual({ limit: 50, offset: 0, status: 'open', kind: 'message' });
    expect(callbacks.body).toMatchObject({
      total: 1,
      items: [{ id: 'b1', message: 'Write to ada@example.org.' }],
    });
    const waiting = await send('GET', '/api/v1/waiting-list?on_or_after=2026-11-28');
    expect(asked('waitingList.list')).toEqual({ limit: 50, offset: 0, onOrAfter: '2026-11-28' });
    expect(waiting.body).toMatchObject({ items: [{ id: 'w1', user_name: 'Grace Hopper', offer: null }] });
  });
});

describe('booking for somebody', () => {
  const wanted = { date: '2026-11-24', time: '10:30', service_id: 'visit', user_name: 'Ada Lovelace' };

  it('the rules of the office are asked, then the time is taken', async () => {
    const { status, body, etag } = await send('POST', '/api/v1/appointments', {
      ...wanted,
      email: 'ada@example.org',
      notes: { insurance: 'none' },
    });
    expect([status, etag]).toEqual([201, '"1"']);
    expect(body).toMatchObject({ id: 'a1', reference: 'K7M4PX', version: 1 });
    expect(asked('schedule.check')).toEqual({ date: '2026-11-24', time: '10:30', serviceId: 'visit' });
    expect(asked('appointments.book')).toMatchObject({
      resource: 'office',
      capacity: 1,
      serviceId: 'visit',
      purpose: 'check-up',
      consentedAtMs: expect.any(Number) as number,
      pii: { userName: 'Ada Lovelace', email: 'ada@example.org', notes: { insurance: 'none' } },
    });
  });

  it.each([
    [{ time: '03:00' }, 400, 'BAD_REQUEST', 'time'],
    [{ time: '12:00' }, 409, 'SLOT_TAKEN', 'time'],
    [{ time: '25:00' }, 400, 'BAD_REQUEST', 'time'],
    [{ date: '2026-02-30' }, 400, 'BAD_REQUEST', 'date'],
    [{ user_name: ' ' }, 400, 'BAD_REQUEST', 'user_name'],
    [{ user_name: '\u001b[31mAda' }, 400, 'BAD_REQUEST', 'user_name'],
    [{ purpose: 'visit\u009b2J' }, 400, 'BAD_REQUEST', 'purpose'],
    [{ colour: 'red' }, 400, 'BAD_REQUEST', 'colour'],
  ])('%j is %d', async (over, status, code, field) => {
    const answer = await send('POST', '/api/v1/appointments', { ...wanted, ...over });
    expect(answer.status).toBe(status);
    expect(answer.body['error']).toMatchObject({ code, field });
  });
});

describe('changing', () => {
  const url = '/api/v1/appointments/a1';

  it('what is not named stays; the version may stand in the body or in If-Match', async () => {
    const moved = await send('PATCH', url, { version: 3, time: '14:00' });
    expect([moved.status, moved.etag, moved.body['version']]).toEqual([200, '"4"', 4]);
    expect(asked('schedule.check')).toEqual({
      date: '2026-11-24',
      time: '14:00',
      resource: 'office',
      appointmentId: 'a1',
    });
    expect(asked('appointments.move')).toMatchObject({ id: 'a1', expectedVersion: 3, time: '14:00' });
    expect(asked('appointments.move')).not.toHaveProperty('purpose');
    expect((await send('PATCH', url, { date: '2026-11-25' }, { 'if-match': '"3"' })).status).toBe(200);
  });

  it('another service: its name, and whoever offers it', async () => {
    await send('PATCH', url, { version: 3, service_id: 'cut' });
    expect(asked('schedule.check')).toEqual({
      date: '2026-11-24',
      time: '10:30',
      serviceId: 'cut',
      appointmentId: 'a1',
    });
    expect(asked('appointments.move')).toMatchObject({ serviceId: 'cut', purpose: 'check-up' });
  });

  it.each(['PATCH', 'DELETE'] as const)(
    '%s of an old version is 409 with the appointment as it is',
    async (method) => {
      const answer =
        method === 'PATCH'
          ? await send(method, url, { version: 2, time: '14:00' })
          : await send(method, `${url}?version=2`);
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({
        error: { code: 'APPOINTMENT_CHANGED' },
        appointment: { id: 'a1', version: 3 },
      });
    },
  );

  it.each([
    ['no version', {}, {}, 'version'],
    ['two that differ', { version: 3 }, { 'if-match': '"2"' }, 'version'],
    ['a weak tag', {}, { 'if-match': 'W/"3"' }, 'if-match'],
    ['any version', {}, { 'if-match': '*' }, 'if-match'],
  ])('%s is refused', async (_name, body, headers, field) => {
    const answer = await send('PATCH', url, { time: '14:00', ...body }, headers);
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toMatchObject({ field });
  });

  it('taken, closed', async () => {
    expect((await send('PATCH', url, { version: 3, time: '12:00' })).body).toMatchObject({
      error: { code: 'SLOT_TAKEN' },
    });
    expect((await send('PATCH', url, { version: 3, time: '03:00' })).status).toBe(400);
  });

  it('cancelling', async () => {
    const answer = await send('DELETE', `${url}?version=3`);
    expect([answer.status, answer.body['status']]).toEqual([200, 'cancelled']);
    expect((await send('DELETE', url, undefined, { 'if-match': '"3"' })).status).toBe(200);
    expect((await send('DELETE', url)).status).toBe(400);
  });
});

describe('call-backs and the waiting list', () => {
  it('completed once with an outcome', async () => {
    const answer = await send('POST', '/api/v1/callbacks/b1/complete', { outcome: 'done' });
    expect(answer.body).toMatchObject({ id: 'b1', status: 'completed', outcome: 'done' });
    expect((await send('POST', '/api/v1/callbacks/b1/complete', { outcome: 'perhaps' })).status).toBe(400);
    expect((await send('POST', '/api/v1/callbacks/unknown/complete', { outcome: 'done' })).status).toBe(404);
  });

  it('left', async () => {
    expect((await send('DELETE', '/api/v1/waiting-list/w1')).body).toEqual({ id: 'w1', status: 'left' });
  });
});

describe('calendars', () => {
  const get = async (app: App, url: string, headers: Record<string, string> = {}) =>
    app.inject({ method: 'GET', url, headers });

  it('one appointment as a file, all of them as a feed', async () => {
    const app = await suite.build();
    const file = await get(app, '/api/v1/appointments/a1/calendar.ics');
    expect(file.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(file.body).toContain('METHOD:REQUEST\r\n');
    expect(file.body).toContain('LOCATION:1 Main Street\r\n');
    const feed = await get(app, '/api/v1/calendar.ics?resource=office');
    expect(feed.body).toContain('METHOD:PUBLISH\r\n');
    expect(feed.body).toContain('UID:a1@leibniz\r\n');
    expect(asked('appointments.list')).toMatchObject({ resource: 'office', status: 'booked', limit: 500 });
  });

  it('a feed of somebody who is not there is not found: an empty calendar would say that nothing is booked', async () => {
    const reply = await get(await suite.build(), '/api/v1/calendar.ics?resource=nobody');
    expect(reply.statusCode).toBe(404);
    expect(reply.json()).toMatchObject({ error: { code: 'NOT_FOUND', field: 'resource' } });
  });

  it.each([
    ['loopback, no tokens', {}, '', '', 200],
    ['loopback with a feed token, none given', { calendarFeedToken: FEED_TOKEN }, '', '', 401],
    ['loopback with a feed token, given', { calendarFeedToken: FEED_TOKEN }, FEED_TOKEN, '', 200],
    ['a wrong feed token', { calendarFeedToken: FEED_TOKEN }, `${FEED_TOKEN}x`, '', 401],
    ['only a bearer token is set, none given', { token: 't' }, 't', '', 401],
    ['both set, feed token given', { token: 't', calendarFeedToken: FEED_TOKEN }, FEED_TOKEN, '', 200],
    ['both set, bearer given', { token: 't', calendarFeedToken: FEED_TOKEN }, '', 't', 200],
    ['both set, none given', { token: 't', calendarFeedToken: FEED_TOKEN }, '', '', 401],
  ])('%s', async (_name, options, feed, bearer, status) => {
    const app = await suite.build(options);
    const url = `/api/v1/calendar.ics${feed === '' ? '' : `?token=${feed}`}`;
    const headers = bearer === '' ? {} : { authorization: `Bearer ${bearer}` };
    expect((await get(app, url, headers)).statusCode).toBe(status);
  });

  it('the token of the feed opens nothing else', async () => {
    const app = await suite.build({ token: 't', calendarFeedToken: FEED_TOKEN });
    const url = `/api/v1/appointments?token=${FEED_TOKEN}`;
    expect((await get(app, url, { authorization: `Bearer ${FEED_TOKEN}` })).statusCode).toBe(401);
  });
});
