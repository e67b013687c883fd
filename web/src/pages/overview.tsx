import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { addDays, dayName, duration, localDate } from '../../../src/client/office-time.js';
import { parseMetrics, quantile, total } from '../../../src/client/metrics.js';
import type { CallSummary } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { useSession } from '../session.js';
import { Badge, Card, Figure, orDash, PageHead, plain, type Tone } from '../ui/parts.js';
import { useNow, When } from '../ui/time.js';
import { View } from '../ui/view.js';

const REFRESH_MS = 10_000;

/** How things stand today. */
export default function Overview(): ReactNode {
  const { office } = useSession();
  const today = localDate(useNow(60_000), office.timezone);
  return (
    <>
      <PageHead title="Overview" note={`${dayName(today)}, ${office.timezone}`} />
      <Today today={today} />
      <div className="columns">
        <CallsNow />
        <Parts />
      </div>
      <LastCalls today={today} />
    </>
  );
}

function Today({ today }: { readonly today: string }): ReactNode {
  const tomorrow = addDays(today, 1);
  const one = { limit: 1 };
  const calls = useApi(
    ['calls', 'today', today],
    (s) => api.calls.list({ ...one, from: today }, s),
    REFRESH_MS,
  );
  const before = addDays(today, -7);
  const week = useApi(
    ['calls', 'today', before],
    (s) => api.calls.list({ ...one, from: before, to: addDays(before, 1) }, s),
    REFRESH_MS * 6,
  );
  const appointments = useApi(
    ['appointments', 'today', today],
    (s) => api.appointments.list({ ...one, from: today, to: tomorrow, status: 'booked' }, s),
    REFRESH_MS,
  );
  const callbacks = useApi(
    ['callbacks', 'open'],
    (s) => api.callbacks.list({ ...one, status: 'open' }, s),
    REFRESH_MS,
  );
  const failed = useApi(
    ['jobs', 'failed'],
    (s) => api.jobs.list({ ...one, status: 'failed' }, s),
    REFRESH_MS,
  );
  const metrics = useApi(['metrics'], (s) => api.system.metrics(s), REFRESH_MS);
  const samples = parseMetrics(metrics.data ?? '');
  const gap = quantile(samples, 'turn_response_gap_ms', 0.95);
  const dead = failed.data?.total;
  const open = callbacks.data?.total;
  return (
    <dl className="figures">
      <Figure
        label="Calls today"
        value={<Link href={`/calls?from=${today}`}>{calls.data?.total ?? '–'}</Link>}
        note={week.data === undefined ? undefined : `${week.data.total} a week ago`}
      />
      <Figure
        label="Appointments today"
        value={<Link href="/appointments">{appointments.data?.total ?? '–'}</Link>}
        note={`${total(samples, 'changes_total', { request: 'book', status: 'booked' }) ?? 0} booked since the start`}
      />
      <Figure
        label="Open call-backs"
        value={<Link href="/callbacks">{callbacks.data?.total ?? '–'}</Link>}
        note={open === undefined ? undefined : open > 0 ? 'somebody waits' : 'nobody waits'}
        tone={(open ?? 0) > 0 ? 'warn' : 'plain'}
      />
      <Figure
        label="Dead letters"
        value={<Link href="/jobs?status=failed">{failed.data?.total ?? '–'}</Link>}
        note={dead === undefined ? undefined : dead > 0 ? 'jobs that gave up' : 'every job was done'}
        tone={(dead ?? 0) > 0 ? 'bad' : 'plain'}
      />
      <Figure
        label="Response gap, p95"
        value={gap === undefined ? '–' : `${Math.round(gap)} ms`}
        note={`${total(samples, 'turn_response_gap_ms_count') ?? 0} turns since the start`}
      />
    </dl>
  );
}

function CallsNow(): ReactNode {
  const calls = useApi(['calls', 'open'], (s) => api.calls.list({ open: true, limit: 20 }, s), 3000);
  const now = useNow(1000);
  return (
    <Card title="Calls now" aside={<Badge tone="info">{calls.data?.total ?? '–'}</Badge>}>
      <View query={calls} isEmpty={({ items }) => items.length === 0} empty="Nobody is on the line.">
        {({ items }) => (
          <ul className="rows">
            {items.map((call) => (
              <li key={call.id}>
                <Link href={`/calls/${call.id}`}>{callerOf(call)}</Link>
                <span className="num">{duration(now - Date.parse(call.started_at))}</span>
              </li>
            ))}
          </ul>
        )}
      </View>
    </Card>
  );
}

function Parts(): ReactNode {
  const health = useApi(['health'], (s) => api.system.health(s), REFRESH_MS);
  return (
    <Card title="Parts" aside={<Link href="/system">System</Link>}>
      <View query={health}>
        {({ services, status, version, uptime_seconds: uptime }) => (
          <>
            <p>
              <Badge tone={toneOf(status)}>{status}</Badge>{' '}
              <span className="muted">
                version {version}, up for {duration(uptime * 1000)}
              </span>
            </p>
            <ul className="chips">
              {Object.entries(services).map(([name, state]) => (
                <li key={name}>
                  <Badge tone={toneOf(state)}>
                    {name}
                    {state === 'healthy' ? '' : `: ${state}`}
                  </Badge>
                </li>
              ))}
            </ul>
          </>
        )}
      </View>
    </Card>
  );
}

function LastCalls({ today }: { readonly today: string }): ReactNode {
  const calls = useApi(['calls', 'last'], (s) => api.calls.list({ limit: 8, open: false }, s), REFRESH_MS);
  return (
    <Card title="Last calls" aside={<Link href={`/calls?from=${today}`}>All of today</Link>}>
      <View
        query={calls}
        isEmpty={({ items }) => items.length === 0}
        empty="No call has ended yet. Call the agent, or write to it in Chat."
      >
        {({ items }) => (
          <ul className="rows">
            {items.map((call) => (
              <li key={call.id}>
                <Link href={`/calls/${call.id}`}>{callerOf(call)}</Link>
                <span className="muted">{call.reason === null ? '' : plain(call.reason)}</span>
                <span className="muted">{call.turn_count} lines</span>
                <span className="num">{duration(call.duration_ms ?? 0)}</span>
                <When at={call.started_at} />
              </li>
            ))}
          </ul>
        )}
      </View>
    </Card>
  );
}

/** Who called, as far as it is known. */
export function callerOf(call: Pick<CallSummary, 'display_name' | 'from' | 'direction'>): string {
  return orDash(
    call.display_name ?? call.from ?? (call.direction === 'conversation' ? 'Text or browser' : null),
  );
}

/** Colour of a state of health. */
export function toneOf(status: string): Tone {
  return status === 'healthy' ? 'good' : status === 'degraded' ? 'warn' : 'bad';
}
