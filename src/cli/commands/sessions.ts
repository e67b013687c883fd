import { Command } from 'commander';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

/** `leibniz list-sessions`: calls and conversations in progress. */
export function sessionsCommand(): Command {
  return new Command('list-sessions')
    .description('calls and conversations in progress')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { items, total } = await askAgent(({ calls }) => calls.list({ open: true, limit: 500 }));
      if (options.json === true) {
        printJson({ name: 'sessions', n: items.length, metrics: { total }, items });
        return;
      }
      const rows = items.map((call) => [call.id, call.direction, call.started_at, String(call.turn_count)]);
      print(table([['ID', 'DIRECTION', 'STARTED', 'TURNS'], ...rows]));
    });
}
