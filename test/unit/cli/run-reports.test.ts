import { runReports, type Measurement } from '../../../bench/run-reports.js';

const good: Measurement = {
  name: 'media-pacer',
  about: 'lateness',
  run: () => Promise.resolve({ name: 'media-pacer', n: 25, metrics: { late_ms: { p50: 0.5 } } }),
};
const bad: Measurement = {
  name: 'broken',
  about: 'fails',
  run: () => Promise.reject(new Error('no weights')),
};

async function go(args: readonly string[], all: readonly Measurement[] = [good, bad]) {
  const out: string[] = [];
  const progress: string[] = [];
  const code = await runReports('bench', all, args, {
    out: (text) => void out.push(text),
    progress: (text) => void progress.push(text),
  });
  return { code, out, progress };
}

describe('reports of benchmarks and evaluations', () => {
  test('--json: one object and nothing else, names in snake case', async () => {
    const { code, out } = await go(['media-pacer', '--json']);
    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      name: 'bench',
      n: 1,
      metrics: { media_pacer: { n: 25, late_ms: { p50: 0.5 } } },
    });
  });

  test('one that fails is told, does not stop the others, and gives exit code 1', async () => {
    const { code, out, progress } = await go(['--json'], [bad, good]);
    expect(code).toBe(1);
    expect(progress.join('\n')).toContain('broken failed: no weights');
    expect(JSON.parse(out[0] ?? '')).toMatchObject({
      n: 2,
      metrics: { broken: { failed: 1 }, media_pacer: { n: 25 } },
    });
  });

  test('an unknown name runs nothing, lists the names, and gives exit code 2', async () => {
    const { code, out, progress } = await go(['pacer']);
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(progress.join('\n')).toContain('media-pacer');
  });

  test('options reach their measurement in order; one that is unknown or belongs to another runs nothing', async () => {
    const given: unknown[] = [];
    const choosy: Measurement = {
      name: 'calls',
      about: 'whole calls',
      options: { only: 'name=value', all: '' },
      run: (options) => {
        given.push(options.given);
        return good.run(options);
      },
    };
    const all = [good, choosy];
    expect((await go(['calls', '--only', 'voice=slt', '--all', '--only', 'loss=3'], all)).code).toBe(0);
    expect(given).toEqual([{ only: ['voice=slt', 'loss=3'], all: [''] }]);
    expect((await go(['calls', '--every'], all)).code).toBe(2);
    expect((await go(['calls', '--only'], all)).code).toBe(2);
    expect((await go(['media-pacer', '--all'], all)).code).toBe(2);
    expect(given).toHaveLength(1);
  });

  test('without --json: a table with nested names joined', async () => {
    const { out } = await go(['media-pacer']);
    expect(out.join('\n')).toContain('late_ms.p50  0.5');
  });
});
