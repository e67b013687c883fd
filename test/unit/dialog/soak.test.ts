import { requestId, turnId } from '../../../src/kernel/ids.js';
import { randomInt, seededRng, type Rng } from '../../../src/kernel/rng.js';
import type { DtmfDigit } from '../../../src/kernel/vocab.js';
import type { DialogInput } from '../../../src/dialog/core/types.js';
import { INTENT_NAMES } from '../../../src/dialog/core/types.js';
import { office, Talk, taken, withPerson } from './conversation.js';

const WORDS =
  'yes no book me an appointment tomorrow Tuesday next week at three half past two the first one Ada my name is about grades change time day what where is your office? cancel never mind person later earlier not thirty to for 10:30 pm 24th December . , um second repeat goodbye wait nothing else'.split(
    ' ',
  );

const pick = <T>(rng: Rng, from: readonly T[]): T => from[randomInt(rng, 0, from.length - 1)] as T;

function randomInput(rng: Rng, talk: Talk): DialogInput {
  const id = rng.float() < 0.9 ? (talk.state.pending?.requestId ?? requestId('d0')) : requestId('d0');
  const turn = turnId('t');
  switch (randomInt(rng, 0, 11)) {
    case 0: {
      return {
        type: 'dtmf',
        digit: pick(rng, ['0', '1', '2', '3', '7', '*', '#', 'A'] satisfies DtmfDigit[]),
        turnId: turn,
      };
    }
    case 1: {
      return { type: 'silence', count: randomInt(rng, 1, 2) };
    }
    case 2: {
      return { type: 'not_understood', turnId: turn };
    }
    case 3: {
      const intent = pick(
        rng,
        INTENT_NAMES.filter((name) => name !== 'GOODBYE'),
      );
      return {
        type: 'intent',
        requestId: id,
        result: { intent, confidence: rng.float(), method: 'pattern', entities: {} },
      };
    }
    case 4: {
      const found = rng.float() < 0.5;
      return {
        type: 'knowledge',
        requestId: id,
        result: { found, answer: found ? 'So.' : '', sources: [], confidence: 0.5 },
      };
    }
    case 5: {
      const busy = [taken('2026-11-24', '09:00', '15:00')];
      return {
        type: 'availability',
        requestId: id,
        result: rng.float() < 0.9 ? { status: 'ok', busy } : { status: 'unavailable' },
      };
    }
    case 6: {
      const outcome = pick(rng, ['booked', 'conflict', 'unknown', 'not_found', 'unavailable'] as const);
      return { type: 'booking', requestId: id, outcome };
    }
    case 7: {
      return { type: 'waiting', requestId: id };
    }
    case 8: {
      return { type: 'transfer', requestId: id, outcome: pick(rng, ['refused', 'failed'] as const) };
    }
    case 9: {
      const said = talk.last?.text ?? '';
      return {
        type: 'heard',
        said,
        text: said.slice(0, randomInt(rng, 0, 60)),
        complete: rng.float() < 0.5,
      };
    }
    default: {
      const text = Array.from({ length: randomInt(rng, 1, 9) }, () => pick(rng, WORDS)).join(' ');
      return { type: 'turn', turnId: turn, text, confidence: rng.float() };
    }
  }
}

test.each([1, 2, 3, 4])(
  'a thousand random inputs (seed %i): no throw, bounded state, booked only when it is',
  (seed) => {
    const rng = seededRng(seed);
    let talk = new Talk({ manual: true, business: seed % 2 === 0 ? office : withPerson });
    talk.start();
    for (let k = 0; k < 1000; k++) {
      if (talk.state.ended) {
        talk = new Talk({ manual: true, business: seed % 2 === 0 ? office : withPerson });
        talk.start();
      }
      const input = randomInput(rng, talk);
      const pending = talk.state.pending;
      const said = talk.said.length;
      talk.input(input);
      const words = talk.said.slice(said);
      if (words.some((say) => say.promptId === 'booking.booked')) {
        expect(input).toEqual({ type: 'booking', requestId: pending?.requestId, outcome: 'booked' });
      }
      expect(words.every((say) => !/[{}]|undefined|NaN/.test(say.text))).toBe(true);
      expect(words.length).toBeLessThanOrEqual(5);
      expect(JSON.stringify(talk.state).length).toBeLessThan(8000);
    }
  },
);

test('the caller is never left without a word: a turn is answered, or a request is open', () => {
  const rng = seededRng(7);
  let talk = new Talk({ manual: true });
  talk.start();
  for (let k = 0; k < 1500; k++) {
    if (talk.state.ended) {
      talk = new Talk({ manual: true });
      talk.start();
    }
    const input = randomInput(rng, talk);
    const said = talk.said.length;
    talk.input(input);
    if (input.type === 'turn') expect(talk.said.length > said || talk.state.pending !== undefined).toBe(true);
  }
});
