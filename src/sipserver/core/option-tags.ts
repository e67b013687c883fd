import { splitList } from './header-values.js';
import type { Headers } from './message.js';

/** True when a comma list of option tags, such as Supported or Require, names this one (RFC 3261 section 19.2). */
export function hasOption(headers: Headers, key: 'supported' | 'require', tag: string): boolean {
  for (const field of headers.fields) {
    if (field.key !== key) continue;
    if (field.value.toLowerCase() === tag) return true;
    if (splitList(field.value).some((item) => item.toLowerCase() === tag)) return true;
  }
  return false;
}

/** True when a message says that its sender has this extension, by Supported or by Require. */
export const knowsOption = (headers: Headers, tag: string): boolean =>
  hasOption(headers, 'supported', tag) || hasOption(headers, 'require', tag);
