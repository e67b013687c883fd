import type { BenchReport } from '../../bench/report.js';
import { endOnSignals, runReports, type Measurement } from '../../bench/run-reports.js';

/** What an evaluation that cannot do without the recordings says when it is not told where they are. */
function dataDir(): string {
  const folder = process.env['LEIBNIZ_DATA_DIR'];
  if (folder === undefined || folder === '') {
    throw new Error('LEIBNIZ_DATA_DIR is not set; it names the folder with the evaluation data.');
  }
  return folder;
}

/** Where the own test sets are enough, the folder is optional. */
const maybeDataDir = (): string | undefined => process.env['LEIBNIZ_DATA_DIR'] || undefined;

const EVALS: readonly Measurement[] = [
  {
    name: 'datetime',
    about: 'accuracy of spoken dates and times',
    run: async ({ json }) => (await import('./dialog/datetime.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'slots',
    about: 'dates and times in whole sentences of callers who book',
    run: async ({ json }) => (await import('./dialog/slots.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'intent',
    about: 'intent recognition; public sets where LEIBNIZ_DATA_DIR is set',
    run: async ({ json }): Promise<BenchReport> =>
      (await import('./intent/index.js')).run({ json, dataDir: maybeDataDir() }),
  },
  {
    name: 'retrieval',
    about: 'retrieval and answers; public sets where LEIBNIZ_DATA_DIR is set',
    run: async ({ json }): Promise<BenchReport> =>
      (await import('./retrieval/index.js')).run({ json, dataDir: maybeDataDir() }),
  },
  {
    name: 'speech',
    about: 'recognition of human recordings',
    run: async ({ json }) => (await import('./speech/index.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'scenarios',
    about: 'whole calls over SIP and RTP: bookings and what must not book',
    run: async ({ json }) => (await import('./scenarios/index.js')).run({ json, dataDir: maybeDataDir() }),
  },
];

endOnSignals();
// The exit code is left to the end of the event loop: inference threads must have closed before the process does.
process.exitCode = await runReports('eval', EVALS, process.argv.slice(2));
