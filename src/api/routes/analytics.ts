import { DateTime } from 'luxon';
import { LeibnizError } from '../../kernel/errors.js';
import { wallMs } from '../../kernel/time.js';
import { METRIC_NAMES, metricOf, type MetricName } from '../../store/analytics/core/metrics.js';
import { addHours, NO_COUNTS, type HourCounts } from '../../store/analytics/core/tally.js';
import { MAX_WINDOW_DAYS, type HourGroup, type HourQuery } from '../../store/types.js';
import type { Principal } from '../auth/principal.js';
import { compact } from '../compact.js';
import type { App, RouteContext } from '../context.js';
import { failures, iso } from '../schemas/common.js';
import {
  breakdownQuery,
  breakdownView,
  seriesQuery,
  seriesView,
  summaryQuery,
  summaryView,
} from '../schemas/analytics.js';
import { windowOf } from '../window.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 7;
/** Points of a series that are drawn. */
const MAX_POINTS = 750;

const tags = ['Analytics'];
const config = { permission: 'analytics.read' } as const;

type Window = Omit<HourQuery, 'by'>;

/** What calls add up to, from numbers that are kept by the hour: no call is read for it. */
export function analyticsRoutes(app: App, context: RouteContext): void {
  summaryRoute(app, context);
  seriesRoute(app, context);
  breakdownRoute(app, context);
}

function summaryRoute(app: App, context: RouteContext): void {
  const { insights } = context.ports;
  app.get(
    '/api/v1/analytics/summary',
    {
      config,
      schema: {
        summary: 'Every metric of a time',
        tags,
        querystring: summaryQuery,
        response: { 200: summaryView, ...failures },
      },
    },
    async ({ query, principal }) => {
      const window = await windowFor(context, query, principal);
      const { fromMs, toMs } = window;
      const now = all(await insights.hours({ ...window, by: 'all' }));
      const before =
        query.compare === 'true'
          ? all(
              await insights.hours({ ...window, fromMs: wallMs(2 * fromMs - toMs), toMs: fromMs, by: 'all' }),
            )
          : undefined;
      const view = (name: MetricName): object => ({
        ...metricOf(name, now),
        ...(before === undefined ? {} : { previous: metricOf(name, before).value }),
      });
      const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, view(name)]));
      return { from: iso(fromMs), to: iso(toMs), metrics: metrics as never };
    },
  );
}

function seriesRoute(app: App, context: RouteContext): void {
  const { insights } = context.ports;
  app.get(
    '/api/v1/analytics/series',
    {
      config,
      schema: {
        summary: 'A metric by hour or day',
        tags,
        querystring: seriesQuery,
        response: { 200: seriesView, ...failures },
      },
    },
    async ({ query, principal }) => {
      const window = await windowFor(context, query, principal);
      const { metric, bucket } = query;
      const { timezone } = await context.ports.schedule.office();
      const groups = new Map<number, HourCounts>();
      for (const at of beginnings(window, bucket, timezone)) groups.set(at, NO_COUNTS);
      for (const hour of await insights.hours({ ...window, by: 'hour' })) {
        const at = DateTime.fromMillis(Number(hour.key), { zone: timezone }).startOf(bucket).toMillis();
        groups.set(at, addHours(groups.get(at) ?? NO_COUNTS, hour));
      }
      const items = [...groups]
        .sort(([a], [b]) => a - b)
        .map(([at, hours]) => ({ at: iso(wallMs(at)), ...metricOf(metric, hours) }));
      return { from: iso(window.fromMs), to: iso(window.toMs), metric, items };
    },
  );
}

function breakdownRoute(app: App, context: RouteContext): void {
  const { insights } = context.ports;
  app.get(
    '/api/v1/analytics/breakdown',
    {
      config,
      schema: {
        summary: 'Calls or a metric by what they differ in',
        tags,
        querystring: breakdownQuery,
        response: { 200: breakdownView, ...failures },
      },
    },
    async ({ query, principal }) => {
      const window = await windowFor(context, query, principal);
      const { by, metric } = query;
      const { timezone } = await context.ports.schedule.office();
      const isGroup = by === 'line' || by === 'persona' || by === 'hour';
      const found = await insights.hours({ ...window, by: isGroup ? by : 'all' });
      const items = !isGroup
        ? named(all(found), `${by}:`)
        : grouped(found, (key) => (by === 'hour' ? hourOfDay(key, timezone) : key)).map(([key, hours]) => ({
            key,
            ...metricOf(metric, hours),
          }));
      return {
        from: iso(window.fromMs),
        to: iso(window.toMs),
        by,
        metric: isGroup ? metric : ('calls' as const),
        items,
      };
    },
  );
}

/** @throws LeibnizError BAD_REQUEST, FORBIDDEN for a line that the account does not see */
async function windowFor(
  { ports, clock }: RouteContext,
  query: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly line?: string | undefined;
    readonly persona?: string | undefined;
  },
  { lines }: Principal,
): Promise<Window> {
  const { fromMs: from, toMs: to } = await windowOf(ports, query.from, query.to);
  const toMs = to ?? wallMs(Math.ceil(clock.wall()));
  const fromMs = from ?? wallMs(toMs - USUAL_DAYS * DAY_MS);
  if (!(fromMs < toMs)) throw new LeibnizError('BAD_REQUEST', 'from must be before to.', { field: 'from' });
  if (toMs - fromMs > MAX_WINDOW_DAYS * DAY_MS) {
    throw new LeibnizError('BAD_REQUEST', `At most ${MAX_WINDOW_DAYS} days are added up.`, { field: 'from' });
  }
  const { line, persona } = query;
  if (line !== undefined && lines.length > 0 && !lines.includes(line)) {
    throw new LeibnizError('FORBIDDEN', 'This account does not see this line.', { field: 'line' });
  }
  const seen = line !== undefined ? [line] : lines.length > 0 ? lines : undefined;
  return { fromMs, toMs, ...compact({ lines: seen, persona }) };
}

const all = (groups: readonly HourGroup[]): HourCounts => groups.reduce<HourCounts>(addHours, NO_COUNTS);

/** Empty hours and days are part of a series. @throws LeibnizError BAD_REQUEST when there are too many */
function beginnings({ fromMs, toMs }: Window, bucket: 'hour' | 'day', zone: string): number[] {
  const found: number[] = [];
  let at = DateTime.fromMillis(fromMs, { zone }).startOf(bucket);
  for (; at.toMillis() < toMs; at = at.plus({ [`${bucket}s`]: 1 })) {
    if (found.length >= MAX_POINTS) {
      throw new LeibnizError('BAD_REQUEST', `At most ${MAX_POINTS} points: ask by day, or for less time.`, {
        field: 'bucket',
      });
    }
    found.push(at.toMillis());
  }
  return found;
}

function grouped(groups: readonly HourGroup[], keyOf: (key: string) => string): [string, HourCounts][] {
  const sums = new Map<string, HourCounts>();
  for (const group of groups) {
    const key = keyOf(group.key);
    sums.set(key, addHours(sums.get(key) ?? NO_COUNTS, group));
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
}

const hourOfDay = (key: string, zone: string): string =>
  DateTime.fromMillis(Number(key), { zone }).toFormat('HH:00');

/** Calls by the names that follow a prefix, the most first. */
function named({ counts }: HourCounts, prefix: string): { key: string; value: number; n: number }[] {
  const n = counts['calls'] ?? 0;
  return Object.entries(counts)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => ({ key: name.slice(prefix.length), value, n }))
    .sort((a, b) => b.value - a.value || (a.key < b.key ? -1 : 1));
}
