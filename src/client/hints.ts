import { byLabel, quantile, total, type Samples } from './metrics.js';
import type { HealthView } from './types.js';

/** Something that an operator should look at. */
export interface Hint {
  readonly severity: 'error' | 'warning' | 'info';
  readonly title: string;
  /** What was seen, with its numbers. */
  readonly detail: string;
  /** What to do. */
  readonly fix: string;
}

/** Share of lost packets from which people hear it. */
const LOSS_SHARE = 0.02;
const JITTER_MS = 50;
const LATE_PACER_MS = 20;
const SLOW_GAP_MS = 1500;

/** Why there may be no audio, or bad audio, from what the program measures. Worst first; empty when nothing stands out. */
export function hints(samples: Samples, health: HealthView | undefined): readonly Hint[] {
  const found = [...audio(samples), ...network(samples), ...machine(samples), ...services(health)];
  const rank = { error: 0, warning: 1, info: 2 };
  return found.sort((a, b) => rank[a.severity] - rank[b.severity]);
}

function audio(samples: Samples): Hint[] {
  const calls = total(samples, 'rtp_packets_total') === undefined ? 0 : (total(samples, 'calls_total') ?? 0);
  const active = total(samples, 'pacer_streams') ?? 0;
  const received = total(samples, 'rtp_packets_total', { direction: 'in' }) ?? 0;
  const sent = total(samples, 'rtp_packets_total', { direction: 'out' }) ?? 0;
  if (active === 0 && sent === 0) {
    return calls === 0
      ? [
          {
            severity: 'info',
            title: 'No call has had audio yet',
            detail: 'No RTP packet was sent or received since the start.',
            fix: 'Call the agent once; this page then tells whether audio flows both ways.',
          },
        ]
      : [];
  }
  if (received === 0) {
    return [
      {
        severity: 'error',
        title: 'No audio comes in',
        detail: `${sent} RTP packets were sent, none was received.`,
        fix: 'Open the RTP ports (RTP_PORT_MIN to RTP_PORT_MAX, UDP) in the firewall, and set the public address where the agent stands behind NAT.',
      },
    ];
  }
  if (sent === 0) {
    return [
      {
        severity: 'error',
        title: 'No audio goes out',
        detail: `${received} RTP packets were received, none was sent.`,
        fix: 'Look at the synthesiser below, and in the log for errors of media.',
      },
    ];
  }
  return [];
}

function network(samples: Samples): Hint[] {
  const found: Hint[] = [];
  const received = total(samples, 'rtp_packets_total', { direction: 'in' }) ?? 0;
  const lost = total(samples, 'rtp_lost_packets_total') ?? 0;
  if (received > 500 && lost / (received + lost) > LOSS_SHARE) {
    const percent = ((100 * lost) / (received + lost)).toFixed(1);
    found.push({
      severity: 'warning',
      title: 'Packets are lost',
      detail: `${percent} % of the RTP packets of callers never came.`,
      fix: 'Look at the line to the provider: Wi-Fi, a full uplink, or a proxy that drops UDP.',
    });
  }
  const jitter = quantile(samples, 'rtp_jitter_ms', 0.95);
  if (jitter !== undefined && jitter > JITTER_MS) {
    found.push({
      severity: 'warning',
      title: 'Packets come unevenly',
      detail: `Jitter is above ${Math.round(jitter)} ms in one call of twenty.`,
      fix: 'Give voice priority in the router (DSCP EF).',
    });
  }
  const injected = total(samples, 'rtp_injected_packets_total') ?? 0;
  if (injected > 100) {
    found.push({
      severity: 'warning',
      title: 'Audio comes from elsewhere',
      detail: `${injected} RTP packets came from another address than the one that a call latched on.`,
      fix: 'A provider that changes its media address in a call must send a re-INVITE; otherwise somebody injects audio.',
    });
  }
  const free = total(samples, 'rtp_ports_free');
  if (free === 0) {
    found.push({
      severity: 'error',
      title: 'No RTP port is free',
      detail: 'Further calls are refused.',
      fix: 'Widen RTP_PORT_MIN to RTP_PORT_MAX; a call needs two ports.',
    });
  }
  return found;
}

function machine(samples: Samples): Hint[] {
  const found: Hint[] = [];
  const late = quantile(samples, 'pacer_lateness_ms', 0.999);
  if (late !== undefined && late > LATE_PACER_MS) {
    found.push({
      severity: 'warning',
      title: 'Packets leave late',
      detail: `One of a thousand leaves more than ${Math.round(late)} ms late: words are chopped.`,
      fix: 'The machine is too busy: lower MAX_CALLS or give it more processor time.',
    });
  }
  const gap = quantile(samples, 'turn_response_gap_ms', 0.95);
  if (gap !== undefined && gap > SLOW_GAP_MS) {
    found.push({
      severity: 'warning',
      title: 'Answers are slow',
      detail: `One answer of twenty begins more than ${Math.round(gap)} ms after the caller stopped.`,
      fix: 'See which segment is long in the timing of a call.',
    });
  }
  const failed = byLabel(samples, 'tts_requests_total', 'outcome');
  if ((failed['failed'] ?? 0) + (failed['timeout'] ?? 0) > 0) {
    found.push({
      severity: 'error',
      title: 'Sentences could not be spoken',
      detail: `${(failed['failed'] ?? 0) + (failed['timeout'] ?? 0)} failed since the start.`,
      fix: 'Look at the synthesiser in the parts below and in the log.',
    });
  }
  const unheard = total(samples, 'stt_requests_total', { outcome: 'failed' }) ?? 0;
  if (unheard > 0) {
    found.push({
      severity: 'error',
      title: 'Speech could not be written down',
      detail: `${unheard} requests failed since the start.`,
      fix: 'Look at the recogniser in the parts below and in the log.',
    });
  }
  return found;
}

function services(health: HealthView | undefined): Hint[] {
  return Object.entries(health?.services ?? {})
    .filter(([, status]) => status !== 'healthy')
    .map(([name, status]) => ({
      severity: status === 'unhealthy' ? ('error' as const) : ('warning' as const),
      title: `${name} is ${status}`,
      detail: `The part "${name}" tells that it is ${status}.`,
      fix: 'Its own details are in the parts below; docs/errors.md explains the codes.',
    }));
}
