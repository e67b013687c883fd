/** Rules of a password, as the person reads them. */
export const PASSWORD_RULES: readonly (readonly [string, (password: string) => boolean])[] = [
  ['8 characters or more', (password: string): boolean => [...password].length >= 8],
  ['a small letter', (password: string): boolean => /\p{Ll}/u.test(password)],
  ['a capital letter', (password: string): boolean => /\p{Lu}/u.test(password)],
  ['a digit', (password: string): boolean => /\d/.test(password)],
  [
    'a character that is neither letter nor digit',
    (password: string): boolean => /[^\p{L}\d]/u.test(password),
  ],
];

/** Longest password that is hashed. */
export const MAX_PASSWORD_CHARS = 256;

/** The rules that a password does not meet; none for one that may be used. */
export function unmetRules(password: string, email: string): string[] {
  const unmet = PASSWORD_RULES.filter(([, met]) => !met(password)).map(([rule]) => rule);
  const name = (email.split('@')[0] ?? '').toLowerCase();
  if (name.length >= 4 && password.toLowerCase().includes(name)) unmet.push('not the name of the address');
  return unmet;
}
