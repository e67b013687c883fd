import type { ToolSpec } from '../../src/dialog/core/tasks/form/spec.js';
import { createToolClient, type ToolClient } from '../../src/dialog/pack/tool-client.js';
import { CUSTOMER, startBankCore, type BankCore, type BankFault } from '../support/bank-core.js';

let bank: BankCore;
let client: ToolClient;

beforeEach(async () => {
  bank = await startBankCore();
  client = createToolClient({ environment: { BANK_URL: bank.url, BANK_TOKEN: bank.token } });
});
afterEach(() => bank.close());

const tool = (more: Partial<ToolSpec> = {}): ToolSpec => ({
  name: 'verify',
  effect: 'read',
  method: 'POST',
  baseUrlEnv: 'BANK_URL',
  tokenEnv: 'BANK_TOKEN',
  path: '/v1/verify',
  timeoutMs: 5000,
  args: ['customer', 'pin'],
  ...more,
});

const GOOD = { pii: { customer: CUSTOMER.number }, secret: { pin: CUSTOMER.pin } };
const balance = tool({
  name: 'balance',
  effect: 'disclose',
  method: 'GET',
  path: '/v1/sessions/{session}/accounts/{account}/balance',
  args: ['session', 'account'],
});

test('personal and secret values are sent as one, and nothing that the tool does not name', async () => {
  const answer = await client.callTool(tool(), { ...GOOD, pii: { ...GOOD.pii, other: 'x' } });
  expect(answer).toEqual({
    type: 'tool',
    value: { session: 's1', first_name: 'Ida', full_name: 'Ida Keller' },
  });
  expect(bank.requests[0]?.body).toEqual({ customer: CUSTOMER.number, pin: CUSTOMER.pin });
});

test('values stand in the path where it names them', async () => {
  await client.callTool(tool(), GOOD);
  expect(await client.callTool(balance, { pii: { session: 's1', account: 'checking' } })).toMatchObject({
    value: { balance: 1234.5 },
  });
  expect(bank.requests.at(-1)?.path).toBe('/v1/sessions/s1/accounts/checking/balance');
});

test.each(['../../admin', '..', 's1/../..', 'a?b=c#d'])(
  'a value cannot leave its place in the path: %s',
  async (value) => {
    await client.callTool(balance, { pii: { session: value, account: 'checking' } });
    for (const { path } of bank.requests) {
      expect(path).toBe(`/v1/sessions/${encodeURIComponent(value)}/accounts/checking/balance`);
    }
  },
);

test('a refusal of the system is a code, not a failure', async () => {
  expect(await client.callTool(tool(), { ...GOOD, secret: { pin: '0000' } })).toEqual({
    type: 'tool',
    value: { error: 'no_match' },
  });
});

test('what changes something is sent under its key, and done once', async () => {
  await client.callTool(tool(), GOOD);
  const move = tool({
    name: 'move',
    effect: 'change',
    path: '/v1/sessions/{session}/transfers',
    args: ['session', 'source', 'amount'],
  });
  const args = { pii: { session: 's1', source: 'savings', amount: '100.00' }, idempotencyKey: 'c1:1:0' };
  const first = await client.callTool(move, args);
  expect(await client.callTool(move, args)).toEqual(first);
  expect(bank.balanceOf('savings')).toBe(8900);
  expect(bank.requests.at(-1)?.body).not.toHaveProperty('idempotencyKey');
});

test.each<[BankFault, string]>([
  ['status_500', 'unavailable'],
  ['slow', 'timeout'],
  ['garbage', 'unavailable'],
  ['cut', 'unavailable'],
  ['huge', 'unavailable'],
  ['redirect', 'refused'],
  ['html', 'unavailable'],
  ['list', 'unavailable'],
])('%s is a failure: %s', async (fault, why) => {
  bank.fault(fault);
  const timeoutMs = fault === 'slow' ? 100 : 5000;
  expect(await client.callTool(tool({ timeoutMs }), GOOD)).toEqual({ type: 'failed', why });
});

test('a system that is not there is unavailable', async () => {
  await bank.close();
  expect(await client.callTool(tool(), GOOD)).toEqual({ type: 'failed', why: 'unavailable' });
});

test.each<[string, Record<string, string>]>([
  ['no address', { BANK_TOKEN: 'x' }],
  ['an empty address', { BANK_URL: '', BANK_TOKEN: 'x' }],
  ['an address that is none', { BANK_URL: 'bank core', BANK_TOKEN: 'x' }],
  ['an address of another kind', { BANK_URL: 'file:///etc', BANK_TOKEN: 'x' }],
])('%s: nothing is called', async (_name, environment) => {
  const denied = createToolClient({ environment });
  expect(await denied.callTool(tool(), GOOD)).toEqual({ type: 'failed', why: 'refused' });
});

test('a token that is wanted and not there: nothing is called', async () => {
  const denied = createToolClient({ environment: { BANK_URL: bank.url } });
  expect(await denied.callTool(tool(), GOOD)).toEqual({ type: 'failed', why: 'refused' });
  expect(bank.requests).toEqual([]);
});
