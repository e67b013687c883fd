import { splitSentences } from '../../../src/speech/core/sentences.js';

const pieces = (text: string): string[] => splitSentences(text).map((sentence) => sentence.text);

test.each([
  ['One. Two? Three!', ['One.', 'Two?', 'Three!']],
  ['See Dr. Smith at 2 p.m. today.', ['See Dr. Smith at 2 p.m. today.']],
  ['Come at 2 p.m. Bring the form.', ['Come at 2 p.m.', 'Bring the form.']],
  ['It costs 3.50 dollars.', ['It costs 3.50 dollars.']],
  ['On Nov. 3rd we close.', ['On Nov. 3rd we close.']],
  ['"Yes." she said', ['"Yes." she said']],
  ['Wait... what?', ['Wait... what?']],
  ['First line\nSecond line', ['First line', 'Second line']],
  ['...', []],
  ['', []],
  ['no end', ['no end']],
])('%j', (text, expected) => expect(pieces(text)).toEqual(expected));

test('each piece knows where it begins', () => {
  const text = '  Hello there.  How are you?';
  for (const { text: piece, charStart } of splitSentences(text)) {
    expect(text.slice(charStart, charStart + piece.length)).toBe(piece);
  }
});

test('a long sentence is divided at a clause, nothing is lost', () => {
  const text = `${'The first part of it goes on and on, '.repeat(8)}and so it ends.`;
  const parts = splitSentences(text);
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.map((part) => part.text).join(' ')).toBe(text);
  for (const part of parts) expect(part.text.length).toBeLessThan(240);
});
