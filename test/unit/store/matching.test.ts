import { seededRng } from '../../../src/kernel/rng.js';
import {
  nameWords,
  plainReference,
  REFERENCE_ALPHABET,
  referenceFrom,
  sameName,
  samePhone,
} from '../../../src/store/matching.js';

describe('references', () => {
  it('have six of the letters and digits that are not confused, and stand being spelled', () => {
    const rng = seededRng(3);
    for (let n = 0; n < 200; n++) {
      const reference = referenceFrom(Uint8Array.from({ length: 6 }, () => Math.floor(rng.float() * 256)));
      expect(reference).toMatch(new RegExp(`^[${REFERENCE_ALPHABET}]{6}$`));
      expect(plainReference(` ${[...reference.toLowerCase()].join('. ')}!`)).toBe(reference);
    }
    for (const confusing of 'BCDEGTVZ' + 'FS' + 'AJ' + 'IO01' + 'NU5') {
      expect(REFERENCE_ALPHABET).not.toContain(confusing);
    }
  });
});

describe('numbers', () => {
  it.each([
    ['+12125550123', '+1 212-555-0123', true],
    ['+12125550123', '(212) 555 0123', true],
    ['+442079460123', '0044 20 7946 0123', true],
    ['+442079460123', '020 7946 0123', true],
    ['+4930123456', '030 123456', true],
    ['+12125550123', '+1 313 555 0123', false],
    ['+12125550123', '5550123', false],
    ['+12125550123', '0123', false],
    ['anonymous', '', false],
    ['12345', '12345', false],
  ])('%s and %s: %s', (a, b, same) => {
    expect(samePhone(a, b)).toBe(same);
    expect(samePhone(b, a)).toBe(same);
  });
});

describe('names', () => {
  it.each([
    ['Zoë Ångström', 'angstrom zoe', true],
    ['Łukasz Żółć', 'Lukasz Zolc', true],
    ['Anne-Marie Dupont', 'Dupont, Anne Marie', true],
    ['Жанна Иванова', 'иванова жанна', true],
    ["D'Angelo Russell", 'DAngelo Russell', true],
    ['Ada King Lovelace', 'Ada Lovelace', true],
    ['Ada Lovelace', 'Ada King Lovelace', true],
    ['Ada', 'Ada Lovelace', false],
    ['Ada Lovelace', 'Ada Byron', false],
    ['Ada Lovelace', 'Adam Lovelace', false],
    ['Ada Lovelace', '…', false],
  ])('%s and %s: %s', (stored, asked, same) => {
    expect(sameName(stored, asked)).toBe(same);
  });

  it('keep their letters apart from marks only', () => {
    expect(nameWords('  Dr. José  O’Neill-Straße ')).toEqual(['dr', 'jose', 'oneill', 'strasse']);
  });
});
