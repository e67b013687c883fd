import { Command } from 'commander';
import { checkPack } from '../../dialog/pack/load.js';
import { CliFailure, print, printJson } from '../output.js';

/** `leibniz pack`: the data of a trade. */
export function packCommand(): Command {
  const pack = new Command('pack').description(
    'check the data of a trade: services, intents, forms, tools, texts',
  );
  pack
    .command('check')
    .description('everything that is wrong in the files of a pack; exit code 1 when something is')
    .argument('<dir>', 'folder of the pack; the default pack is the folder of the project')
    .option('--json', 'one JSON object')
    .action(async (dir: string, options: { json?: boolean }) => {
      const { pack: read, problems } = await checkPack(dir);
      if (options.json === true) {
        printJson({
          name: 'pack_check',
          n: problems.length,
          metrics: { problems: problems.length },
          problems,
        });
      } else {
        for (const { file, line, message } of problems) print(`${file}:${line}: ${message}`);
      }
      if (read === undefined) {
        throw new CliFailure(
          `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${dir}.`,
        );
      }
      if (options.json === true) return;
      const { business, intents, forms, tools } = read;
      const parts = [
        `${business.services.length} services`,
        `${intents.intents.length} intents`,
        `${Object.keys(forms).length} forms`,
        `${Object.keys(tools).length} tools`,
      ];
      print(`The pack of ${business.name} is in order: ${parts.join(', ')}.`);
    });
  return pack;
}
