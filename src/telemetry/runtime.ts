import { constants, monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

/**
 * Resolution of the loop's delay, ms; the histogram includes it in every value. Each sample wakes the thread: 10 ms
 * on both threads cost 0.3 s of processor time a minute for an agent that does nothing.
 */
const RESOLUTION_MS = { program: 20, api: 50 } as const;

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/**
 * Measures the calling thread: how late its loop runs, and on the call thread garbage collection, memory and
 * processor time of the process.
 *
 * @returns a function that stops
 */
export function observeRuntime(metrics: Metrics, thread: 'program' | 'api'): () => void {
  const resolution = RESOLUTION_MS[thread];
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const name = thread === 'api' ? 'http_event_loop_lag_ms' : 'event_loop_lag_ms';
  const lagMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
  const removeLag = metrics.beforeScrape(() => {
    metrics.set(name, { quantile: '0.5' }, lagMs(delay.percentile(50)));
    metrics.set(name, { quantile: '0.99' }, lagMs(delay.percentile(99)));
    metrics.set(name, { quantile: '1' }, lagMs(delay.max));
    delay.reset();
  });
  const stopProcess = thread === 'program' ? observeProcess(metrics) : (): void => undefined;
  return () => {
    removeLag();
    stopProcess();
    delay.disable();
  };
}

function observeProcess(metrics: Metrics): () => void {
  const collections = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
      metrics.observe('gc_pause_ms', { kind: GC_KINDS[kind ?? -1] ?? 'other' }, entry.duration);
    }
  });
  collections.observe({ entryTypes: ['gc'] });
  const remove = metrics.beforeScrape(() => {
    const { user, system } = process.cpuUsage();
    metrics.countTo('process_cpu_seconds_total', {}, (user + system) / 1e6);
    metrics.set('process_resident_memory_bytes', {}, process.memoryUsage.rss());
  });
  return () => {
    remove();
    collections.disconnect();
  };
}
