import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/threads/project-root.js';
import { plainWords } from '../../src/dialog/guard/core/features.js';
import { clincSentences, everyNth, nluSentences, sgdTurns } from '../heads/corpora.js';

/** One half is learned from and looked at, the other is reported on. */
export type Half = 'tune' | 'report';

/** A text with what is known of it; what is unknown is left out. */
export interface Judged {
  readonly text: string;
  readonly injection?: 0 | 1;
  readonly toxic?: 0 | 1;
}

/** FNV-1a, for halves that stay the same. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let k = 0; k < text.length; k++) hash = Math.imul(hash ^ text.charCodeAt(k), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

const halfOf = (key: string): Half => (hashOf(key) % 2 === 0 ? 'tune' : 'report');

const read = (dataDir: string, name: string): string =>
  readFileSync(join(dataDir, 'guardrails', name), 'utf8');

/** Words in a row by which copies of a text are found. */
const SHINGLE = 6;
/** Two texts that share this part of the shorter one's shingles are versions of one text. */
const SAME = 0.1;

/**
 * Jailbreaks from the wild. Many are versions of a few texts: versions stand in the same half, or the half that is
 * reported on would have been learned by heart.
 */
export function jailbreaks(dataDir: string, half: Half): readonly string[] {
  const texts = read(dataDir, 'inthewild_jailbreaks.txt')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return texts.filter((_text, k) => halfOf(String(familiesOf(texts)[k])) === half);
}

const families = new WeakMap<readonly string[], readonly number[]>();

/** The first text of the family that each text belongs to. */
function familiesOf(texts: readonly string[]): readonly number[] {
  const known = families.get(texts);
  if (known !== undefined) return known;
  const sets = texts.map((text) => {
    const words = plainWords(text);
    return new Set(words.slice(SHINGLE - 1).map((_word, k) => words.slice(k, k + SHINGLE).join(' ')));
  });
  const root = texts.map((_text, k) => k);
  const find = (k: number): number => (root[k] === k || root[k] === undefined ? k : find(root[k]));
  sets.forEach((one, k) => {
    for (let other = 0; other < k; other++) {
      const set = sets[other] ?? new Set();
      let shared = 0;
      for (const shingle of one) if (set.has(shingle)) shared++;
      if (shared > SAME * Math.max(1, Math.min(one.size, set.size))) root[find(k)] = find(other);
    }
  });
  const found = root.map((_one, k) => find(k));
  families.set(texts, found);
  return found;
}

/** Fields of each line of a comma-separated file. */
const csvRows = (text: string): readonly (readonly string[])[] =>
  text
    .split('\n')
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );

/** Comments with their labels; a comment may have several lines. */
const comments = (text: string): readonly { readonly text: string; readonly label: string }[] =>
  [...text.matchAll(/([^]*?),(Toxic|Not Toxic)\n/g)].map(([, comment = '', label = '']) => ({
    text: comment
      .replace(/^text,is_toxic\n/, '')
      .replaceAll('"', ' ')
      .trim(),
    label,
  }));

/** XSTest: questions that sound dangerous and are not, and ones that are. Halves by the word that they turn on. */
export function xsTest(
  dataDir: string,
  half: Half,
): readonly { readonly text: string; readonly safe: boolean }[] {
  return csvRows(read(dataDir, 'xstest.csv'))
    .slice(1)
    .filter((row) => row.length > 4 && halfOf(row[4] ?? '') === half)
    .map(([, text = '', , label]) => ({ text, safe: label === 'safe' }));
}

/** HateCheck (halves by template) and comments of social media (halves by text). */
export function toxicTexts(dataDir: string, half: Half): readonly Judged[] {
  const hate = csvRows(read(dataDir, 'hatecheck.csv'))
    .slice(1)
    .filter((row) => halfOf(`template ${row[11] ?? ''}`) === half)
    .map(([, , , text = '', label]): Judged => ({ text, injection: 0, toxic: label === 'hateful' ? 1 : 0 }));
  const said = comments(read(dataDir, 'surge_toxicity_en.csv'))
    .filter(({ text }) => halfOf(text) === half)
    .map(({ text, label }): Judged => ({ text, injection: 0, toxic: label === 'Toxic' ? 1 : 0 }));
  return [...hate, ...said];
}

/** Turns of ordinary callers: the training parts to learn from, the development parts to report on. */
export function ordinaryTurns(
  dataDir: string,
  half: Half,
): Readonly<Record<'sgd' | 'nlu' | 'clinc' | 'told', readonly string[]>> {
  const isTune = half === 'tune';
  const sgd = sgdTurns(dataDir, isTune ? 'train' : 'dev').map(({ text }) => text);
  const nlu = nluSentences(dataDir)
    .map(({ text }) => text)
    .filter((text) => halfOf(text) === half);
  const clinc = clincSentences(dataDir, isTune ? 'train' : 'val').map(({ text }) => text);
  return {
    sgd: everyNth(sgd, isTune ? 20 : 5),
    nlu,
    clinc: everyNth(clinc, isTune ? 8 : 2),
    // Whoever tells a long story says as much as an attack needs.
    told: everyNth(
      sgd.map((_turn, k) => sgd.slice(k, k + 5).join(' ')),
      isTune ? 50 : 25,
    ),
  };
}

/** Passages of ordinary prose: encyclopedia and health. */
export function prose(dataDir: string, half: Half): readonly string[] {
  const { data } = JSON.parse(readFileSync(join(dataDir, 'retrieval/xquad_en.json'), 'utf8')) as {
    data: { paragraphs: { context: string }[] }[];
  };
  return data
    .flatMap(({ paragraphs }) => paragraphs.map(({ context }) => context))
    .filter((text) => halfOf(text) === half);
}

/** Own sentences to learn from: what callers say to turn the agent, and what only sounds like it. */
export function ownSentences(name: 'attacks' | 'ordinary'): readonly string[] {
  return readFileSync(join(projectRoot(), 'training/guard', `${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}
