import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { generatedFiles } from '../../../src/app/config/generate-docs.js';
import { loadConfig, readEnvironment, renderEnvExample } from '../../../src/app/config/index.js';
import { SETTING_KEYS } from '../../../src/app/config/settings.js';
import { projectRoot } from '../../../src/threads/project-root.js';

test.each([...generatedFiles()])('%s is what the code generates (npm run docs)', (path, text) => {
  expect(readFileSync(join(projectRoot(), path), 'utf8')).toBe(text);
});

test('.env.example is itself a valid configuration and equals the defaults', () => {
  // The environment as it stands is kept for the addresses of tools.
  const { warnings, environment: _file, ...fromFile } = loadConfig(parseEnv(renderEnvExample()), '/srv');
  const { warnings: none, environment: _none, ...defaults } = loadConfig({}, '/srv');
  expect(fromFile).toEqual(defaults);
  expect([...warnings, ...none]).toEqual([]);
});

test('.env.example names every setting', () => {
  for (const key of SETTING_KEYS) expect(renderEnvExample()).toMatch(new RegExp(`^(# )?${key}=`, 'm'));
});

test('the environment wins over the .env file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-env-'));
  try {
    writeFileSync(join(folder, '.env'), 'SIP_PORT=5099\nPATH=/nowhere\n');
    const env = readEnvironment(folder);
    expect(env['SIP_PORT']).toBe('5099');
    expect(env['PATH']).not.toBe('/nowhere');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a missing .env file is no error, an unreadable one is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leibniz-env-'));
  try {
    expect(() => readEnvironment(folder)).not.toThrow();
    mkdirSync(join(folder, '.env'));
    expect(() => readEnvironment(folder)).toThrow(`${join(folder, '.env')} cannot be read`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
