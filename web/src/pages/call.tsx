import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { duration } from '../../../src/client/office-time.js';
import type { CallDetail, CallLine } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { useUrlState } from '../url-state.js';
import { GapBars } from '../ui/gap-bars.js';
import { Feedback } from '../ui/feedback.js';
import { Badge, Card, Figure, orDash, PageHead, plain, Sources, Table } from '../ui/parts.js';
import { Tree } from '../ui/tree.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { toneOfEnd } from './calls.js';
import { callerOf } from './overview.js';

const TABS = ['Conversation', 'Timing', 'Quality', 'Events', 'Feedback'] as const;
const OPEN_REFRESH_MS = 2000;

/** One call: what was said, how fast, how well it sounded, and what happened. */
export default function Call({ id }: { readonly id: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const call = useApi(
    ['call', id],
    (signal) => api.calls.get(id, signal),
    isOpen ? OPEN_REFRESH_MS : undefined,
  );
  const goesOn = call.data !== undefined && call.data.ended_at === null;
  if (goesOn !== isOpen) setOpen(goesOn);
  return (
    <>
      <PageHead title={titleOf(call.data)}>
        <Link href="/calls" className="button">
          All calls
        </Link>
      </PageHead>
      <View query={call}>{(data) => <Detail call={data} />}</View>
    </>
  );
}

function titleOf(call: CallDetail | undefined): string {
  if (call === undefined) return 'Call';
  return call.direction === 'conversation' ? 'Conversation' : `Call of ${callerOf(call)}`;
}

function Detail({ call }: { readonly call: CallDetail }): ReactNode {
  const [values, change] = useUrlState();
  const tab = TABS.find((one) => one.toLowerCase() === values['tab']) ?? 'Conversation';
  return (
    <>
      <Facts call={call} />
      <div className="tabs" role="tablist" aria-label="Parts of the call">
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`tab-${one}`}
            aria-selected={one === tab}
            aria-controls="tab-panel"
            onClick={() => change({ tab: one.toLowerCase() })}
          >
            {one}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`} tabIndex={0}>
        {tab === 'Conversation' && <Conversation call={call} />}
        {tab === 'Timing' && <GapBars lines={call.transcript} />}
        {tab === 'Quality' && <Quality quality={call.quality} />}
        {tab === 'Events' && <Events call={call} />}
        {tab === 'Feedback' && <Feedback callId={call.id} />}
      </div>
    </>
  );
}

function Facts({ call }: { readonly call: CallDetail }): ReactNode {
  const gaps = call.transcript.flatMap(({ timings }) => timings['response_gap_ms'] ?? []);
  const sorted = [...gaps].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return (
    <dl className="figures small">
      <Figure label="Caller" value={orDash(call.from)} note={call.display_name ?? undefined} />
      <Figure label="Called" value={orDash(call.to)} />
      <Figure label="Began" value={<When at={call.started_at} absolute />} />
      <Figure label="Length" value={call.duration_ms === null ? 'goes on' : duration(call.duration_ms)} />
      <Figure
        label="End"
        value={
          call.reason === null ? (
            <Badge tone="info">in progress</Badge>
          ) : (
            <Badge tone={toneOfEnd(call.reason)}>{plain(call.reason)}</Badge>
          )
        }
      />
      <Figure
        label="Response gap"
        value={median === undefined ? '–' : `${Math.round(median)} ms`}
        note={median === undefined ? 'no spoken turn' : `median of ${gaps.length}`}
      />
    </dl>
  );
}

function Conversation({ call }: { readonly call: CallDetail }): ReactNode {
  const summary = summaryOf(call);
  if (call.transcript.length === 0) return <div className="state empty">Nothing was said.</div>;
  const from = Date.parse(call.started_at);
  return (
    <>
      {summary !== undefined && (
        <Card title="Summary">
          <p>{summary}</p>
        </Card>
      )}
      <ol className="transcript" aria-label="Transcript">
        {call.transcript.map((line) => (
          <Line key={line.index} line={line} from={from} />
        ))}
      </ol>
    </>
  );
}

const SPEAKERS: Readonly<Record<string, string>> = { user: 'Caller', agent: 'Agent', human: 'Colleague' };

function Line({ line, from }: { readonly line: CallLine; readonly from: number }): ReactNode {
  const gap = line.timings['response_gap_ms'];
  const isCut =
    line.role === 'agent' && line.heard.length < line.text.length && line.text.startsWith(line.heard);
  return (
    <li className={`line ${line.role}`}>
      <div className="line-head">
        <strong>{SPEAKERS[line.role] ?? line.role}</strong>
        <span className="num muted">{duration(Date.parse(line.at) - from)}</span>
        {gap !== undefined && <span className="muted">answered after {Math.round(gap)} ms</span>}
        {line.confidence !== null && line.confidence < 0.6 && (
          <Badge tone="warn">unsure, {Math.round(line.confidence * 100)} %</Badge>
        )}
      </div>
      <p>
        {isCut ? line.heard : line.text}
        {isCut && (
          <s title="The caller did not hear this: the agent was interrupted">
            {line.text.slice(line.heard.length)}
          </s>
        )}
      </p>
      <Sources of={line.sources} />
    </li>
  );
}

function Quality({ quality }: { readonly quality: unknown }): ReactNode {
  if (quality === null || quality === undefined) {
    return (
      <div className="state empty">Nothing was measured: the call had no telephone line, or goes on.</div>
    );
  }
  return (
    <Card title="Media of the call">
      <Tree value={quality} />
    </Card>
  );
}

function Events({ call }: { readonly call: CallDetail }): ReactNode {
  const [kind, setKind] = useState('');
  const kinds = [...new Set(call.events.map(({ type }) => type))].sort();
  const shown = call.events.filter(({ type }) => kind === '' || type === kind);
  return (
    <>
      <div className="filters">
        <label>
          Kind
          <select value={kind} onChange={({ target }) => setKind(target.value)}>
            <option value="">All ({call.events.length})</option>
            {kinds.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        {call.events_truncated && <Badge tone="warn">only the first are listed</Badge>}
      </div>
      <Table label="Events" columns={['Number', 'After', 'Kind', 'What']}>
        {shown.slice(0, 500).map((event) => (
          <tr key={event.seq}>
            <td className="num">{event.seq}</td>
            <td className="num">{(event.at_ms / 1000).toFixed(3)} s</td>
            <td>{event.type}</td>
            <td>
              <code className="payload">{JSON.stringify(event.payload)}</code>
            </td>
          </tr>
        ))}
      </Table>
      {shown.length > 500 && (
        <p className="muted">500 of {shown.length} are shown; choose a kind to see others.</p>
      )}
    </>
  );
}

/** What the agent noted of the call at its end; the last note counts. */
function summaryOf(call: CallDetail): string | undefined {
  const payload = call.events.findLast(({ type }) => type === 'summary')?.payload as
    { readonly pii?: { readonly summary?: unknown } } | undefined;
  const text = payload?.pii?.summary;
  return typeof text === 'string' ? text : undefined;
}
