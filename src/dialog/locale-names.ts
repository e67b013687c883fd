import { z } from 'zod';
import type { NameWords } from './core/nlu/locale.js';

/** Words in one string, split at spaces, or a list of phrases. */
const words = z
  .union([z.string().max(200_000), z.array(z.string().min(1).max(80)).max(20_000)])
  .transform((value): readonly string[] =>
    typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value,
  );

/** `names.yaml` of a locale. */
export const namesSchema = z.strictObject({
  given: words,
  family: words,
  titles: words,
  suffixes: words,
  numerals: words,
  repairs: words,
  inversions: words,
  particles: words,
  relations: words,
  introductions: words,
  leads: words,
  others: words,
  before: words,
  greetings: words,
  behind: words,
  part_verbs: words,
  own: words,
  not_a: words,
  afterwards: words,
  given_part: words,
  family_part: words,
  never: words,
  function_words: words,
  word_names: words,
});

/** `vocabulary.yaml` of a locale. */
export const vocabularySchema = z.strictObject({ words });

/** The two files as the readers of names take them. */
export function nameWords(
  names: z.infer<typeof namesSchema>,
  vocabulary: z.infer<typeof vocabularySchema>,
): NameWords {
  const { given_part, family_part, part_verbs, not_a, function_words, word_names, ...rest } = names;
  return {
    ...rest,
    givenPart: given_part,
    familyPart: family_part,
    partVerbs: part_verbs,
    notA: not_a,
    functionWords: function_words,
    wordNames: word_names,
    vocabulary: vocabulary.words,
  };
}
