import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder that holds `package.json`, `prompts/` and `knowledge_base/`; the same from `src/` and from `dist/`. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!(existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'prompts')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('cannot find the folder of the leibniz package');
    folder = parent;
  }
  return folder;
}
