import type { Listening } from '../kernel/vocab.js';
import type { BargeInOptions } from './options.js';

/** Reads a transcript of sound over the agent's voice: does the caller want the floor? */
export type OverlapVerdict = 'interrupts' | 'backchannel' | 'no_words';

/**
 * Judges the words spoken over the agent.
 *
 * "Okay" is a backchannel in the middle of an answer but an answer where a yes or no was asked for.
 */
export function judgeOverlap(
  text: string,
  noSpeech: boolean,
  listening: Listening,
  options: BargeInOptions,
): OverlapVerdict {
  const words = normalise(text);
  if (noSpeech || words === '') return 'no_words';
  if (!options.backchannels.includes(words)) return 'interrupts';
  const answers =
    (listening.pace === 'consent' || listening.pace === 'brief') &&
    ['okay', 'ok', 'right', 'uh-huh', 'uh huh', 'mhm', 'mm-hmm', 'mm hmm'].includes(words);
  return answers ? 'interrupts' : 'backchannel';
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9' -]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
