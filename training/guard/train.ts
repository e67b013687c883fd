import { join } from 'node:path';
import type { CalibratedHead } from '../../src/dialog/intent/core/heads.js';
import { beginTraining, learn, logits } from '../../src/dialog/intent/core/softmax.js';
import { featuresOf, type Features } from '../../src/dialog/intent/core/features.js';
import { saveGuardHeads } from '../../src/dialog/guard/load-guard-head.js';
import {
  guardFeatures,
  PIECE_SLOTS,
  plainWords,
  WINDOW_WORDS,
  windowsOf,
} from '../../src/dialog/guard/core/features.js';
import { GUARD_LABELS } from '../../src/dialog/guard/core/head.js';
import { projectRoot } from '../../src/threads/project-root.js';
import { everyNth } from '../heads/corpora.js';
import { platt } from '../heads/platt.js';
import { openVectors } from '../heads/vectors.js';
import {
  jailbreaks,
  ordinaryTurns,
  ownSentences,
  prose,
  toxicTexts,
  xsTest,
  type Judged,
} from './corpora.js';

/**
 * Trains the heads of the guard on the halves that may be learned from. `npm run eval -- guard` reports on the others.
 *
 * `node dist/training/guard/train.js <folder for vectors>` with LEIBNIZ_DATA_DIR set.
 */

const OPTIONS = { rate: 0.1, decay: 1e-5 } as const;
/** Every fifth text calibrates and is not learned from. */
const HELD = 5;

interface Row {
  readonly features: Features;
  readonly targets: readonly (number | undefined)[];
  readonly held: boolean;
}

function train(
  rows: readonly Row[],
  labels: readonly string[],
  dimensions: number,
  epochs: number,
): CalibratedHead {
  const training = beginTraining(labels, dimensions);
  const learned = rows.filter(({ held }) => !held);
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let at = 0; at < learned.length; at++) {
      // A fixed stride mixes the kinds, which come one after the other.
      const row = learned[(at * 7919) % learned.length];
      if (row === undefined) continue;
      const errors = logits(training, row.features).map((score, k) => {
        const target = row.targets[k];
        return target === undefined ? 0 : 1 / (1 + Math.exp(-score)) - target;
      });
      learn(training, row.features, errors, OPTIONS);
    }
  }
  const held = rows.filter((row) => row.held);
  const fits = labels.map((_label, k) => {
    const known = held.filter(({ targets }) => targets[k] !== undefined);
    return platt(
      known.map(({ features }) => logits(training, features)[k] ?? 0),
      known.map(({ targets }) => targets[k] ?? 0),
    );
  });
  return {
    head: { labels: [...labels], dimensions, weights: training.weights },
    scale: fits.map(({ scale }) => scale),
    shift: fits.map(({ shift }) => shift),
  };
}

const plainCut = (text: string, from: number, length: number): string =>
  plainWords(text)
    .slice(from, from + length)
    .join(' ');

/** The beginning of an attack, as long and as short as one is spoken, and pieces of its middle. */
function piecesOf(text: string): readonly string[] {
  const { length } = plainWords(text);
  const middle = Math.floor(length / 3);
  return [
    plainCut(text, 0, WINDOW_WORDS),
    plainCut(text, 0, WINDOW_WORDS / 2),
    ...(length > 60 ? [plainCut(text, WINDOW_WORDS / 2, WINDOW_WORDS)] : []),
    ...(length > 150 ? [plainCut(text, middle, WINDOW_WORDS), plainCut(text, middle * 2, WINDOW_WORDS)] : []),
  ];
}

/** The beginning of an attack with its marks and without. */
const beginningsOf = (text: string): readonly string[] => [
  text.split(/\s+/).slice(0, WINDOW_WORDS).join(' '),
  plainCut(text, 0, WINDOW_WORDS),
  plainCut(text, 0, WINDOW_WORDS / 2),
];

const harmless = (texts: readonly string[], toxic?: 0): Judged[][] =>
  texts.map((text) => [{ text, injection: 0, ...(toxic === undefined ? {} : { toxic }) }]);

const dataDir = process.env['LEIBNIZ_DATA_DIR'] ?? '';
const turns = ordinaryTurns(dataDir, 'tune');
const attacks = jailbreaks(dataDir, 'tune');
const own: readonly Judged[][] = [
  ...ownSentences('attacks').map((text): Judged[] => [{ text, injection: 1, toxic: 0 }]),
  ...harmless(ownSentences('ordinary'), 0),
];
/** Own sentences are few, and the nearest to what is said on the telephone. */
const ownOften = own.map((texts) => [...texts, ...texts, ...texts]);
const passages = harmless(prose(dataDir, 'tune').flatMap(windowsOf), 0);
const dangerous = harmless(xsTest(dataDir, 'tune').map(({ text }) => text));
const toxic = toxicTexts(dataDir, 'tune');
const asAttacks = (pieces: readonly string[]): Judged[] => pieces.map((text) => ({ text, injection: 1 }));

const allTexts: readonly (readonly Judged[])[] = [
  ...attacks.map((text) => asAttacks(piecesOf(text))),
  ...ownOften,
  ...harmless([...turns.sgd, ...turns.nlu, ...turns.clinc, ...turns.told], 0),
  ...passages,
  ...dangerous,
  ...toxic.map((one) => [one]),
];
const pieces = train(
  allTexts.flatMap((texts, k) =>
    texts.map(({ text, injection, toxic: abuse }): Row => ({
      features: guardFeatures(plainCut(text, 0, WINDOW_WORDS)),
      targets: [injection, abuse],
      held: k % HELD === 0,
    })),
  ),
  GUARD_LABELS,
  PIECE_SLOTS,
  8,
);

// Fewer of each kind: a vector takes 20 ms.
const sentences = [
  ...attacks.map((text) => asAttacks(beginningsOf(text))),
  ...ownOften,
  ...harmless(everyNth([...turns.sgd, ...turns.nlu, ...turns.clinc], 3)),
  ...harmless(everyNth(turns.told, 8)),
  ...everyNth(passages, 4),
  ...dangerous,
  ...everyNth(toxic, 8).map((one) => [one]),
].flatMap((texts, k) => texts.map((one) => ({ ...one, held: k % HELD === 0 })));
const embed = await openVectors(process.argv[2] ?? '');
const vectors = await embed(sentences.map(({ text }) => text));
const sentence = train(
  sentences.map(({ text, injection, held }, k): Row => ({
    features: featuresOf(text, vectors[k] ?? new Float32Array(512)),
    targets: [injection],
    held,
  })),
  ['injection'],
  512,
  12,
);
saveGuardHeads(join(projectRoot(), 'locales/en-US/guard.json'), { pieces, sentence });
process.stdout.write(
  `${JSON.stringify({ attacks: attacks.length, texts: allTexts.flat().length, sentences: sentences.length })}\n`,
);
