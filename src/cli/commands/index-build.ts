import { resolve } from 'node:path';
import { Command } from 'commander';
import { loadConfig, readEnvironment } from '../../app/config/index.js';
import { loadOffice } from '../../app/engines.js';
import { buildIndex } from '../../dialog/build-index.js';
import { askAgent } from '../admin-client.js';
import { CliFailure, print, printJson } from '../output.js';

/** `leibniz index`: the index of the documents. */
export function indexCommand(): Command {
  const command = new Command('index').description('the index of the documents');
  command
    .command('build')
    .description('make an index file; what an earlier one holds is not computed again')
    .option('--input <dir>', 'folder of the documents; KNOWLEDGE_BASE_DIR or that of the pack unless given')
    .option('--output <file>', 'the file; INDEX_PATH unless given')
    .option('--json', 'one JSON object')
    .action(async (options: { input?: string; output?: string; json?: boolean }) => {
      const config = loadConfig(readEnvironment());
      const output = options.output ?? config.knowledge.indexPath;
      if (output === undefined) {
        throw new CliFailure('leibniz: give the file with --output, or set INDEX_PATH', 2);
      }
      const input =
        options.input ?? config.knowledge.baseDir ?? (await loadOffice(config)).pack.knowledgeBaseDir;
      const report = await buildIndex(resolve(input), resolve(output), config.knowledge.embedding);
      if (options.json === true) {
        printJson({ name: 'index_build', n: report.documents, metrics: { ...report } });
        return;
      }
      print(
        `${report.documents} documents, ${report.passages} passages, ${report.computed} of ${report.vectors} vectors computed by ${report.models.join(' and ')}: ${output} (${(report.bytes / 1e6).toFixed(1)} MB)`,
      );
    });
  command
    .command('rebuild')
    .description('let the running agent read its documents again; it answers meanwhile')
    .option('--path <dir>', 'another folder, inside the configured ones')
    .option('--json', 'one JSON object')
    .action(async (options: { path?: string; json?: boolean }) => {
      const { documents_indexed: documents } = await askAgent(({ knowledge }) =>
        knowledge.rebuild(options.path),
      );
      if (options.json === true) printJson({ name: 'index_rebuild', n: documents, metrics: {} });
      else print(`${documents} documents are searched`);
    });
  return command;
}
