import type { ReactNode } from 'react';
import type { BreakdownView, SeriesView, SummaryView } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { csvOf, saveText } from '../csv.js';
import { useSession } from '../session.js';
import { useUrlState } from '../url-state.js';
import { Card, Figure, PageHead, plain, Table } from '../ui/parts.js';
import { View } from '../ui/view.js';

type Metric = keyof SummaryView['metrics'];
const DAY_MS = 86_400_000;
const SPANS = ['1', '7', '30', '90'] as const;
const BY = ['outcome', 'reason', 'intent', 'guard', 'direction', 'line', 'persona', 'hour'] as const;
const COUNTS: ReadonlySet<string> = new Set(['calls', 'guard_blocks']);

/** What calls add up to. */
export default function Analytics(): ReactNode {
  const [values, change] = useUrlState();
  const days = SPANS.find((span) => span === values['days']) ?? '7';
  const metric = (values['metric'] ?? 'calls') as Metric;
  const by = BY.find((one) => one === values['by']) ?? 'outcome';
  const bucket = days === '1' ? 'hour' : 'day';
  // Whole hours, so that the same question is asked again and the answer is kept.
  const to = Math.ceil(Date.now() / 3_600_000) * 3_600_000;
  const window = { from: to - Number(days) * DAY_MS, to, line: values['line'] };
  const summary = useApi(['analytics', 'summary', window], (signal) =>
    api.analytics.summary({ ...window, compare: true }, signal),
  );
  const series = useApi(['analytics', 'series', window, metric], (signal) =>
    api.analytics.series({ ...window, metric, bucket }, signal),
  );
  const parts = useApi(['analytics', 'breakdown', window, by], (signal) =>
    api.analytics.breakdown({ ...window, by }, signal),
  );
  return (
    <>
      <PageHead
        title="Analytics"
        note="Calls count in the hour in which they began, from their end on. No share without its cases."
      />
      <Filters days={days} line={values['line'] ?? ''} change={change} />
      <View query={summary}>{(data) => <Summary data={data} />}</View>
      <Card
        title="Over time"
        aside={
          <Choice
            label="Metric"
            value={metric}
            values={Object.keys(summary.data?.metrics ?? { [metric]: 0 })}
            name={plain}
            onChange={(next) => change({ metric: next })}
          />
        }
      >
        <View query={series}>{(data) => <Series data={data} />}</View>
      </Card>
      <Card
        title="By"
        aside={
          <Choice
            label="Difference"
            value={by}
            values={BY}
            name={plain}
            onChange={(next) => change({ by: next })}
          />
        }
      >
        <View
          query={parts}
          isEmpty={({ items }) => items.length === 0}
          empty="Nothing was counted in this time."
        >
          {(data) => <Parts data={data} />}
        </View>
      </Card>
    </>
  );
}

function Filters(props: {
  readonly days: string;
  readonly line: string;
  readonly change: (some: Readonly<Record<string, string>>) => void;
}): ReactNode {
  const { days, line, change } = props;
  return (
    <div className="filters">
      <Choice
        label="Time"
        value={days}
        values={SPANS}
        name={daysOf}
        onChange={(next) => change({ days: next })}
      />
      <label>
        Called number
        <input
          type="search"
          defaultValue={line}
          placeholder="All"
          onBlur={({ target }) => change({ line: target.value.trim() })}
        />
      </label>
    </div>
  );
}

const daysOf = (days: string): string => (days === '1' ? 'Last 24 hours' : `Last ${days} days`);

function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly values: readonly string[];
  readonly name: (value: string) => string;
  readonly onChange: (value: string) => void;
}): ReactNode {
  const { label, value, values, name, onChange } = props;
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {name(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function shown(metric: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (metric.endsWith('_ms')) return `${Math.round(value)} ms`;
  return COUNTS.has(metric) ? String(value) : `${(100 * value).toFixed(1)} %`;
}

function Summary({ data }: { readonly data: SummaryView }): ReactNode {
  return (
    <dl className="figures small">
      {Object.entries(data.metrics).map(([name, { value, n, low, high, previous }]) => (
        <Figure
          key={name}
          label={plain(name)}
          value={shown(name, value)}
          note={
            <>
              of {n}
              {low !== undefined && high !== undefined && ` (${shown(name, low)} to ${shown(name, high)})`}
              {previous !== undefined && `, before ${shown(name, previous)}`}
            </>
          }
        />
      ))}
    </dl>
  );
}

function Series({ data: { items, metric, from } }: { readonly data: SeriesView }): ReactNode {
  const { office } = useSession();
  const most = Math.max(1e-9, ...items.map(({ value }) => value ?? 0));
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: office.timezone, month: 'short', day: 'numeric' },
    ...(items.length <= 25 ? { hour: '2-digit', minute: '2-digit' } : {}),
  });
  const rows = items.map(({ at, value, n }) => [at, value === null ? '' : String(value), String(n)]);
  return (
    <>
      <svg
        className="series"
        viewBox={`0 0 ${items.length * 10} 100`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {items.map(({ at, value }, index) => {
          const height = (100 * (value ?? 0)) / most;
          return <rect key={at} x={index * 10 + 1} y={100 - height} width="8" height={height} />;
        })}
      </svg>
      <button
        type="button"
        className="small"
        onClick={() => saveText(`${metric} ${from.slice(0, 10)}.csv`, csvOf([['at', metric, 'n'], ...rows]))}
      >
        Save as CSV
      </button>
      <details>
        <summary>As a table, times in {office.timezone}</summary>
        <Table label="Over time" columns={['Time', plain(metric), 'Of']}>
          {items.map(({ at, value, n }) => (
            <tr key={at}>
              <td>{format.format(Date.parse(at))}</td>
              <td className="num">{shown(metric, value)}</td>
              <td className="num">{n}</td>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}

function Parts({ data: { items, by, metric } }: { readonly data: BreakdownView }): ReactNode {
  const most = Math.max(1e-9, ...items.map(({ value }) => value ?? 0));
  return (
    <Table label={`Calls by ${by}`} columns={[plain(by), plain(metric), 'Of', 'Share']}>
      {items.map(({ key, value, n }) => (
        <tr key={key}>
          <td>{by === 'line' || by === 'persona' || by === 'hour' ? key || 'None' : plain(key)}</td>
          <td className="num">{shown(metric, value)}</td>
          <td className="num">{n}</td>
          <td>
            <svg className="part-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(100 * (value ?? 0)) / most} height="10" />
            </svg>
          </td>
        </tr>
      ))}
    </Table>
  );
}
