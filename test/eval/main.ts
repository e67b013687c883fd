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
    name: 'conversation',
    about: 'how callers put things: whole bookings and single sentences, in text',
    run: async ({ json }): Promise<BenchReport> => (await import('./conversation/index.js')).run({ json }),
  },
  {
    name: 'dialogs',
    about: 'dialogs of a corpus replayed as text: joint goal accuracy, agreements assumed',
    run: async ({ json }) => (await import('./dialogs/index.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'consent',
    about: 'agreements found and what was taken for one; corpus turns where LEIBNIZ_DATA_DIR is set',
    run: async ({ json }): Promise<BenchReport> =>
      (await import('./consent/index.js')).run({ json, dataDir: maybeDataDir() }),
  },
  {
    name: 'guard',
    about:
      'attacks found and ordinary turns taken for one, abuse, personal data; public sets where LEIBNIZ_DATA_DIR is set',
    options: {
      spoken:
        'attacks and turns that are spoken and recognised over G.711 beside the rest, of each; 0 unless told',
    },
    run: async ({ json, given }): Promise<BenchReport> =>
      (await import('./guard/index.js')).run({
        json,
        dataDir: maybeDataDir(),
        spoken: Number(given['spoken']?.at(-1) ?? 0),
      }),
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
    name: 'cache',
    about: 'hit rates of caches over a replayed day of 2,000 calls',
    run: async (): Promise<BenchReport> => (await import('./cache/index.js')).run(),
  },
  {
    name: 'speech',
    about: 'recognition of human recordings',
    run: async ({ json }) => (await import('./speech/index.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'codecs',
    about: 'recognition over G.711, G.722 and Opus, with and without loss, of the same recordings',
    run: async ({ json }) => (await import('./speech/codecs.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'denoise',
    about: 'recognition in noise with and without the denoiser, by kind of noise and distance',
    run: async ({ json }) => (await import('./speech/denoise.js')).run({ json, dataDir: dataDir() }),
  },
  {
    name: 'expected',
    about: 'what expecting an answer does to answers and to everything else; confidence',
    run: async ({ json }) =>
      (await import('./expected/index.js')).run({
        json,
        dataDir: dataDir(),
        casesDir: process.env['LEIBNIZ_CASES_DIR'] || undefined,
      }),
  },
  {
    name: 'calls',
    about: 'the declared conversations of all packs as calls over SIP and RTP; a sample unless told',
    options: {
      all: '',
      only: 'pack=…|kind=…|voice=…|loss=…, separated by commas; may be repeated',
      parallel: 'agents side by side',
    },
    run: async ({ given }) =>
      (await import('./calls/index.js')).run({
        only: given['only'] ?? [],
        all: given['all'] !== undefined,
        parallel: given['parallel'] === undefined ? undefined : Number(given['parallel'].at(-1)),
      }),
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
