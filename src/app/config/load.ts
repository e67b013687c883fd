import { LeibnizError } from '../../kernel/errors.js';
import { crossCheck, crossWarnings, type ConfigProblem } from './check.js';
import { groupSettings, type Config } from './config.js';
import { redactSetting } from './redact.js';
import { ALIASES, SETTING_KEYS, settingOf, type SettingKey, type SettingValues } from './settings.js';
import { unknownKeyWarnings } from './unknown-keys.js';

/** Names and texts of an environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** `CONFIG_INVALID` with every problem at once. */
export class ConfigInvalidError extends LeibnizError {
  constructor(readonly problems: readonly ConfigProblem[]) {
    const sentences = problems.map((problem) => problem.message);
    const message =
      sentences.length === 1
        ? `${sentences[0]}.`
        : `${sentences.length} settings are wrong:\n${sentences.map((s) => `  - ${s}`).join('\n')}`;
    super('CONFIG_INVALID', message, { field: problems.map((problem) => problem.keys[0]).join(',') });
  }
}

/**
 * Reads and checks every setting.
 *
 * An absent key takes its default. Present text counts as it stands: `0` is zero, and empty text is unset for a
 * setting that may be unset, an empty list for a list, and an error for everything else.
 *
 * @param cwd - folder that relative paths are resolved against
 * @throws {ConfigInvalidError} naming all wrong settings together
 */
export function loadConfig(env: Environment, cwd: string = process.cwd()): Config {
  const { values, problems } = parseSettings(env);
  const wrong = new Set(problems.flatMap((problem) => problem.keys));
  const all = [...problems, ...crossCheck(values, wrong)];
  if (all.length > 0) throw new ConfigInvalidError(all);
  const complete = values as SettingValues;
  return groupSettings(complete, cwd, [...unknownKeyWarnings(env), ...crossWarnings(complete)], env);
}

function parseSettings(env: Environment): { values: Partial<SettingValues>; problems: ConfigProblem[] } {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const key of SETTING_KEYS) {
    const setting = settingOf(key);
    const text = givenText(env, key) ?? setting.default;
    if (text === undefined || (text.trim() === '' && setting.default === undefined)) continue;
    const parsed = setting.schema.safeParse(text);
    if (parsed.success) values[key] = parsed.data;
    else problems.push(describe(key, text, setting.allowed));
  }
  return { values, problems };
}

/** The text of a setting, also under another name that it has. */
function givenText(env: Environment, key: SettingKey): string | undefined {
  const [alias] = (ALIASES[key] ?? []).filter((name) => env[name] !== undefined);
  return env[key] ?? (alias === undefined ? undefined : env[alias]);
}

function describe(key: SettingKey, text: string, allowed: string): ConfigProblem {
  const shown = text.trim() === '' ? 'empty' : `"${shorten(redactSetting(key, text))}"`;
  return { keys: [key], message: `${key} is ${shown}: it must be ${allowed}` };
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** One setting as it is shown. */
export interface ShownSetting {
  readonly key: SettingKey;
  readonly group: string;
  readonly description: string;
  /** Text in force, secrets hidden; `null` when unset. */
  readonly value: string | null;
  readonly source: 'default' | 'environment';
}

/** Every setting with the text in force. Never fails: a wrong value is shown as it is. */
export function showConfig(env: Environment): ShownSetting[] {
  return SETTING_KEYS.map((key) => {
    const given = givenText(env, key);
    const { group, description, default: usual } = settingOf(key);
    const text = given ?? usual;
    return {
      key,
      group,
      description,
      value: text === undefined ? null : redactSetting(key, text),
      source: given === undefined ? 'default' : 'environment',
    };
  });
}
