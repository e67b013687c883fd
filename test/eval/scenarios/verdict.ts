import { editDistance, normalisedWords } from '../speech/words.js';

/** What a caller wanted to be booked. */
export interface Wanted {
  readonly date: string;
  readonly time: string;
  /** Names of a service that count as what was said. */
  readonly purposes: readonly string[];
  readonly name: string;
}

/** An appointment as `GET /api/v1/appointments` gives it. */
export interface BookedAppointment {
  readonly date: string;
  readonly time: string;
  readonly purpose: string;
  readonly user_name: string;
}

/** A turn of the caller that the agent's recogniser wrote differently. */
export interface Misheard {
  readonly said: string;
  /** Empty when nothing was heard. */
  readonly heard: string;
}

/** What is wrong with the bookings of a call that should have made exactly one; empty when nothing is. */
export function faultsOf(wanted: Wanted, booked: readonly BookedAppointment[]): string[] {
  const [only, ...more] = booked;
  if (only === undefined) return ['nothing was booked'];
  if (more.length > 0) return [`${booked.length} appointments were booked`];
  const faults: string[] = [];
  const check = (what: string, is: string, should: readonly string[]): void => {
    if (!should.some((text) => plain(text) === plain(is))) {
      faults.push(`${what} is ${is}, not ${should.join(' or ')}`);
    }
  };
  check('the date', only.date, [wanted.date]);
  check('the time', only.time, [wanted.time]);
  check('the purpose', only.purpose, wanted.purposes);
  check('the name', only.user_name, [wanted.name]);
  return faults;
}

const plain = (text: string): string => text.trim().toLowerCase();

/**
 * Joins what was said with what was heard, in order, so that as few words as possible differ.
 *
 * @returns the turns that differ in words, spelling of numbers and punctuation apart
 */
export function misheard(said: readonly string[], heard: readonly string[]): Misheard[] {
  const words = [said.map(normalisedWords), heard.map(normalisedWords)] as const;
  const best = new Map<string, number>();
  const costOf = (i: number, j: number): number => {
    const key = `${i},${j}`;
    const known = best.get(key);
    if (known !== undefined) return known;
    const [mine = [], theirs = []] = [words[0][i] ?? [], words[1][j] ?? []];
    let cost = 0;
    if (i < said.length && j < heard.length) {
      cost = Math.min(
        editDistance(mine, theirs) + costOf(i + 1, j + 1),
        mine.length + costOf(i + 1, j),
        theirs.length + costOf(i, j + 1),
      );
    } else if (i < said.length) {
      cost = mine.length + costOf(i + 1, j);
    } else if (j < heard.length) {
      cost = theirs.length + costOf(i, j + 1);
    }
    best.set(key, cost);
    return cost;
  };
  const different: Misheard[] = [];
  let [i, j] = [0, 0];
  while (i < said.length || j < heard.length) {
    const [text = '', other = ''] = [said[i], heard[j]];
    const distance = editDistance(words[0][i] ?? [], words[1][j] ?? []);
    if (i < said.length && j < heard.length && costOf(i, j) === distance + costOf(i + 1, j + 1)) {
      if (distance > 0) different.push({ said: text, heard: other });
      i++;
      j++;
    } else if (i < said.length && costOf(i, j) === (words[0][i]?.length ?? 0) + costOf(i + 1, j)) {
      different.push({ said: text, heard: '' });
      i++;
    } else {
      different.push({ said: '', heard: other });
      j++;
    }
  }
  return different;
}
