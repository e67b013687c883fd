import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/threads/project-root.js';
import { DASHBOARDS } from './dashboards.js';
import { model } from './panels.js';

for (const dashboard of DASHBOARDS) {
  const path = join(projectRoot(), 'deploy/grafana/dashboards', `${dashboard.uid}.json`);
  writeFileSync(path, `${JSON.stringify(model(dashboard), undefined, 2)}\n`);
}
