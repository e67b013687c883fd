import { Command } from 'commander';
import { loadConfig, readEnvironment, showConfig } from '../../app/config/index.js';
import { loadOffice } from '../../app/engines.js';
import { print, printJson, table } from '../output.js';

/** `leibniz config`: what the settings amount to. */
export function configCommand(): Command {
  const config = new Command('config').description('show or check the settings');
  config
    .command('show')
    .description('every setting with its value and where it comes from; secrets are hidden')
    .option('--json', 'one JSON object')
    .action((options: { json?: boolean }) => {
      const shown = showConfig(readEnvironment());
      if (options.json === true) {
        printJson({ name: 'config', n: shown.length, metrics: {}, items: shown });
        return;
      }
      print(table(shown.map(({ key, value, source }) => [key, value ?? '(unset)', source])));
    });
  config
    .command('validate')
    .description('check settings, business facts and prompts; exit code 1 when something is wrong')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const loaded = loadConfig(readEnvironment());
      await loadOffice(loaded);
      if (options.json === true) {
        printJson({
          name: 'config_validate',
          n: 1,
          metrics: { warnings: loaded.warnings.length },
          warnings: loaded.warnings,
        });
        return;
      }
      for (const warning of loaded.warnings) print(`warning: ${warning}`);
      print('The settings are valid.');
    });
  return config;
}
