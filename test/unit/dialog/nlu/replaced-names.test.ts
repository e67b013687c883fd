import { interpret } from '../../../../src/dialog/core/nlu/interpret.js';
import { caseLexicon, TIME } from '../../../eval/consent/answers.js';

test.each([
  ['Laura Johnson', 'biased', 'Laura Jonsen', true],
  ['Laura Johnson', 'biased', 'laura johnson', undefined],
  ['Laura Johnson', 'free', 'Laura Jonsen', undefined],
] as const)('"%s" (%s) for "%s": put there by expectation is %s', (text, source, free, replaced) => {
  const evidence = {
    hypotheses: [
      { text, acoustic: -0.2, source },
      { text: free, acoustic: -0.1, source: source === 'free' ? ('biased' as const) : ('free' as const) },
    ],
    deficit: 0,
  };
  const question = { id: 'book.name', expects: 'name', time: TIME } as const;
  const { mentions } = interpret({ text, confidence: 0.9, evidence }, question, caseLexicon());
  const [name] = mentions;
  expect(name?.replaced).toBe(replaced);
});
