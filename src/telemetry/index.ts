export { METRIC_NAMES, METRICS, renderMetricsDoc } from './catalogue.js';
export type { CounterName, GaugeName, HistogramName, MetricName, MetricSpec } from './catalogue.js';
export { callLogger, createLogger, type Logger, type LoggerOptions } from './logger.js';
export { createMetrics, type Labels, type Metrics } from './metrics.js';
export { observeRuntime } from './runtime.js';
