import { callLogger, createLogger } from '../../../src/telemetry/logger.js';
import { LeibnizError } from '../../../src/kernel/errors.js';

function capture(pii = false) {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: createLogger({ level: 'debug', pii, stream }) };
}

test('a line is JSON with level, time, fields and a constant message', () => {
  const { lines, logger } = capture();
  logger.info({ port: 5060 }, 'listening');
  expect(lines).toEqual([
    { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/) as string, port: 5060, msg: 'listening' },
  ]);
});

test('personal data is hidden wherever it stands, unless it is asked for', () => {
  const fields = { pii: { from: '+15550100' }, call: { turns: [{ pii: { text: 'my name is Ada' } }] } };
  const hidden = capture();
  hidden.logger.warn(fields, 'a call');
  hidden.logger.child({ pii: { to: '+15550199' } }).warn('a call');
  expect(JSON.stringify(hidden.lines)).not.toMatch(/1555|Ada/);
  const shown = capture(true);
  shown.logger.warn(fields, 'a call');
  expect(JSON.stringify(shown.lines)).toMatch(/15550100.*Ada/);
});

test.each(['token', 'adminToken', 'password', 'Authorization', 'webhookSecret', 'api_key', 'cookie'])(
  '%s is hidden even when personal data is shown',
  (key) => {
    const { lines, logger } = capture(true);
    logger.info({ nested: { [key]: 'hunter2' } }, 'x');
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  },
);

test('of an error, only what it says of itself is logged', () => {
  const { lines, logger } = capture();
  const driver = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (phone)=(+15550100)',
  });
  logger.error({ err: new LeibnizError('STORE_UNAVAILABLE', 'No database.', { cause: driver }) }, 'x');
  logger.error({ err: driver }, 'x');
  logger.error({ err: 'text' }, 'x');
  expect(JSON.stringify(lines)).not.toContain('15550100');
  expect(lines[0]?.['err']).toMatchObject({
    type: 'LeibnizError',
    code: 'STORE_UNAVAILABLE',
    cause: 'Error: duplicate key',
  });
  expect(lines[1]?.['err']).toMatchObject({ code: '23505' });
});

test('cycles, depth, buffers and long lists are bounded', () => {
  const { lines, logger } = capture();
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;
  logger.info({ loop, audio: new Int16Array(1000), list: Array.from({ length: 1000 }, (_, i) => i) }, 'x');
  expect(JSON.stringify(lines[0]).length).toBeLessThan(2000);
  expect(lines[0]?.['audio']).toBe('[2000 bytes]');
});

test('the logger of a call carries its id alone; lower levels are left out', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', stream: { write: (line) => void lines.push(line) } });
  const child = callLogger(logger, 'c1');
  child.info('quiet');
  child.warn('loud');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ callId: 'c1', msg: 'loud' }),
  ]);
});
