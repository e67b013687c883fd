import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONFIDENCE_FEATURES, confidenceFeatures } from '../../src/speech/core/confidence.js';
import { protectionOf } from '../../src/speech/core/protected-words.js';
import { cuesOf } from '../../src/speech/stt/choice.js';
import { projectRoot } from '../../src/threads/project-root.js';
import { rightness } from '../../test/eval/expected/meaning.js';
import { questions } from '../../test/eval/expected/questions.js';
import { reliability } from '../../test/eval/expected/reliability.js';
import type { Collected } from './collect.js';
import { replay } from './replay.js';

interface Example {
  readonly features: readonly number[];
  /** How right it was, 0..1. */
  readonly rightness: number;
  /** All readings of one clip together count as two, one without expectations and one with; people count more. */
  readonly weight: number;
  readonly human: boolean;
}

/** Synthetic voices are many here and none on a telephone; they are kept for the answers that no recording gives. */
const HUMAN_WEIGHT = 8;
const ROUNDS = 6000;
const RATE = 0.3;
const RIDGE = 0.003;
/** Which way a feature may speak: a better sound never lowers confidence, a larger deficit never raises it. */
const SIGNS: Readonly<Partial<Record<(typeof CONFIDENCE_FEATURES)[number], 1 | -1>>> = {
  acoustic: 1,
  lowest: 1,
  deficit: -1,
  margin: 1,
  no_speech: -1,
};
const TARGET = 'src/speech/core/confidence-weights.ts';

/**
 * Fits the confidence on collected clips and writes its weights into the source.
 *
 * @param files - what `collect` has written for the half that is tuned on
 * @returns how well it fits them
 */
export function fit(files: readonly string[]): string {
  const { expected } = questions();
  const protection = protectionOf(expected.confirm.protect);
  const clips = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Collected),
  );
  const examples = clips
    .filter(({ kind }) => kind !== 'noise')
    .flatMap((clip) => examplesOf(clip, protection));
  const weights = descend(examples);
  writeFileSync(
    join(projectRoot(), TARGET),
    `/** One weight for each of CONFIDENCE_FEATURES; written by training/confidence. */\n` +
      `export const CONFIDENCE_WEIGHTS: readonly number[] = [\n${weights.map((w, i) => `  ${w.toFixed(3)}, // ${CONFIDENCE_FEATURES[i]}\n`).join('')}];\n`,
  );
  const judged = examples.map(({ features, rightness: share, human }) => ({
    confidence: logistic(features, weights),
    rightness: share,
    human,
  }));
  const people = judged.filter(({ human }) => human);
  return JSON.stringify({ all: reliability(judged), people: reliability(people) }, undefined, 1);
}

function examplesOf(clip: Collected, protection: ReturnType<typeof protectionOf>): Example[] {
  return [undefined, ...clip.at].flatMap((question): Example[] => {
    const human = clip.kind === 'human' || clip.kind === 'digit';
    const choice = replay(clip, question, protection);
    if (choice === undefined || choice.noise || choice.chosen.tokens.length === 0) return [];
    return [
      {
        features: confidenceFeatures(cuesOf([choice])),
        rightness: rightness(clip.text, choice.text),
        weight: (human ? HUMAN_WEIGHT : 1) / (question === undefined ? 1 : clip.at.length),
        human,
      },
    ];
  });
}

/** Logistic regression with signs, by gradient descent from nothing; features are scaled to one size meanwhile. */
function descend(examples: readonly Example[]): number[] {
  const scales = CONFIDENCE_FEATURES.map((_, index) =>
    Math.max(
      1e-6,
      Math.hypot(...examples.map(({ features }) => features[index] ?? 0)) / Math.sqrt(examples.length),
    ),
  );
  const total = examples.reduce((sum, { weight }) => sum + weight, 0);
  const weights = scales.map(() => 0);
  for (let round = 0; round < ROUNDS; round++) {
    const gradient = weights.map((weight, index) => (index === 0 ? 0 : RIDGE * weight));
    for (const { features, rightness: share, weight } of examples) {
      const scaled = features.map((value, index) => value / (scales[index] ?? 1));
      const error = (weight * (logistic(scaled, weights) - share)) / total;
      for (const [index, value] of scaled.entries()) gradient[index] = (gradient[index] ?? 0) + error * value;
    }
    for (const [index, slope] of gradient.entries()) {
      const name = CONFIDENCE_FEATURES[index];
      const sign = name === undefined ? undefined : SIGNS[name];
      const next = (weights[index] ?? 0) - RATE * slope;
      weights[index] = sign === undefined ? next : sign * Math.max(0, sign * next);
    }
  }
  return weights.map((weight, index) => weight / (scales[index] ?? 1));
}

const logistic = (features: readonly number[], weights: readonly number[]): number =>
  1 / (1 + Math.exp(-features.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0)));
