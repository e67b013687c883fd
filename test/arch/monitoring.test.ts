import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { DASHBOARDS } from '../../deploy/grafana/dashboards.js';
import { model } from '../../deploy/grafana/panels.js';
import { METRICS, type MetricSpec } from '../../src/telemetry/catalogue.js';
import { projectRoot } from '../../src/threads/project-root.js';
import { requires } from '../support/requires.js';

const FOLDER = join(projectRoot(), 'deploy/prometheus');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const rules = (
  parse(readFileSync(join(FOLDER, 'rules.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const queries = DASHBOARDS.flatMap(({ uid, panels }) =>
  panels.flatMap(({ title, series }) => series.map(([expr]) => ({ where: `${uid}: ${title}`, expr }))),
);

/** Series that the catalogue's metrics have, with the labels that each has. */
function knownSeries(): Map<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>([['up', new Set()]]);
  for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
    const endings = spec.type === 'histogram' ? ['_bucket', '_count', '_sum'] : [''];
    for (const ending of endings) known.set(name + ending, new Set(spec.labels));
  }
  return known;
}

/** What an expression asks that no metric gives. */
function unknownIn(expr: string): string[] {
  const known = knownSeries();
  const unknown: string[] = [];
  const plain = expr.replace(/"[^"]*"/g, '""');
  for (const [, name = '', matchers = ''] of plain.matchAll(
    /\b([a-z]\w*_\w+|up)\b(?!\s*\()(?:\{([^}]*)\})?/g,
  )) {
    if (name.startsWith('__') || name === 'humanize') continue;
    const labels = known.get(name);
    if (labels === undefined) unknown.push(name);
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)) {
      if (labels !== undefined && !['instance', 'job', 'le'].includes(label) && !labels.has(label)) {
        unknown.push(`${name}{${label}}`);
      }
    }
  }
  return unknown;
}

test('rules and dashboards ask only for metrics and labels that exist', () => {
  for (const { expr } of rules) {
    const own = expr.replace(/leibniz:\w+(:\w+)*/g, '0');
    expect([expr, unknownIn(own)]).toEqual([expr, []]);
  }
  for (const { where, expr } of queries) expect([where, unknownIn(expr)]).toEqual([where, []]);
  expect(unknownIn('sum(rate(no_such_metric[5m]))')).toEqual(['no_such_metric']);
});

test('every alert says what is wrong and what to do, and every recorded rule is used', () => {
  for (const { alert, annotations } of rules) {
    if (alert === undefined) continue;
    expect([alert, Object.keys(annotations ?? {}).sort()]).toEqual([alert, ['remedy', 'summary']]);
  }
  const recorded = rules.flatMap(({ record }) => record ?? []);
  for (const name of recorded) {
    expect([name, rules.some(({ record, expr }) => record !== name && expr.includes(name))]).toEqual([
      name,
      true,
    ]);
  }
});

test('the dashboards on disk are those of the code', () => {
  for (const dashboard of DASHBOARDS) {
    const path = join(projectRoot(), 'deploy/grafana/dashboards', `${dashboard.uid}.json`);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(model(dashboard))));
  }
});

requires.binary('promtool')('Prometheus itself', () => {
  const promtool = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', cwd: FOLDER });
    return status === 0 ? 'well' : `${stdout}${stderr}`;
  };

  test('reads the configuration and the rules, and each alert comes when it must', () => {
    expect(promtool('check', 'config', 'prometheus.yaml')).toBe('well');
    expect(promtool('test', 'rules', 'rules.test.yaml')).toBe('well');
  });

  test('understands every query of the dashboards', () => {
    const folder = mkdtempSync(join(tmpdir(), 'leibniz-queries-'));
    const file = join(folder, 'queries.yaml');
    const asRules = queries.map(({ expr }, index) => ({
      record: `q${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
    }));
    writeFileSync(file, stringify({ groups: [{ name: 'queries', rules: asRules }] }));
    expect(promtool('check', 'rules', file)).toBe('well');
    rmSync(folder, { recursive: true });
  });
});
