import type { SpokenToken } from './speakable.js';

/** A phoneme with the time it ends at. */
export interface Phoneme {
  readonly name: string;
  readonly endMs: number;
}

/** Times of one spoken token. */
export interface TokenTime {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Reads what flite prints for `-psdur`: `pau:0.119 hh:0.212 …` with end times in seconds.
 *
 * @returns the phonemes up to the first entry that makes no sense
 */
export function parsePhonemes(printed: string): Phoneme[] {
  const phonemes: Phoneme[] = [];
  let last = 0;
  for (const entry of printed.trim().split(/\s+/)) {
    const match = /^([a-z]+):(\d+(?:\.\d+)?)$/.exec(entry);
    const endMs = Number(match?.[2]) * 1000;
    if (match === null || !(endMs >= last)) break;
    phonemes.push({ name: match[1] ?? '', endMs });
    last = endMs;
  }
  return phonemes;
}

const PAUSE = 'pau';
const VOWELS = /^(aa|ae|ah|ao|aw|ax|axr|ay|eh|er|ey|ih|ix|iy|ow|oy|uh|uw)$/;
/** Letters that a consonant is usually written with. */
const LETTERS: Readonly<Record<string, string>> = {
  b: 'b',
  ch: 'ct',
  d: 'd',
  dh: 't',
  dx: 'td',
  f: 'fpg',
  g: 'gx',
  hh: 'hw',
  jh: 'jgd',
  k: 'kcqx',
  l: 'l',
  el: 'l',
  m: 'm',
  em: 'm',
  n: 'nk',
  en: 'n',
  ng: 'n',
  p: 'p',
  r: 'r',
  s: 'scxz',
  sh: 'sctx',
  t: 'td',
  th: 't',
  v: 'vf',
  w: 'wuoq',
  y: 'yui',
  z: 'zsx',
  zh: 'sgz',
};

const SKIP_LETTER = 0.35;
const SKIP_PHONEME = 0.6;
const MISMATCH = 1.5;
const MISPLACED_PAUSE = 3;

/**
 * Finds when each token is said, by aligning the letters of the tokens with the phonemes (dynamic programming):
 * letters and sounds that go together pull together, a pause wants to be at a pause mark.
 *
 * @param tokens - what was said
 * @param phonemes - of the whole line, pauses included
 * @returns one time per token, in order, never overlapping; even shares when there are no phonemes
 */
export function alignTokens(tokens: readonly SpokenToken[], phonemes: readonly Phoneme[]): TokenTime[] {
  if (tokens.length === 0) return [];
  const symbols = tokens.flatMap((token, index) => symbolsOf(token, index));
  const owners = trace(symbols, phonemes);
  const times: (TokenTime | undefined)[] = tokens.map(() => undefined);
  phonemes.forEach(({ name, endMs }, index) => {
    const owner = owners[index];
    if (owner === undefined || name === PAUSE) return;
    const startMs = index === 0 ? 0 : (phonemes[index - 1]?.endMs ?? 0);
    times[owner] = { startMs: times[owner]?.startMs ?? startMs, endMs };
  });
  return fillGaps(times, phonemes.at(-1)?.endMs ?? 0);
}

interface Letter {
  /** A lower-case letter, or `|` for a pause mark. */
  readonly letter: string;
  readonly token: number;
}

function symbolsOf(token: SpokenToken, index: number): Letter[] {
  const symbols: Letter[] = [...spelledOut(token.spoken)].map((letter) => ({ letter, token: index }));
  if (token.pause !== '') symbols.push({ letter: '|', token: index });
  return symbols;
}

/**
 * Letters that are named take the letters of their names, so that "W" has room for "double you"; a silent "e" at
 * the end of a word is left out, so that it does not take the next word's vowel.
 */
function spelledOut(spoken: string): string {
  return spoken
    .replace(/\bW\b/g, 'doubleyou')
    .replace(/\b[FLMNSX]\b/g, (letter) => `e${letter}`)
    .replace(/\bA\b/g, 'ay')
    .replace(/\bH\b/g, 'aych')
    .replace(/\bR\b/g, 'ar')
    .replace(/\b[BCDEGPTVZ]\b/g, (letter) => `${letter}ee`)
    .toLowerCase()
    .replace(/([a-z]{2}[^aeiouy\W])e\b/g, '$1')
    .replace(/,/g, '|')
    .replace(/[^a-z|]/g, '');
}

function matchCost(phoneme: string, letter: string): number {
  if (phoneme === PAUSE) return letter === '|' ? 0 : MISPLACED_PAUSE * 2;
  if (letter === '|') return MISPLACED_PAUSE * 2;
  const isVowel = 'aeiouy'.includes(letter);
  if (VOWELS.test(phoneme)) {
    if (phoneme === 'er' && letter === 'r') return 0.1;
    return isVowel ? (vowelFits(phoneme, letter) ? 0 : 0.15) : MISMATCH;
  }
  if (LETTERS[phoneme]?.includes(letter) === true) return 0;
  return MISMATCH;
}

function vowelFits(phoneme: string, letter: string): boolean {
  return (
    phoneme.charAt(0) === letter ||
    (phoneme.charAt(0) === 'i' && letter === 'y') ||
    (phoneme === 'iy' && letter === 'e')
  );
}

/** The token that each phoneme belongs to. */
function trace(symbols: readonly Letter[], phonemes: readonly Phoneme[]): (number | undefined)[] {
  const columns = symbols.length + 1;
  const cost = new Float64Array((phonemes.length + 1) * columns);
  const move = new Uint8Array((phonemes.length + 1) * columns);
  for (let p = 0; p <= phonemes.length; p++) {
    for (let s = 0; s < columns; s++) {
      if (p === 0 && s === 0) continue;
      const phoneme = phonemes[p - 1]?.name ?? '';
      const letter = symbols[s - 1]?.letter ?? '';
      const edge = s === 0 || s === columns - 1;
      const options = [
        p > 0 && s > 0 ? (cost[(p - 1) * columns + s - 1] ?? 0) + matchCost(phoneme, letter) : Infinity,
        s > 0 ? (cost[p * columns + s - 1] ?? 0) + (letter === '|' ? 0.2 : SKIP_LETTER) : Infinity,
        p > 0
          ? (cost[(p - 1) * columns + s] ?? 0) +
            (phoneme === PAUSE ? (edge ? 0 : MISPLACED_PAUSE) : SKIP_PHONEME)
          : Infinity,
      ];
      const best = Math.min(...options);
      cost[p * columns + s] = best;
      move[p * columns + s] = options.indexOf(best);
    }
  }
  const owners: (number | undefined)[] = phonemes.map(() => undefined);
  let p = phonemes.length;
  let s = symbols.length;
  while (p > 0 || s > 0) {
    const step = move[p * columns + s];
    // A sound between two letters belongs to the letter before it, at the very start to the first token.
    if (step !== 1 && p > 0) owners[p - 1] = symbols[Math.max(0, s - 1)]?.token;
    if (step !== 1) p--;
    if (step !== 2) s--;
  }
  return owners;
}

/** Tokens without a sound of their own share the time between their neighbours. */
function fillGaps(times: readonly (TokenTime | undefined)[], endMs: number): TokenTime[] {
  const filled: TokenTime[] = [];
  let at = 0;
  while (at < times.length) {
    const time = times[at];
    if (time !== undefined) {
      filled.push(time);
      at++;
      continue;
    }
    let until = at;
    while (until < times.length && times[until] === undefined) until++;
    const from = filled.at(-1)?.endMs ?? 0;
    const to = Math.max(from, times[until]?.startMs ?? endMs);
    for (let i = at; i < until; i++) {
      const step = (to - from) / (until - at);
      filled.push({ startMs: from + (i - at) * step, endMs: from + (i - at + 1) * step });
    }
    at = until;
  }
  return filled;
}
