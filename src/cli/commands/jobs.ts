import { Command } from 'commander';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

interface Job {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly retry_count: number;
  readonly created_at: string;
  readonly error_message: string | null;
}

/** `leibniz jobs`: follow-up jobs of the running agent. */
export function jobsCommand(): Command {
  const jobs = new Command('jobs').description('follow-up jobs of the running agent');
  jobs
    .command('list')
    .option('--status <status>', 'pending, processing, completed or failed (the dead letters)')
    .option('--json', 'one JSON object')
    .action(async (options: { status?: string; json?: boolean }) => {
      const query = options.status === undefined ? '' : `?status=${encodeURIComponent(options.status)}`;
      const body = await askAgent(`/api/v1/jobs${query}`);
      const items = body['items'] as Job[];
      if (options.json === true) {
        printJson({ name: 'jobs', n: items.length, metrics: { total: body['total'] }, items });
        return;
      }
      const rows = items.map((j) => [
        j.id,
        j.type,
        j.status,
        String(j.retry_count),
        j.created_at,
        j.error_message ?? '',
      ]);
      print(table([['ID', 'TYPE', 'STATUS', 'RETRIES', 'CREATED', 'ERROR'], ...rows]));
    });
  jobs
    .command('retry')
    .argument('<id>')
    .description('put a dead letter back to work')
    .option('--json', 'one JSON object')
    .action(async (id: string, options: { json?: boolean }) => {
      const job = await askAgent(`/api/v1/jobs/${encodeURIComponent(id)}/retry`, 'POST');
      if (options.json === true) printJson({ name: 'jobs_retry', n: 1, metrics: {}, job });
      else print(`job ${id} is ${String(job['status'])}`);
    });
  return jobs;
}
