import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMetricsDoc } from '../../telemetry/catalogue.js';
import { projectRoot } from '../../threads/project-root.js';
import { renderConfigurationDoc, renderEnvExample } from './render.js';

/** Files that are generated from code, by path from the project folder. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['.env.example', renderEnvExample()],
    ['docs/configuration.md', renderConfigurationDoc()],
    ['docs/metrics.md', renderMetricsDoc()],
  ]);
}

/** Writes {@link generatedFiles}; run by `npm run docs`. */
export function writeGeneratedFiles(root: string = projectRoot()): void {
  for (const [path, text] of generatedFiles()) writeFileSync(join(root, path), text);
}

if (process.argv[1]?.endsWith('generate-docs.js') === true) writeGeneratedFiles();
