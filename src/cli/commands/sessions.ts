import { Command } from 'commander';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

interface Call {
  readonly id: string;
  readonly direction: string;
  readonly started_at: string;
  readonly turn_count: number;
}

/** `leibniz list-sessions`: calls and conversations in progress. */
export function sessionsCommand(): Command {
  return new Command('list-sessions')
    .description('calls and conversations in progress')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const body = await askAgent('/api/v1/calls?open=true&limit=500');
      const items = body['items'] as Call[];
      if (options.json === true) {
        printJson({ name: 'sessions', n: items.length, metrics: { total: body['total'] }, items });
        return;
      }
      const rows = items.map((call) => [call.id, call.direction, call.started_at, String(call.turn_count)]);
      print(table([['ID', 'DIRECTION', 'STARTED', 'TURNS'], ...rows]));
    });
}
