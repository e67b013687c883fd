import type { ReactNode } from 'react';
import { hints } from '../../../src/client/hints.js';
import { byLabel, parseMetrics, quantile, total, type Samples } from '../../../src/client/metrics.js';
import { duration } from '../../../src/client/office-time.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { Badge, Card, Figure, PageHead, Table } from '../ui/parts.js';
import { Tree } from '../ui/tree.js';
import { View } from '../ui/view.js';
import { toneOf } from './overview.js';

/** How every part is, and why there might be no audio. */
export default function System(): ReactNode {
  const may = useMay();
  const health = useApi(['health'], (signal) => api.system.health(signal), 5000);
  const metrics = useApi(['metrics'], (signal) => api.system.metrics(signal), 5000);
  const samples = parseMetrics(metrics.data ?? '');
  const found = metrics.data === undefined ? undefined : hints(samples, health.data);
  return (
    <>
      <PageHead
        title="System"
        note={
          health.data === undefined
            ? undefined
            : `version ${health.data.version}, up for ${duration(health.data.uptime_seconds * 1000)}`
        }
      />
      <Card title="What stands out">
        {found === undefined ? null : found.length === 0 ? (
          <p>
            <Badge tone="good">nothing</Badge> Audio flows both ways, every part is healthy.
          </p>
        ) : (
          <ul className="hints">
            {found.map(({ severity, title, detail, fix }) => (
              <li key={title}>
                <Badge tone={severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : 'info'}>
                  {severity}
                </Badge>
                <div>
                  <strong>{title}</strong>
                  <p>{detail}</p>
                  <p className="muted">{fix}</p>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Numbers samples={samples} />
      <Card title="Parts">
        <View query={health}>
          {({ services, details = {} }) => (
            <div className="parts">
              {[...new Set([...Object.keys(services), ...Object.keys(details)])].map((name) => (
                <section key={name}>
                  <h3>
                    {name}{' '}
                    {services[name] !== undefined && (
                      <Badge tone={toneOf(services[name])}>{services[name]}</Badge>
                    )}
                  </h3>
                  {details[name] !== undefined && <Tree value={details[name]} />}
                </section>
              ))}
            </div>
          )}
        </View>
      </Card>
      {may('settings.write') && <Caches />}
    </>
  );
}

function Numbers({ samples }: { readonly samples: Samples }): ReactNode {
  const ms = (name: string, q: number): string => {
    const value = quantile(samples, name, q);
    return value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  };
  const lag = byLabel(samples, 'event_loop_lag_ms', 'quantile');
  const memory = total(samples, 'process_resident_memory_bytes');
  const ends = Object.values(byLabel(samples, 'calls_total', 'termination')).reduce((sum, n) => sum + n, 0);
  return (
    <dl className="figures small">
      <Figure label="Calls" value={total(samples, 'calls_active') ?? '–'} note={`${ends} ended`} />
      <Figure
        label="Response gap"
        value={ms('turn_response_gap_ms', 0.95)}
        note={`p95, median ${ms('turn_response_gap_ms', 0.5)}`}
      />
      <Figure label="Packets leave late" value={ms('pacer_lateness_ms', 0.999)} note="p99.9" />
      <Figure label="Write down" value={ms('stt_decode_ms', 0.95)} note="p95" />
      <Figure label="Speak" value={ms('tts_synthesis_ms', 0.95)} note="p95" />
      <Figure label="HTTP" value={ms('http_request_ms', 0.95)} note="p95" />
      <Figure
        label="Call thread"
        value={lag['0.99'] === undefined ? '–' : `${lag['0.99'].toFixed(1)} ms`}
        note="lag p99"
      />
      <Figure label="Memory" value={memory === undefined ? '–' : `${Math.round(memory / 1e6)} MB`} />
    </dl>
  );
}

function Caches(): ReactNode {
  const caches = useApi(['caches'], (signal) => api.system.caches(signal), 10_000);
  const { isBusy, run } = useAction('caches');
  return (
    <Card title="Caches">
      <View query={caches} isEmpty={(report) => report.caches.length === 0} empty="There are no caches.">
        {(report) => (
          <Table label="Caches" columns={['Cache', 'Entries', 'Size', 'Hits', 'Misses', 'Rate', '']}>
            {report.caches.map((each) => (
              <tr key={each.cache}>
                <td>{each.cache}</td>
                <td className="num">{each.entries}</td>
                <td className="num">{Math.ceil(each.bytes / 1024)} KiB</td>
                <td className="num">{each.hits}</td>
                <td className="num">{each.misses}</td>
                <td className="num">{Math.round(100 * each.hit_rate)} %</td>
                <td>
                  <button
                    type="button"
                    className="small"
                    disabled={isBusy}
                    onClick={() =>
                      void run(() => api.system.clearCache(each.cache), `The cache ${each.cache} is empty.`)
                    }
                  >
                    Empty
                  </button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
    </Card>
  );
}
