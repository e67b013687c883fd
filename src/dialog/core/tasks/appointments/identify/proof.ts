import type { SecondFactor } from '../../../business.js';
import type { KnownAppointment } from '../../../effects.js';
import type { Interpretation } from '../../../nlu/types.js';
import { fitsTime } from '../existing/which.js';
import { same } from '../name.js';

/** Fewest digits by which a telephone number is compared: those of a number without its area. */
const NUMBER_DIGITS = 7;

/** Characters of a reference. */
const REFERENCE_CHARS = 6;

/** What a caller gave as proof: words are kept as what they stand for. */
export type Proof =
  | { readonly factor: 'reference'; readonly code: string }
  /** A reference on the keypad, where each key stands for several letters. */
  | { readonly factor: 'reference'; readonly keys: string }
  | { readonly factor: 'birth_date'; readonly date: string }
  | { readonly factor: 'phone'; readonly digits: string }
  | { readonly factor: 'time'; readonly said: Interpretation['mentions'] };

/** Reads a proof of a kind in an answer; `undefined` when there is none. */
export function readProof(factor: SecondFactor, said: Interpretation): Proof | undefined {
  switch (factor) {
    case 'reference': {
      const code = codeIn(said);
      return code === undefined ? undefined : { factor, code };
    }
    case 'birth_date': {
      const mention = said.mentions.findLast(({ type }) => type === 'time');
      if (mention?.type === 'time' && mention.value.kind === 'date') {
        return { factor, date: mention.value.date };
      }
      const date = birthDate(digitsIn(said));
      return date === undefined ? undefined : { factor, date };
    }
    case 'phone': {
      const digits = digitsIn(said);
      return digits.length >= NUMBER_DIGITS ? { factor, digits } : undefined;
    }
    case 'time': {
      const times = said.mentions.filter(
        ({ type, excluded, ...mention }) =>
          type === 'time' &&
          !excluded &&
          'value' in mention &&
          ['date', 'time'].includes(kindOf(mention.value)),
      );
      return times.length === 0 ? undefined : { factor, said: times };
    }
    default: {
      return factor;
    }
  }
}

const kindOf = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : '';

/** Reads a proof of keys; `undefined` until there are enough. */
export function keyedProof(factor: SecondFactor, keys: string): Proof | undefined {
  switch (factor) {
    case 'reference': {
      return keys.length === REFERENCE_CHARS ? { factor, keys } : undefined;
    }
    case 'birth_date': {
      const date = birthDate(keys);
      return date === undefined ? undefined : { factor, date };
    }
    case 'phone': {
      return keys.length >= NUMBER_DIGITS + 3 ? { factor, digits: keys } : undefined;
    }
    case 'time': {
      return undefined;
    }
    default: {
      return factor;
    }
  }
}

/** Month, day and year of eight digits: 03251984. */
function birthDate(digits: string): string | undefined {
  const match = /^(\d{2})(\d{2})(\d{4})$/.exec(digits);
  return match === null ? undefined : `${match[3]}-${match[1]}-${match[2]}`;
}

const digitsIn = (said: Interpretation): string =>
  said.mentions
    .map((mention) => (mention.type === 'phone' || mention.type === 'digits' ? mention.digits : ''))
    .join('')
    .replace(/\D/g, '');

/** Letters with digits among them, or letters that no word is made of. */
const WRITTEN_CODE = /\b(?:(?=[a-z0-9]*\d)(?=[a-z0-9]*[a-z])[a-z0-9]{6}|[b-df-hj-np-tv-z]{6})\b/i;

/** A reference that was typed or spelled: its letters and digits in the order in which they were said. */
export function codeIn(said: Interpretation): string | undefined {
  const written = WRITTEN_CODE.exec(said.text)?.[0];
  if (written !== undefined) return plainCode(written);
  const spelled = said.mentions.filter(
    ({ type }) => type === 'letters' || type === 'digits' || type === 'phone',
  );
  const pieces: string[] = [];
  for (let at = 0; at < said.tokens.length;) {
    const mention = spelled.find(({ from, to }) => from === at && to > at);
    const word = said.tokens[at]?.word ?? '';
    pieces.push(mention === undefined ? (word.length === 1 ? word : '') : charsOf(mention));
    at = mention?.to ?? at + 1;
  }
  const code = plainCode(pieces.join(''));
  return code.length === REFERENCE_CHARS ? code : undefined;
}

const charsOf = (mention: Interpretation['mentions'][number]): string => {
  if (mention.type === 'letters') return mention.letters;
  return mention.type === 'digits' || mention.type === 'phone' ? mention.digits : '';
};

const plainCode = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** The key that stands for a letter (ITU-T E.161). */
const KEYS: readonly string[] = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];

const keysOf = (code: string): string =>
  [...plainCode(code)]
    .map((char) => (/\d/.test(char) ? char : String(KEYS.findIndex((letters) => letters.includes(char)))))
    .join('');

/** True when the proof is that of the appointment. */
export function proves(proof: Proof, appointment: KnownAppointment): boolean {
  switch (proof.factor) {
    case 'reference': {
      return 'code' in proof
        ? plainCode(appointment.reference) === proof.code
        : keysOf(appointment.reference) === proof.keys;
    }
    case 'birth_date': {
      return appointment.pii.birthDate === proof.date;
    }
    case 'phone': {
      return sameNumber(proof.digits, appointment.pii.callerNumber);
    }
    case 'time': {
      const dated = proof.said.some((mention) => mention.type === 'time' && mention.value.kind === 'date');
      const timed = proof.said.some((mention) => mention.type === 'time' && mention.value.kind === 'time');
      // A day alone is guessed too easily.
      return (
        dated &&
        timed &&
        proof.said.every((mention) => mention.type === 'time' && fitsTime(appointment, mention.value))
      );
    }
    default: {
      return proof;
    }
  }
}

/** True when two telephone numbers end alike, as far as both go. */
function sameNumber(a: string, b: string | undefined): boolean {
  const [left, right] = [a, b ?? ''].map((number) => number.replace(/\D/g, ''));
  const length = Math.min(10, left?.length ?? 0, right?.length ?? 0);
  return length >= NUMBER_DIGITS && left?.slice(-length) === right?.slice(-length);
}

/** True when a name that was said is that of the appointment: every word of the shorter is in the longer. */
export function sameName(said: string, stored: string): boolean {
  const [a, b] = [said, stored].map((name) => name.split(/\s+/)).sort((x, y) => x.length - y.length);
  return (
    a !== undefined &&
    b !== undefined &&
    a.length > 0 &&
    a.every((word) => b.some((other) => same(word, other)))
  );
}
