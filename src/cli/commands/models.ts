import { Command } from 'commander';
import { listModels } from '../../speech/index.js';
import { CliFailure, print, printJson, table } from '../output.js';

/** `leibniz models`: the weights this installation carries. */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list model weights with their source and licence')
    .option('--json', 'one JSON object')
    .action((options: { json?: boolean }) => {
      const models = listModels();
      if (options.json === true) {
        const bytes = models.reduce((sum, model) => sum + model.bytes, 0);
        printJson({ name: 'models', n: models.length, metrics: { bytes }, items: models });
      } else {
        const rows = models.map((m) => [
          m.role,
          m.name,
          `${(m.bytes / 1e6).toFixed(1)} MB`,
          m.sourcePackage,
          m.licence,
          m.file,
        ]);
        print(table([['ROLE', 'NAME', 'SIZE', 'PACKAGE', 'LICENCE', 'FILE'], ...rows]));
      }
      const missing = models.filter((model) => !model.present);
      if (missing.length > 0) {
        throw new CliFailure(
          `missing: ${missing.map((m) => m.file).join(', ')}; run npm install to restore them`,
        );
      }
    });
}
