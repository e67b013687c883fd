import { settingOf, type SettingKey } from './settings.js';

/** Stands for a value that must not be read. */
export const HIDDEN = '(hidden)';

/** The text of a setting as it may be shown to a person or written to a log. */
export function redactSetting(key: SettingKey, text: string): string {
  const { secret } = settingOf(key);
  if (secret === true) return text === '' ? '' : HIDDEN;
  return secret === 'url' ? redactUrl(text) : text;
}

/** Hides user, password and query of an address; a query may hold a key. */
function redactUrl(text: string): string {
  const at = text.lastIndexOf('@');
  const scheme = text.indexOf('://');
  const withoutUser = at > scheme && scheme >= 0 ? `${text.slice(0, scheme + 3)}***${text.slice(at)}` : text;
  // Text with an "@" but no scheme is a mistyped address whose front part may be a password.
  if (scheme < 0 && at >= 0) return HIDDEN;
  return withoutUser.replace(/\?.*$/s, '?***');
}
