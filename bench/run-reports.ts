import type { BenchMetrics, BenchReport } from './report.js';

/** Something that can be measured by name. */
export interface Measurement {
  readonly name: string;
  /** What it measures, for the list of names. */
  readonly about: string;
  /** Options of the command line that it knows, without dashes, each with what follows it; a flag has an empty text. */
  readonly options?: Readonly<Record<string, string>>;
  run(options: MeasurementOptions): Promise<BenchReport>;
}

/** What the command line asks for. */
export interface MeasurementOptions {
  readonly json: boolean;
  /** Values of the options that were given, in order; a flag has one empty text. */
  readonly given: Readonly<Record<string, readonly string[]>>;
}

/** Where the output goes: one object or a table on standard output, everything else on standard error. */
export interface Outlet {
  readonly out: (text: string) => void;
  readonly progress: (text: string) => void;
}

const terminal: Outlet = {
  out: (text) => void process.stdout.write(`${text}\n`),
  progress: (text) => void process.stderr.write(`${text}\n`),
};

/** Lets a program that is stopped by a signal run what it has left for its exit: the agents it started end with it. */
export function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/**
 * Runs what the command line names, one after another, everything when it names nothing.
 *
 * @param program - `bench` or `eval`: the name of the report
 * @param args - names, `--json`, and options of the measurements that are named
 * @returns exit code: 0, 1 when a measurement failed, 2 for an unknown name or option
 */
export async function runReports(
  program: string,
  all: readonly Measurement[],
  args: readonly string[],
  { out, progress }: Outlet = terminal,
): Promise<number> {
  const line = parseLine(all, args);
  if (typeof line === 'string') {
    progress(`${program}: ${line}`);
    for (const { name, about, options = {} } of all) {
      progress(`  ${name.padEnd(14)} ${about}`);
      for (const [option, value] of Object.entries(options)) {
        progress(`  ${''.padEnd(14)}   --${`${option} ${value}`.trim()}`);
      }
    }
    return 2;
  }
  const { json, given, chosen } = line;
  const metrics: Record<string, BenchMetrics> = {};
  let failed = 0;
  for (const [index, one] of chosen.entries()) {
    progress(`${program}: ${one.name} (${index + 1} of ${chosen.length})`);
    const startedAt = performance.now();
    try {
      const report = await one.run({ json, given });
      const tookS = Math.round((performance.now() - startedAt) / 100) / 10;
      metrics[snake(one.name)] = { n: report.n, took_s: tookS, ...report.metrics };
      if (!json) out(`\n${one.name}: ${one.about} (n = ${report.n}, ${tookS} s)\n${rows(report.metrics)}`);
    } catch (error) {
      failed++;
      metrics[snake(one.name)] = { n: 0, failed: 1 };
      progress(`${program}: ${one.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (json) out(JSON.stringify({ name: program, n: chosen.length, metrics }));
  return failed === 0 ? 0 : 1;
}

/** The command line, or what is wrong with it. */
function parseLine(
  all: readonly Measurement[],
  args: readonly string[],
): string | (MeasurementOptions & { readonly chosen: readonly Measurement[] }) {
  const known = Object.assign({}, ...all.map(({ options }) => options)) as Record<string, string>;
  const names: string[] = [];
  const given: Record<string, string[]> = {};
  const rest = args.filter((arg) => arg !== '--json');
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const option = /^--(.+)$/.exec(arg)?.[1];
    if (option === undefined) {
      if (all.every(({ name }) => name !== arg)) return `${arg} is unknown; the names are:`;
      names.push(arg);
      continue;
    }
    const takes = known[option];
    if (takes === undefined) return `--${option} is unknown; the names and options are:`;
    const value = takes === '' ? '' : rest.shift();
    if (value === undefined) return `--${option} needs a value, ${takes}; the names and options are:`;
    (given[option] ??= []).push(value);
  }
  const chosen = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  const stray = Object.keys(given).find((option) => chosen.every(({ options = {} }) => !(option in options)));
  if (stray !== undefined) {
    return `--${stray} belongs to none of those that are named; the names and options are:`;
  }
  return { json: args.includes('--json'), given, chosen };
}

const snake = (name: string): string => name.replaceAll(/[^a-z0-9]+/g, '_');

/** Metrics as aligned lines, nested names joined by dots. */
function rows(metrics: BenchMetrics): string {
  const flat = flatten(metrics);
  const width = Math.max(0, ...flat.map(([name]) => name.length));
  return flat.map(([name, value]) => `  ${name.padEnd(width)}  ${text(value)}`).join('\n');
}

function flatten(metrics: BenchMetrics, prefix = ''): [string, number][] {
  return Object.entries(metrics).flatMap(([name, value]) =>
    typeof value === 'number'
      ? [[`${prefix}${name}`, value] as [string, number]]
      : flatten(value, `${prefix}${name}.`),
  );
}

const text = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));
