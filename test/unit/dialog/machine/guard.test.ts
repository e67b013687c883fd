import { shippedContext } from '../../../support/shipped-context.js';
import { Talk } from '../../../support/talk.js';
import { dialogPort } from '../../../../src/app/dialog-wiring.js';

const bank = await shippedContext('packs/bank');

async function call(): Promise<Talk> {
  const talk = new Talk({ context: bank });
  await talk.start();
  return talk;
}

describe('what callers must not tell is not taken', () => {
  test.each([
    ['my card number is four one one one one one one one one one one one one one one one', 'CARD_NUMBER'],
    ['my social security number is 123 45 6789', 'SOCIAL_SECURITY_NUMBER'],
    ['my password is swordfish', 'PASSWORD'],
  ])('%s', async (text, name) => {
    const talk = await call();
    expect(await talk.say(text)).toMatch(/not kept/);
    expect(JSON.stringify([talk.state, talk.effects])).not.toMatch(/swordfish|6789|1111|one one one/);
    expect(dialogPort.heard(talk.state, text, { ...bank, wallMs: 0 as never })).toBe(`[${name}_REDACTED]`);
  });

  test('asking about it is no telling', async () => {
    const talk = await call();
    await talk.say('do you need my card number');
    expect(talk.last).not.toMatch(/not kept/);
  });
});

test('a refused topic is answered in the words of the pack and the open question stands', async () => {
  const talk = await call();
  expect(await talk.say('which stocks should I buy')).toMatch(/investment advice/);
  expect(talk.hungUp).toBeUndefined();
});

test('what the agent must never say is left out of an answer', async () => {
  const talk = new Talk({
    context: { ...bank, guard: { ...bank.guard, neverSays: ['monday'] } },
  });
  await talk.start();
  expect(await talk.say('when are you open')).not.toMatch(/monday/i);
});
