import { SETTING_GROUPS, type Setting } from './setting.js';
import { SETTING_KEYS, settingOf, type SettingKey } from './settings.js';

const WIDTH = 110;

/** The whole text of `.env.example`: every setting with its default, commented out where it is unset. */
export function renderEnvExample(): string {
  const lines = [
    '# Settings of Leibniz. Copy to .env and change what you need; every line shows the default.',
    '',
  ];
  for (const group of SETTING_GROUPS) {
    lines.push(`# ${group}`, '');
    for (const [key, setting] of settingsOf(group)) {
      lines.push(...wrap(`${setting.description}${unitNote(setting)}`, '# '));
      if (setting.default === undefined) lines.push(`# ${key}=${setting.example ?? ''}`, '');
      else lines.push(`${key}=${setting.default}`, '');
    }
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The whole text of docs/configuration.md. */
export function renderConfigurationDoc(): string {
  const lines = [
    '# Configuration',
    '',
    'Settings come from the environment and from a `.env` file in the current folder; the environment wins. `leibniz config show`',
    'prints what is in force (secrets hidden), `leibniz config validate` checks it. All wrong settings are reported together, and the',
    'program does not start with one.',
    '',
    'Text counts as it stands: `0` is zero, and an empty value means unset (or the empty list) where that is possible and is an error',
    'elsewhere. Relative paths start at the current folder. A variable that looks like a mistyped setting gives a warning at start.',
    '',
    'This page and `.env.example` are generated from `src/app/config/settings.ts`.',
    '',
  ];
  for (const group of SETTING_GROUPS) {
    lines.push(`## ${group}`, '', '| Setting | Default | Allowed | Meaning |', '| --- | --- | --- | --- |');
    for (const [key, setting] of settingsOf(group)) lines.push(row(key, setting));
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function settingsOf(group: string): [SettingKey, Setting<unknown>][] {
  return SETTING_KEYS.map((key): [SettingKey, Setting<unknown>] => [key, settingOf(key)]).filter(
    ([, setting]) => setting.group === group,
  );
}

function row(key: SettingKey, setting: Setting<unknown>): string {
  const fallback =
    setting.default === undefined ? 'unset' : setting.default === '' ? 'empty' : `\`${setting.default}\``;
  const secret = setting.secret === undefined ? '' : ' Kept out of logs and of `config show`.';
  return `| \`${key}\` | ${fallback} | ${setting.allowed} | ${setting.description}${unitNote(setting)}${secret} |`;
}

function unitNote(setting: Setting<unknown>): string {
  return setting.unit === undefined ? '' : ` (${setting.unit})`;
}

function wrap(text: string, prefix: string): string[] {
  const lines: string[] = [];
  let line = prefix.trimEnd();
  for (const piece of text.split(' ')) {
    if (line.length + 1 + piece.length > WIDTH) {
      lines.push(line);
      line = prefix.trimEnd();
    }
    line = `${line} ${piece}`;
  }
  return [...lines, line];
}
