import type { WallMs } from '../../kernel/time.js';

/** One thing that was said in a simulated call, on the caller's own clock. */
export interface CallLine {
  readonly who: 'caller' | 'agent';
  readonly text: string;
  /** Since the media began, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Time from the caller's last word to the agent's first. */
export interface ResponseGap {
  /** Tag of the step in the script. */
  readonly tag: string;
  readonly ms: number;
  /** When the caller's last word was sent, by the wall clock: what joins it with the agent's own ledger. */
  readonly spokeUntil: WallMs;
}

/** What a simulated call brought, measured on the caller's side of the wire. */
export interface CallReport {
  readonly name: string;
  readonly ended: string;
  readonly answered: boolean;
  readonly durationMs: number;
  readonly lines: readonly CallLine[];
  /** Last audible sample sent to first audible sample received, per turn, ms. */
  readonly responseGaps: readonly ResponseGap[];
  /** Onset of an interruption to the last audible sample received, ms. */
  readonly bargeInStopMs: readonly number[];
  /** Turns in which the agent began to speak before the caller had finished. */
  readonly cutOffs: number;
  readonly turns: number;
  readonly vars: Readonly<Record<string, string>>;
  readonly failures: readonly string[];
  readonly rtp: { readonly received: number; readonly lost: number };
}

/** Percentile by nearest rank; `undefined` of nothing. */
export function percentile(values: readonly number[], p: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))];
}

/** The JSON object of `leibniz call --json`. */
export function reportJson(report: CallReport): Record<string, unknown> {
  const { bargeInStopMs } = report;
  const gapsMs = report.responseGaps.map((gap) => gap.ms);
  return {
    name: report.name,
    n: report.turns,
    metrics: {
      answered: report.answered ? 1 : 0,
      passed: report.failures.length === 0 ? 1 : 0,
      duration_ms: Math.round(report.durationMs),
      turns: report.turns,
      cut_offs: report.cutOffs,
      response_gap_ms: {
        p50: percentile(gapsMs, 50) ?? null,
        p95: percentile(gapsMs, 95) ?? null,
        all: gapsMs.map(Math.round),
      },
      barge_in_stop_ms: bargeInStopMs.map(Math.round),
      rtp_received: report.rtp.received,
      rtp_lost: report.rtp.lost,
    },
    ended: report.ended,
    vars: report.vars,
    failures: report.failures,
    transcript: report.lines.map(({ who, text, startMs, endMs }) => ({
      who,
      text,
      start_ms: Math.round(startMs),
      end_ms: Math.round(endMs),
    })),
  };
}

/** The report for people. */
export function reportText(report: CallReport): string {
  const time = (ms: number): string => (ms / 1000).toFixed(2).padStart(7);
  const lines = report.lines.map((l) => `${time(l.startMs)} s  ${l.who.padEnd(6)}  ${l.text}`);
  const gaps = report.responseGaps.map(({ ms }) => Math.round(ms));
  return [
    ...lines,
    '',
    `ended: ${report.ended} after ${(report.durationMs / 1000).toFixed(1)} s`,
    `response gaps: ${gaps.length === 0 ? 'none' : `${gaps.join(', ')} ms`}`,
    `cut off: ${report.cutOffs} of ${report.turns} turns`,
    ...report.failures.map((failure) => `FAILED: ${failure}`),
  ].join('\n');
}

/** Compares what the agent said with what was expected of it. */
export function judge(
  report: Pick<CallReport, 'lines' | 'responseGaps'>,
  expect: {
    readonly contains: readonly string[];
    readonly absent: readonly string[];
    readonly within_ms?: number | undefined;
  },
): string[] {
  const said = plain(
    report.lines
      .filter((l) => l.who === 'agent')
      .map((l) => l.text)
      .join(' '),
  );
  const failures: string[] = [];
  for (const text of expect.contains) {
    if (!said.includes(plain(text))) failures.push(`the agent never said "${text}"`);
  }
  for (const text of expect.absent) if (said.includes(plain(text))) failures.push(`the agent said "${text}"`);
  const { within_ms: within } = expect;
  if (within !== undefined) {
    const slow = report.responseGaps.filter(({ ms }) => ms > within);
    if (slow.length > 0) failures.push(`${slow.length} response gaps above ${within} ms`);
  }
  return failures;
}

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}
