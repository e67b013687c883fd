import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { LiveCallView } from '../../../src/client/live/live-model.js';
import { Control } from '../live/control.js';
import { Instructions, WhisperForm } from '../live/whisper.js';
import { useMay } from '../session.js';
import { Card, Figure, plain } from '../ui/parts.js';

/** One call in progress: what is said as it is said, what is known, and the ways to help. */
export function CallPanel({ view }: { readonly view: LiveCallView }): ReactNode {
  const may = useMay();
  const { call } = view;
  const isOver = view.ended !== undefined;
  return (
    <Card
      title={call.display_name ?? call.from ?? 'Call'}
      aside={<Link href={`/calls/${call.id}`}>Record</Link>}
      className="panel"
    >
      {isOver && <p className="stale">The call is over: {plain(view.ended?.reason ?? '')}.</p>}
      {!isOver && <Control call={call} />}
      <dl className="figures small">
        <Figure
          label="Last gap"
          value={typeof call.gap_last_ms === 'number' ? `${Math.round(call.gap_last_ms)} ms` : '–'}
        />
        <Figure
          label="Loss"
          value={typeof call.loss_percent === 'number' ? `${call.loss_percent.toFixed(1)} %` : '–'}
        />
      </dl>
      <Slots view={view} />
      <Growing view={view} />
      {!isOver && call.controller === 'agent' && may('live.whisper') && <WhisperForm call={call} />}
      <Instructions view={view} />
    </Card>
  );
}

function Slots({ view: { call } }: { readonly view: LiveCallView }): ReactNode {
  const filled = Object.entries(call.slots_filled ?? {});
  const open = call.slots_remaining ?? [];
  if (filled.length === 0 && open.length === 0) return null;
  return (
    <dl className="facts">
      {filled.map(([name, value]) => (
        <div key={name} className="pair">
          <dt>{plain(name)}</dt>
          <dd>{String(value)}</dd>
        </div>
      ))}
      {open.length > 0 && (
        <div className="pair">
          <dt>Still open</dt>
          <dd>{open.map(plain).join(', ')}</dd>
        </div>
      )}
    </dl>
  );
}

const NAMES: Readonly<Record<string, string>> = { user: 'Caller', agent: 'Agent', human: 'Colleague' };

/** The transcript; it follows the newest line unless one scrolls back. */
function Growing({ view }: { readonly view: LiveCallView }): ReactNode {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [view.lines, view.partials]);
  return (
    <div
      ref={list}
      className="transcript chat"
      role="log"
      aria-label="Transcript"
      tabIndex={0}
      onScroll={({ currentTarget: at }) => {
        isAtEnd.current = at.scrollHeight - at.scrollTop - at.clientHeight < 40;
      }}
    >
      {view.lines.map((line) => (
        <div key={line.index} className={`line ${line.role}`}>
          <div className="line-head">
            <strong>{NAMES[line.role] ?? line.role}</strong>
          </div>
          <p>{line.heard ?? line.text}</p>
        </div>
      ))}
      {Object.entries(view.partials)
        .filter(([, text]) => text !== '')
        .map(([role, text]) => (
          <div key={role} className={`line partial ${role}`} aria-hidden="true">
            <div className="line-head">
              <strong>{NAMES[role] ?? role}</strong>
            </div>
            <p>{text}…</p>
          </div>
        ))}
    </div>
  );
}
