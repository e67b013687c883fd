import type { Locale } from '../../nlu/locale.js';
import type { Token } from '../../nlu/tokens.js';

/** Words of filler around a saying: "um, skip that one please". */
const MAX_REST = 3;

/**
 * True when a turn comes down to one of the sayings of a list of the locale (`phrases`), with a word or two around it.
 *
 * @param list - key of `forms.yaml`, such as `form.skip`
 */
export function saysOneOf(tokens: readonly Token[], locale: Locale, list: string): boolean {
  const said = tokens.map(({ word }) => plain(word));
  return (locale.phrases[list] ?? []).some((phrase) => {
    const wanted = phrase.split(' ').map(plain);
    if (said.length > wanted.length + MAX_REST) return false;
    return said.some((_word, at) => wanted.every((word, k) => said[at + k] === word));
  });
}

const plain = (word: string): string => word.toLowerCase().replace(/[’`]/g, "'");
