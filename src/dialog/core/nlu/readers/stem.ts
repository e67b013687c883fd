/**
 * A light stemmer for the names of things: plurals and -ing, -ed, -ion, -er forms, so that "transferring" finds
 * "transfer" and "registration" "registering". Words of up to four letters only lose a plural.
 */
export function stem(word: string): string {
  let base = word.replace(/'s$|'$/, '');
  if (base.length > 4 && base.endsWith('ies')) base = `${base.slice(0, -3)}y`;
  else if (base.length > 4 && /(?:ss|sh|ch|x)es$/.test(base)) base = base.slice(0, -2);
  else if (base.length > 3 && base.endsWith('s') && !/(?:ss|us|is)$/.test(base)) base = base.slice(0, -1);
  const ending = ENDINGS.find((one) => base.endsWith(one) && base.length - one.length >= 4);
  if (ending !== undefined) base = base.slice(0, base.length - ending.length);
  return base.length > 4 && /([^aeiouls])\1$/.test(base) ? base.slice(0, -1) : base;
}

const ENDINGS = [
  'rations',
  'ration',
  'ering',
  'ation',
  'ring',
  'ment',
  'ing',
  'tion',
  'ion',
  'ed',
  'er',
  'al',
  'e',
  'y',
] as const;
