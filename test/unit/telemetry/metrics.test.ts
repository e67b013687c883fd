import { METRIC_NAMES, metricOf } from '../../../src/telemetry/catalogue.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { observeRuntime } from '../../../src/telemetry/runtime.js';

describe('catalogue', () => {
  test.each(METRIC_NAMES)('%s follows the rules of naming', (name) => {
    const { type, help, unit, labels, buckets } = metricOf(name);
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(help).toMatch(/\.$/);
    expect(unit).not.toBe('');
    for (const label of labels) expect(label).toMatch(/^[a-z_]+$/);
    expect(buckets !== undefined).toBe(type === 'histogram');
    expect([...(buckets ?? [])]).toEqual([...(buckets ?? [])].sort((a, b) => a - b));
  });

  test('durations carry their unit in the name', () => {
    const wrong = METRIC_NAMES.filter((name) => {
      const { unit, type } = metricOf(name);
      if (unit === 'ms') return !/_ms(_total)?$/.test(name);
      return unit === 's' && !/_seconds(_total)?$/.test(name) && type !== 'gauge';
    });
    expect(wrong).toEqual([]);
  });
});

describe('metrics', () => {
  test('counters, gauges and histograms appear in the text', async () => {
    const metrics = createMetrics('program');
    metrics.increment('calls_total', { termination: 'agent_goodbye' });
    metrics.increment('calls_total', { termination: 'agent_goodbye' }, 2);
    metrics.set('calls_active', {}, 4);
    metrics.observe('turn_response_gap_ms', { source: 'complete' }, 420);
    const text = await metrics.text();
    expect(text).toContain('calls_total{termination="agent_goodbye"} 3');
    expect(text).toContain('calls_active 4');
    expect(text).toContain('turn_response_gap_ms_bucket{le="450",source="complete"} 1');
    expect(text).toContain('turn_response_gap_ms_bucket{le="400",source="complete"} 0');
  });

  test('the two threads share no name, so their texts can be joined', async () => {
    const names = async (thread: 'program' | 'api') =>
      [...(await createMetrics(thread).text()).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
    const [program, api] = [await names('program'), await names('api')];
    expect(program.filter((name) => api.includes(name))).toEqual([]);
    expect([...program, ...api].sort()).toEqual([...METRIC_NAMES].sort());
  });

  test('a total kept elsewhere is followed, also after it began anew', async () => {
    const metrics = createMetrics('program');
    for (const total of [5, 9, 9, 2]) metrics.countTo('vad_windows_total', {}, total);
    expect(await metrics.text()).toContain('vad_windows_total 11');
  });

  test('unknown labels are left out, missing ones named, bad values ignored', async () => {
    const metrics = createMetrics('program');
    metrics.increment('calls_rejected_total', { colour: 'blue' });
    metrics.increment('calls_rejected_total', { reason: 'x' }, -1);
    metrics.observe('stt_queue_ms', {}, Number.NaN);
    metrics.increment('http_requests_total', { route: '/' });
    const text = await metrics.text();
    expect(text).toContain('calls_rejected_total{reason="unknown"} 1');
    expect(text).not.toContain('blue');
    expect(text).toContain('stt_queue_ms_count 0');
    expect(text).not.toContain('http_requests_total');
  });

  test('label values without end are folded together', async () => {
    const metrics = createMetrics('program');
    for (let i = 0; i < 2000; i++) metrics.increment('calls_total', { termination: `reason-${i}` });
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('calls_total{'));
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toBe('calls_total{termination="other"} 1500');
  });

  test('a histogram without labels is recorded on hot paths and printed in full', async () => {
    const metrics = createMetrics('program');
    const record = metrics.recorder('pacer_lateness_ms');
    for (const ms of [0.05, 0.07, 3, 1000, Number.NaN]) record(ms);
    const text = await metrics.text();
    expect(text).toContain('# TYPE pacer_lateness_ms histogram');
    expect(text).toContain('pacer_lateness_ms_bucket{le="0.05"} 1\n');
    expect(text).toContain('pacer_lateness_ms_bucket{le="0.1"} 2\n');
    expect(text).toContain('pacer_lateness_ms_bucket{le="100"} 3\n');
    expect(text).toContain('pacer_lateness_ms_bucket{le="+Inf"} 4\n');
    expect(text).toMatch(/pacer_lateness_ms_sum 1003\.12/);
    expect(text).toContain('pacer_lateness_ms_count 4\n');
  });

  test('a recorder of a name that belongs to the other thread records nothing', async () => {
    const metrics = createMetrics('api');
    metrics.recorder('pacer_lateness_ms')(1);
    expect(await metrics.text()).not.toContain('pacer_lateness_ms');
  });

  test('a source that answers later is waited for', async () => {
    const metrics = createMetrics('program');
    metrics.beforeScrape(async () => {
      await Promise.resolve();
      metrics.set('knowledge_passages', {}, 12);
    });
    metrics.beforeScrape(() => Promise.reject(new Error('no')));
    expect(await metrics.text()).toContain('knowledge_passages 12');
  });

  test('a collector that throws hides nothing; a removed one does not run', async () => {
    const metrics = createMetrics('program');
    metrics.beforeScrape(() => {
      throw new Error('no');
    });
    metrics.beforeScrape(() => metrics.set('calls_active', {}, 7));
    metrics.beforeScrape(() => metrics.set('rtp_ports_free', {}, 1))();
    const text = await metrics.text();
    expect(text).toContain('calls_active 7');
    expect(text).toContain('rtp_ports_free 0');
  });
});

test('the runtime shows loop delay, memory and processor time, and stops', async () => {
  const metrics = createMetrics('program');
  const stop = observeRuntime(metrics, 'program');
  const text = await metrics.text();
  expect(text).toMatch(/event_loop_lag_ms\{quantile="0.99"\} [\d.]+/);
  expect(Number(/process_resident_memory_bytes (\d+)/.exec(text)?.[1])).toBeGreaterThan(1e6);
  expect(Number(/process_cpu_seconds_total ([\d.]+)/.exec(text)?.[1])).toBeGreaterThan(0);
  stop();
});
