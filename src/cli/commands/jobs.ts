import { Command } from 'commander';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

/** `leibniz jobs`: follow-up jobs of the running agent. */
export function jobsCommand(): Command {
  const jobs = new Command('jobs').description('follow-up jobs of the running agent');
  jobs
    .command('list')
    .option('--status <status>', 'pending, processing, completed or failed (the dead letters)')
    .option('--json', 'one JSON object')
    .action(async (options: { status?: string; json?: boolean }) => {
      const { items, total } = await askAgent(({ jobs: of }) => of.list({ status: options.status }));
      if (options.json === true) {
        printJson({ name: 'jobs', n: items.length, metrics: { total }, items });
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
      const job = await askAgent(({ jobs: of }) => of.retry(id));
      if (options.json === true) printJson({ name: 'jobs_retry', n: 1, metrics: {}, job });
      else print(`job ${id} is ${job.status}`);
    });
  return jobs;
}
