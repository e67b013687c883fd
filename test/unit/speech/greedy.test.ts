import { EOS, GreedyDecoder, repetitionLength, type GreedyOptions } from '../../../src/speech/core/greedy.js';

/** Logits over ten tokens that give these probabilities; the rest is shared by the others. */
function logits(probabilities: Readonly<Record<number, number>>): Float32Array {
  const given = Object.values(probabilities).reduce((sum, p) => sum + p, 0);
  const rest = (1 - given) / (10 - Object.keys(probabilities).length);
  return Float32Array.from({ length: 10 }, (_, token) => Math.log(probabilities[token] ?? rest));
}

const OPTIONS: GreedyOptions = { noSpeechThreshold: 0.97, maxTokens: 20 };

test('the best token wins, its log-probability is kept, the end ends it', () => {
  const decoder = new GreedyDecoder(OPTIONS);
  expect(decoder.step(logits({ 5: 0.9 }))).toBe(5);
  expect(decoder.step(logits({ 7: 0.6 }))).toBe(7);
  expect(decoder.step(logits({ [EOS]: 0.8 }))).toBe(EOS);
  const { tokens, logProbs, endLogProb, stop, noSpeech } = decoder.result();
  expect([tokens, stop, noSpeech]).toEqual([[5, 7], 'end', false]);
  expect(logProbs[0]).toBeCloseTo(Math.log(0.9), 5);
  expect(logProbs[1]).toBeCloseTo(Math.log(0.6), 5);
  expect(endLogProb).toBeCloseTo(Math.log(0.8), 5);
});

test.each([
  ['below the threshold the end may not win the first step', 0.95, 4, false],
  ['at the threshold there is no speech', 0.98, EOS, true],
])('%s', (_name, eos, token, noSpeech) => {
  const decoder = new GreedyDecoder(OPTIONS);
  expect(decoder.step(logits({ [EOS]: eos, 4: 0.01 }))).toBe(token);
  expect(decoder.result().noSpeech).toBe(noSpeech);
  expect(decoder.result().firstEosProbability).toBeCloseTo(eos, 4);
});

test('the model is left its logits', () => {
  const values = logits({ [EOS]: 0.9 });
  const before = values.slice();
  new GreedyDecoder(OPTIONS).step(values);
  expect(values).toEqual(before);
});

test('it stops at the most tokens', () => {
  const decoder = new GreedyDecoder({ ...OPTIONS, maxTokens: 3 });
  for (const token of [4, 5, 6]) decoder.step(logits({ [token]: 0.9 }));
  expect(decoder.done).toBe(true);
  expect(decoder.result()).toMatchObject({ tokens: [4, 5, 6], stop: 'length' });
});

test('a loop is cut back to its first round', () => {
  const decoder = new GreedyDecoder({ ...OPTIONS, maxTokens: 100 });
  for (let i = 0; !decoder.done; i++) decoder.step(logits({ [[4, 5, 6][i % 3] ?? 4]: 0.9 }));
  expect(decoder.result()).toMatchObject({ tokens: [4, 5, 6], stop: 'repetition' });
});

test.each([
  [[4, 4, 4], 0],
  [[4, 4, 4, 4, 4, 4, 4], 0],
  [[4, 4, 4, 4, 4, 4, 4, 4], 7],
  [[4, 5, 4, 5, 4, 5], 0],
  [[9, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4, 5], 10],
  [[4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7], 0],
  [[4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7], 12],
])('repetition of %j', (tokens, cut) => expect(repetitionLength(tokens)).toBe(cut));
