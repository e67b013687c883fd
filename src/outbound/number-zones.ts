import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../threads/project-root.js';
import { parseNumberZones, type NumberZones } from './core/zones.js';

let table: NumberZones | undefined;

/** Time zones of telephone numbers, read from `locales/number-zones.txt` once. */
export function numberZones(): NumberZones {
  table ??= parseNumberZones(readFileSync(join(projectRoot(), 'locales/number-zones.txt'), 'utf8'));
  return table;
}
