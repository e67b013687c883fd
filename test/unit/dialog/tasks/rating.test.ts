import { shippedContext } from '../../../support/shipped-context.js';
import { Talk } from '../../../support/talk.js';

/** A caller who was told something and says goodbye. */
async function leaving(rating = true): Promise<Talk> {
  const context = await shippedContext();
  const talk = new Talk({ context: { ...context, business: { ...context.business, rating } } });
  await talk.start();
  await talk.say('what are your opening hours?');
  await talk.say('no thank you');
  return talk;
}

const ratings = (talk: Talk): readonly number[] =>
  talk.of('note').flatMap(({ note }) => (note.kind === 'rating' ? [note.value] : []));

describe('a rating', () => {
  test('is asked for only where the office wants one', async () => {
    const without = await leaving(false);
    expect(without.hungUp).toBe('agent_goodbye');
    const talk = await leaving();
    expect(talk.hungUp).toBeUndefined();
    expect(talk.last).toMatch(/from 1 to 5/);
  });

  test.each([
    ['~4', [4]],
    ['five', [5]],
    ['I would say a three', [3]],
    ['no', []],
    ['no thanks bye', []],
    ['goodbye', []],
  ])('%s', async (answer, expected) => {
    const talk = await leaving();
    await (answer.startsWith('~') ? talk.press(answer.slice(1)) : talk.say(answer));
    expect(ratings(talk)).toEqual(expected);
    expect(talk.hungUp).toBe('agent_goodbye');
  });

  test('never keeps a caller: silence and a second odd answer end the call', async () => {
    const silent = await leaving();
    await silent.silence(1);
    expect(silent.hungUp).toBe('agent_goodbye');
    const odd = await leaving();
    await odd.press('9');
    await odd.say('the weather is nice over here');
    expect(odd.hungUp).toBe('agent_goodbye');
    expect(ratings(odd)).toEqual([]);
  });

  test('a question still is one', async () => {
    const talk = await leaving();
    expect(await talk.say('wait, are you open on Friday?')).toMatch(/Friday/);
    expect(talk.hungUp).toBeUndefined();
    await talk.press('2');
    expect(ratings(talk)).toEqual([2]);
  });

  test('who hangs up at once is not asked', async () => {
    const context = await shippedContext();
    const talk = new Talk({ context: { ...context, business: { ...context.business, rating: true } } });
    await talk.start();
    await talk.say('goodbye');
    expect(talk.hungUp).toBe('agent_goodbye');
    expect(ratings(talk)).toEqual([]);
  });
});
