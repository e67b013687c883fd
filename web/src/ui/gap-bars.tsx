import type { ReactNode } from 'react';
import type { CallLine } from '../../../src/client/types.js';
import { plain, Table } from './parts.js';

/** Parts of a response gap that add up to it, in their order. */
const SEGMENTS = ['vad_hangover_ms', 'endpoint_wait_ms', 'plan_ms', 'audio_ms', 'playout_ms'] as const;

const nameOf = (segment: string): string => plain(segment.replace(/_ms$/, ''));

/** One bar a turn: from the caller's last sound to the first of the answer, by what took the time. */
export function GapBars({ lines }: { readonly lines: readonly CallLine[] }): ReactNode {
  const answered = lines.filter(({ timings }) => timings['response_gap_ms'] !== undefined);
  if (answered.length === 0) {
    return <div className="state empty">No turn was timed: nothing was said by voice.</div>;
  }
  const gapOf = (line: CallLine): number => line.timings['response_gap_ms'] ?? 0;
  const longest = Math.max(...answered.map(gapOf));
  return (
    <>
      <ul className="legend" aria-hidden="true">
        {SEGMENTS.map((segment) => (
          <li key={segment}>
            <span className={`swatch ${segment}`} /> {nameOf(segment)}
          </li>
        ))}
      </ul>
      <div className="gap-bars" aria-hidden="true">
        {answered.map((line) => (
          <div key={line.index} className="gap-row">
            <span className="num">{line.index + 1}</span>
            <div className="gap-track">
              {SEGMENTS.map((segment) => {
                const ms = Math.max(0, line.timings[segment] ?? 0);
                return ms === 0 ? null : (
                  <span
                    key={segment}
                    className={`gap-part ${segment}`}
                    style={{ width: `${(100 * ms) / longest}%` }}
                    title={`${nameOf(segment)} ${Math.round(ms)} ms`}
                  />
                );
              })}
            </div>
            <span className="num">{Math.round(gapOf(line))} ms</span>
          </div>
        ))}
      </div>
      <Table label="Timing by turn" columns={['Line', 'Gap', ...SEGMENTS.map(nameOf)]}>
        {answered.map((line) => (
          <tr key={line.index}>
            <td className="num">{line.index + 1}</td>
            <td className="num">{Math.round(gapOf(line))} ms</td>
            {SEGMENTS.map((segment) => (
              <td key={segment} className="num">
                {line.timings[segment] === undefined ? '–' : `${Math.round(line.timings[segment])} ms`}
              </td>
            ))}
          </tr>
        ))}
      </Table>
    </>
  );
}
