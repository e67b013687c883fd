import { Command } from 'commander';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

/** `leibniz cache-manager`: caches of the running agent. */
export function cacheManagerCommand(): Command {
  const command = new Command('cache-manager').description('caches of the running agent');
  command
    .command('stats')
    .description('hit rates and sizes')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const report = await askAgent(({ system }) => system.caches());
      if (options.json === true) {
        const metrics = Object.fromEntries(report.caches.map(({ cache, hit_rate: rate }) => [cache, rate]));
        printJson({ name: 'cache_stats', n: report.caches.length, metrics, ...report });
        return;
      }
      const rows = report.caches.map((each) => [
        ...[each.cache, String(each.entries), `${Math.ceil(each.bytes / 1024)} KiB`],
        ...[String(each.hits), String(each.misses), `${Math.round(100 * each.hit_rate)} %`],
        Object.entries(each.by_layer)
          .map(([layer, hits]) => `${layer} ${hits}`)
          .join(', '),
      ]);
      print(table([['CACHE', 'ENTRIES', 'SIZE', 'HITS', 'MISSES', 'RATE', 'BY LAYER'], ...rows]));
      for (const { layer, connected, errors } of report.layers) {
        print(
          `${layer}: ${connected ? 'reached' : 'not reached'}${errors === 0 ? '' : `, ${errors} errors`}`,
        );
      }
    });
  command
    .command('clear')
    .description('forget what they hold, in every layer')
    .option('--cache <name>', 'one cache; all of them unless given')
    .option('--json', 'one JSON object')
    .action(async (options: { cache?: string; json?: boolean }) => {
      const { entries } = await askAgent(({ system }) => system.clearCache(options.cache));
      if (options.json === true) printJson({ name: 'cache_clear', n: entries, metrics: { entries } });
      else print(`${entries} entries are forgotten`);
    });
  return command;
}
