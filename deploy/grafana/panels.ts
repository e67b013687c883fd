/** Plain objects of Grafana's classic dashboard model (schema version 39), as far as our dashboards need it. */

/** How a panel's values are shown. */
export type Unit = 'short' | 'ms' | 's' | 'percentunit' | 'bytes' | 'reqps' | 'cps' | 'currencyUSD';

/** One line of a panel: a PromQL expression and its name in the legend (`{{label}}`). */
export type Series = readonly [expr: string, legend: string];

/** A graph or a single number over one or more expressions. */
export interface Panel {
  readonly title: string;
  readonly kind: 'timeseries' | 'stat';
  readonly unit: Unit;
  readonly series: readonly Series[];
  /** Areas on top of each other, for parts of a whole. */
  readonly stacked?: boolean;
}

/** A page of panels. */
export interface Dashboard {
  /** Fixed, so that links survive an update; also the file's name. */
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const SOURCE = { type: 'prometheus', uid: '${DS}' };
const WIDTH = { timeseries: 12, stat: 4 } as const;
const HEIGHT = { timeseries: 8, stat: 4 } as const;
const COLUMNS = 24;

/** A graph. */
export const graph = (title: string, unit: Unit, ...series: readonly Series[]): Panel => ({
  title,
  kind: 'timeseries',
  unit,
  series,
});
/** A graph of parts of a whole. */
export const stack = (title: string, unit: Unit, ...series: readonly Series[]): Panel => ({
  ...graph(title, unit, ...series),
  stacked: true,
});
/** A number. */
export const stat = (title: string, unit: Unit, expr: string): Panel => ({
  title,
  kind: 'stat',
  unit,
  series: [[expr, title]],
});

/** Quantiles of a histogram over the scrape window. */
export function quantiles(metric: string, shares: readonly number[], by: readonly string[] = []): Series[] {
  const labels = ['le', ...by].join(', ');
  const name = by.map((label) => `{{${label}}} `).join('');
  return shares.map((share) => [
    `histogram_quantile(${share}, sum by (${labels}) (rate(${metric}_bucket{instance=~"$instance"}[$__rate_interval])))`,
    `${name}p${share * 100}`,
  ]);
}

/** Events per second of a counter, by labels. */
export function rate(metric: string, by: readonly string[] = [], where = ''): Series {
  const filter = where === '' ? '' : `, ${where}`;
  const sum = by.length === 0 ? 'sum' : `sum by (${by.join(', ')})`;
  return [
    `${sum} (rate(${metric}{instance=~"$instance"${filter}}[$__rate_interval]))`,
    by.length === 0 ? metric : by.map((label) => `{{${label}}}`).join(' '),
  ];
}

/** A gauge as it stands, by instance. */
export const gauge = (metric: string, legend = '{{instance}}'): Series => [
  `${metric}{instance=~"$instance"}`,
  legend,
];

/** The JSON that Grafana reads. */
export function model({ uid, title, panels }: Dashboard): object {
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const placed = panels.map((panel, index) => {
    const [w, h] = [WIDTH[panel.kind], HEIGHT[panel.kind]];
    if (x + w > COLUMNS) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    return panelModel(panel, index + 1, gridPos);
  });
  return {
    uid,
    title,
    tags: ['leibniz'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        { name: 'DS', label: 'Data source', type: 'datasource', query: 'prometheus' },
        {
          name: 'instance',
          type: 'query',
          datasource: SOURCE,
          query: { query: 'label_values(calls_active, instance)', refId: 'instance' },
          includeAll: true,
          multi: true,
          allValue: '.*',
          current: { text: 'All', value: '$__all' },
          refresh: 2,
        },
      ],
    },
    panels: placed,
  };
}

function panelModel(panel: Panel, id: number, gridPos: object): object {
  const custom = panel.stacked === true ? { fillOpacity: 30, stacking: { mode: 'normal' } } : {};
  return {
    id,
    title: panel.title,
    type: panel.kind,
    datasource: SOURCE,
    gridPos,
    fieldConfig: { defaults: { unit: panel.unit, min: 0, custom }, overrides: [] },
    options:
      panel.kind === 'stat'
        ? { reduceOptions: { calcs: ['lastNotNull'] } }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: panel.series.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}
