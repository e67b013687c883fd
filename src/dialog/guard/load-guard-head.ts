import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { CalibratedHead } from '../intent/core/heads.js';
import { headSchema, packHead, readWeights, unpackHead, weightsFile } from '../intent/load-heads.js';

/** Heads of a locale's guard. */
export interface GuardHeads {
  /** Attacks and abuse, by the letters and words of a text alone: quick enough for the thread of the calls. */
  readonly pieces: CalibratedHead;
  /** Attacks, by the sentence vector and words: where a sentence is classified, it has a vector. */
  readonly sentence: CalibratedHead;
}

const fileSchema = z.strictObject({ pieces: headSchema, sentence: headSchema });

/**
 * Reads the heads of a locale's guard: `locales/<id>/guard.json`, and `guard.bin` with the weights. Both are made by
 * training/guard.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN, naming the file
 */
export function loadGuardHeads(file: string): GuardHeads {
  const { stored, at } = readWeights(file, fileSchema);
  const { pieces, sentence } = stored;
  return {
    pieces: unpackHead(pieces, at(pieces), file),
    sentence: unpackHead(sentence, at(sentence), file),
  };
}

/** Writes heads as {@link loadGuardHeads} reads them. */
export function saveGuardHeads(file: string, heads: GuardHeads): void {
  const [pieces, sentence] = [packHead(heads.pieces), packHead(heads.sentence)];
  const { bytes: first, ...piecesInfo } = pieces;
  const { bytes: second, ...sentenceInfo } = sentence;
  const stored = {
    pieces: { ...piecesInfo, offset: 0, bytes: first.length },
    sentence: { ...sentenceInfo, offset: first.length, bytes: second.length },
  };
  writeFileSync(file, `${JSON.stringify(stored, null, 1)}\n`);
  writeFileSync(weightsFile(file), Buffer.concat([Buffer.from(first.buffer), Buffer.from(second.buffer)]));
}
