import { join } from 'node:path';
import { officeOf, toolPort } from '../../src/app/engines.js';
import { loadPack } from '../../src/dialog/pack/load.js';
import type { KnowledgePort } from '../../src/session/ports.js';
import { CUSTOMER, startBankCore, type BankCore } from '../support/bank-core.js';
import { Talk } from '../support/talk.js';

const pack = await loadPack(join(process.cwd(), 'packs/bank'));

/** Intents by a word of the sentence: what is tried here is what comes after. */
const INTENTS: readonly (readonly [RegExp, string])[] = [
  [/balance|how much/, 'BALANCE'],
  [/transactions/, 'TRANSACTIONS'],
  [/card/, 'CARD_BLOCK'],
  [/move/, 'TRANSFER'],
];
const knowledge: KnowledgePort = {
  classify: (text: string) =>
    Promise.resolve({
      intent: INTENTS.find(([words]) => words.test(text))?.[1] ?? 'OUT_OF_SCOPE',
      confidence: 0.9,
      method: 'embedding',
      entities: {},
    }),
  query: () => Promise.resolve({ found: false, answer: '', sources: [], confidence: 0 }),
} as unknown as KnowledgePort;

let bank: BankCore;
let talk: Talk;

beforeEach(async () => {
  bank = await startBankCore();
  const tools = toolPort(pack, { BANK_CORE_URL: bank.url, BANK_CORE_TOKEN: bank.token });
  talk = new Talk({ context: officeOf(pack), knowledge, tools });
  await talk.start();
});
afterEach(() => bank.close());

const identify = async (): Promise<string> => {
  await talk.say('four eight one two three three seven nine');
  return talk.press(CUSTOMER.pin);
};

test('the balance is told after number and PIN, in words', async () => {
  expect(await talk.say("what's my balance")).toMatch(/make sure that it is you.*customer number/);
  expect(await identify()).toMatch(/Thank you, Ida\. Which account/);
  expect(await talk.say('checking')).toMatch(
    /Your checking account has 1,234 dollars and 50 cents\..*Anything else|is there anything else/i,
  );
});

test('who was identified is not asked again', async () => {
  await talk.say("what's my balance");
  await identify();
  await talk.say('savings');
  expect(await talk.say('and my latest transactions')).toMatch(/For which account/);
  expect(await talk.say('the checking account')).toMatch(
    /minus 42 dollars and 50 cents, Corner Grocery; on November 19, 2,150 dollars, salary/i,
  );
});

test('a request that names the account needs no further question', async () => {
  await talk.say('how much is in my savings account');
  expect(await identify()).toMatch(/Your savings account has 9,000 dollars\./);
});

test('a wrong PIN is asked again, and after three nobody is told anything', async () => {
  await talk.say("what's my balance");
  await talk.say('four eight one two three three seven nine');
  expect(await talk.press('0000')).toMatch(/does not match/);
  for (const pin of ['1111', '2222']) {
    await talk.say('four eight one two three three seven nine');
    await talk.press(pin);
  }
  expect(talk.last).toMatch(/could not match/);
  expect(bank.requests.every(({ path }) => path === '/v1/verify')).toBe(true);
  expect(talk.replies.join(' ')).not.toMatch(/dollars/);
});

test('a card is blocked on a clear yes only', async () => {
  await talk.say('my card was stolen');
  await identify();
  expect(await talk.say('four four one two')).toMatch(/block the card ending in 4 4 1 2, reason stolen/);
  await talk.say('hmm I am not sure');
  expect(bank.requests.some(({ path }) => path.endsWith('/block'))).toBe(false);
  expect(await talk.say('yes, block it')).toMatch(/I will block the card ending in 4 4 1 2/);
  expect(await talk.say('yes, block it')).toMatch(/is blocked/);
});

test('money moves once, by the amount that was agreed to', async () => {
  await talk.say('move two hundred dollars from savings');
  await identify();
  await talk.say('no, three hundred dollars');
  expect(talk.last).toMatch(/move 300 dollars out of your savings account/);
  expect(await talk.say('yes please')).toMatch(/Your savings account now has 8,700 dollars/);
  expect(bank.balanceOf('savings')).toBe(8700);
  expect(bank.balanceOf('checking')).toBe(1534.5);
});

test('a core that fails is told, and a call back or a person is offered', async () => {
  await talk.say("what's my balance");
  bank.fault('status_500');
  expect(await identify()).toMatch(/cannot check your details right now.*\?/);
});

test('a PIN stands in no saved state and in no reply', async () => {
  await talk.say("what's my balance");
  await identify();
  expect(JSON.stringify(talk.state)).not.toContain(CUSTOMER.pin);
  expect(talk.replies.join(' ')).not.toContain(CUSTOMER.pin);
});
