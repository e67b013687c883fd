import type { SettingKey } from './settings.js';

/** Something wrong with one or more settings. */
export interface ConfigProblem {
  /** The settings it is about; the first is the one to change. */
  readonly keys: readonly SettingKey[];
  /** One sentence that names key, value and what is allowed. */
  readonly message: string;
}
