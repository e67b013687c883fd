import { G722, PCMA, PCMU, type CodecFactory } from './core/codec.js';
import { loadOpus } from './opus.js';

/** Codecs by the names of settings and command lines. */
export const CODEC_NAMES = ['opus', 'g722', 'pcmu', 'pcma'] as const;

/** One of {@link CODEC_NAMES}. */
export type CodecChoice = (typeof CODEC_NAMES)[number];

/** What this installation can speak. */
export interface CodecInventory {
  /** In the order of preference. */
  readonly codecs: readonly CodecFactory[];
  /** Codecs that were wanted but cannot be had, with the reason in words. */
  readonly missing: readonly { readonly name: CodecChoice; readonly reason: string }[];
}

const BUILT_IN: Readonly<Record<Exclude<CodecChoice, 'opus'>, CodecFactory>> = {
  g722: G722,
  pcmu: PCMU,
  pcma: PCMA,
};

/**
 * The wanted codecs that can be had: all but Opus are part of the program.
 *
 * @param wanted - in the order of preference, without repeats
 * @param load - how Opus is found; tests give a stand-in
 */
export async function availableCodecs(
  wanted: readonly CodecChoice[],
  load: typeof loadOpus = loadOpus,
): Promise<CodecInventory> {
  const codecs: CodecFactory[] = [];
  const missing: CodecInventory['missing'][number][] = [];
  for (const name of wanted) {
    if (name !== 'opus') {
      codecs.push(BUILT_IN[name]);
      continue;
    }
    const opus = await load();
    if (opus.ok) codecs.push(opus.codec);
    else missing.push({ name, reason: opus.reason });
  }
  return { codecs, missing };
}
