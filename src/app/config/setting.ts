import type { Kind } from './kinds.js';

/** Headings of the settings, in the order in which people read them. */
export const SETTING_GROUPS = [
  'Telephony',
  'Exchanges',
  'Audio',
  'Web',
  'Roles',
  'Speech to text',
  'Text to speech',
  'Recording',
  'Conversation',
  'Knowledge',
  'Language model',
  'Guard',
  'Storage',
  'Follow-up',
  'Logging',
] as const;

/** One of {@link SETTING_GROUPS}. */
export type SettingGroup = (typeof SETTING_GROUPS)[number];

/** One setting of the environment. */
export interface Setting<T> extends Kind<T> {
  readonly group: SettingGroup;
  /** What it does, one or two sentences. */
  readonly description: string;
  /** Unit of the value, where it has one. */
  readonly unit?: string;
  /** Text used when the key is absent; `undefined` for a setting that may stay unset. */
  readonly default: string | undefined;
  /** Text that documents an unset setting. */
  readonly example?: string;
  /** Never shown and never logged. `url` hides only the user and password of an address. */
  readonly secret?: true | 'url';
  /** True for files and folders: made absolute. */
  readonly isPath?: true;
}

interface About {
  readonly group: SettingGroup;
  readonly description: string;
  readonly unit?: string;
  readonly example?: string;
  readonly secret?: true | 'url';
  readonly isPath?: true;
}

/** A setting with a default. */
export interface Required<T> extends Setting<T> {
  readonly default: string;
}

/** A setting that may stay unset. */
export interface Optional<T> extends Setting<T> {
  readonly default: undefined;
}

/** A setting with a default. Empty text is taken literally: an error unless the kind allows it. */
export function required<T>(kind: Kind<T>, fallback: string, about: About): Required<T> {
  return { ...kind, ...about, default: fallback };
}

/** A setting that may stay unset; empty text also means unset. */
export function optional<T>(kind: Kind<T>, about: About): Optional<T> {
  return { ...kind, ...about, default: undefined };
}
