/** Files of a folder, by their names. */
export type Listing = readonly string[];

/** What `OfflineTts` of sherpa-onnx is configured with, and which family of voices that is. */
export interface SherpaVoiceConfig {
  readonly family: 'kokoro' | 'kitten' | 'piper';
  readonly config: object;
}

/**
 * Finds out which voice a folder holds: Piper (`*.onnx`, `tokens.txt`), Kokoro or Kitten (with `voices.bin`; the name
 * of the folder or of the weights tells which). All need `tokens.txt` and the folder `espeak-ng-data`. Weights with
 * `int8` in their names are taken only where there are no others: they may be slower.
 *
 * @param dir - absolute
 * @returns the name of what is missing where it is no such folder
 */
export function sherpaVoiceConfig(
  dir: string,
  files: Listing,
): SherpaVoiceConfig | { readonly missing: string } {
  const weights = files.filter((file) => file.endsWith('.onnx'));
  const model = weights.find((file) => !file.includes('int8')) ?? weights[0];
  if (model === undefined) return { missing: 'a file *.onnx' };
  for (const needed of ['tokens.txt', 'espeak-ng-data']) {
    if (!files.includes(needed)) return { missing: needed };
  }
  const at = (file: string): string => `${dir}/${file}`;
  const common = { model: at(model), tokens: at('tokens.txt'), dataDir: at('espeak-ng-data') };
  const lexicon = files.find((file) => /^lexicon.*\.txt$/.test(file));
  const withLexicon = lexicon === undefined ? common : { ...common, lexicon: at(lexicon) };
  if (!files.includes('voices.bin')) return made('piper', { vits: withLexicon });
  const voices = at('voices.bin');
  const isKitten = /kitten/i.test(`${dir}/${model}`);
  return isKitten
    ? made('kitten', { kitten: { ...common, voices } })
    : made('kokoro', { kokoro: { ...withLexicon, voices } });
}

function made(family: SherpaVoiceConfig['family'], model: object): SherpaVoiceConfig {
  return {
    family,
    config: { model: { ...model, numThreads: 1, provider: 'cpu', debug: 0 }, maxNumSentences: 1 },
  };
}

/** Samples in -1..1 as the bytes of PCM16. */
export function bytesOfFloats(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(2 * samples.length);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) =>
    view.setInt16(2 * i, Math.max(-32768, Math.min(32767, Math.round(32767 * sample))), true),
  );
  return bytes;
}
