import { Command } from 'commander';
import { loadConfig, readEnvironment, showConfig } from '../../app/config/index.js';
import { checkOffline } from '../../app/offline.js';
import { onlineProblems } from '../../app/online.js';
import { speechProblems } from '../../app/online-speech.js';
import { LeibnizError } from '../../kernel/errors.js';
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
    .description('check settings, pack, prompts, documents and voices; exit code 1 when something is wrong')
    .option('--online', 'also ask the configured providers: wrong keys, models and voices that are gone')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean; online?: boolean }) => {
      const loaded = loadConfig(readEnvironment());
      await checkOffline(loaded);
      const problems =
        options.online === true
          ? (await Promise.all([onlineProblems(loaded), speechProblems(loaded)])).flat()
          : [];
      if (problems.length > 0) throw new LeibnizError('CONFIG_INVALID', `${problems.join('; ')}.`);
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
