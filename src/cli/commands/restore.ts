import { join } from 'node:path';
import { Command } from 'commander';
import { loadConfig, readEnvironment } from '../../app/config/index.js';
import { lockDataDir } from '../../store/data-dir-lock.js';
import { backupFacts, restoreBackup } from '../../store/db/embedded-backup.js';
import { print } from '../output.js';

/** `leibniz restore`: back to the copy that the last clean stop made. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('put the copy of the last clean stop in place of the embedded database')
    .option('--yes', 'do it; without this only what there is is told')
    .action(async (options: { yes?: boolean }) => {
      const { dataDir } = loadConfig(readEnvironment()).store;
      const backup = join(dataDir, 'backup');
      const facts = backupFacts(backup);
      if (facts !== undefined && options.yes !== true) {
        const rows = Object.entries(facts.rows).map(([table, count]) => `${count} ${table}`);
        print(`The copy is of ${facts.at}: ${rows.join(', ')}. What came later is not in it.`);
        print('Run `leibniz restore --yes` to put it in place; the database that is there now is kept.');
        return;
      }
      const lock = lockDataDir(dataDir);
      try {
        const aside = await restoreBackup(backup, join(dataDir, 'db'), new Date());
        print(`Restored the database of ${facts?.at ?? 'the copy'}.`);
        if (aside !== undefined) print(`The one before is in ${aside}.`);
      } finally {
        lock.release();
      }
    });
}
