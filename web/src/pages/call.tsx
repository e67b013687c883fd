import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { duration } from '../../../src/client/office-time.js';
import type { CallDetail, CallLine, RecordingView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { useUrlState } from '../url-state.js';
import { GapBars } from '../ui/gap-bars.js';
import { Feedback } from '../ui/feedback.js';
import { Badge, Card, Figure, orDash, PageHead, plain, Sources, Table } from '../ui/parts.js';
import { lineAt, placeOf } from '../ui/recording-places.js';
import { RecordingPlayer, usePlayer } from '../ui/recording-player.js';
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
  const may = useMay();
  const mayHear = may('calls.audio') && may('calls.pii');
  const { recording } = call;
  const isKept = recording?.state === 'saved' || recording?.state === 'failed';
  if (call.transcript.length === 0 && !isKept) return <div className="state empty">Nothing was said.</div>;
  return (
    <>
      {recording !== null && <RecordingFacts call={call} mayHear={mayHear} />}
      {summary !== undefined && (
        <Card title="Summary">
          <p>{summary}</p>
        </Card>
      )}
      {isKept && mayHear ? <Heard call={call} /> : <Transcript call={call} />}
    </>
  );
}

/** What there is of a recording, in words, and its end. */
function RecordingFacts(props: { readonly call: CallDetail; readonly mayHear: boolean }): ReactNode {
  const { call, mayHear } = props;
  const may = useMay();
  const { isBusy, run } = useAction('call', 'recording');
  const [isAsking, setAsking] = useState(false);
  const { recording } = call;
  if (recording === null) return null;
  if (recording.state === 'deleted') return <p className="muted">The recording of this call was deleted.</p>;
  if (recording.state === 'recording') return <p className="muted">This call is being recorded.</p>;
  const remove = async (): Promise<void> => {
    setAsking(false);
    await run(() => api.calls.deleteRecording(call.id), 'The recording is deleted.');
  };
  return (
    <div className="actions">
      {!mayHear && (
        <span className="muted">
          There is a recording of {duration(recording.duration_ms)}; hearing it needs <code>calls.audio</code>
          .
        </span>
      )}
      {may('calls.delete') && !isAsking && (
        <button type="button" disabled={isBusy} onClick={() => setAsking(true)}>
          Delete the recording
        </button>
      )}
      {isAsking && (
        <>
          <span>Delete the recording of this call for good?</span>
          <button type="button" className="danger" onClick={() => void remove()}>
            Delete it
          </button>
          <button type="button" onClick={() => setAsking(false)}>
            Keep it
          </button>
        </>
      )}
    </div>
  );
}

/** The recording with the transcript in step. */
function Heard({ call }: { readonly call: CallDetail }): ReactNode {
  const recording = useApi(['recording', call.id], (signal) => api.calls.recording(call.id, signal));
  return <View query={recording}>{(data) => <InStep call={call} recording={data} />}</View>;
}

function InStep(props: { readonly call: CallDetail; readonly recording: RecordingView }): ReactNode {
  const { call, recording } = props;
  const player = usePlayer();
  const places = call.transcript.map((line) => placeOf(line, recording));
  const current = lineAt(places, player.nowMs);
  const step = (by: 1 | -1): void => {
    const known = places.filter((place) => place !== undefined).sort((a, b) => a - b);
    // Within a second of a line's beginning the one before is meant.
    const next =
      by === 1
        ? known.find((place) => place > player.nowMs + 50)
        : known.findLast((place) => place < player.nowMs - 1000);
    player.seek(next ?? (by === 1 ? player.nowMs : 0));
  };
  return (
    <>
      <RecordingPlayer recording={recording} src={api.calls.audioUrl(call.id)} player={player} step={step} />
      <Transcript
        call={call}
        places={places}
        current={current}
        follow={player.isPlaying}
        play={(ms) => player.seek(ms, true)}
      />
    </>
  );
}

function Transcript(props: {
  readonly call: CallDetail;
  /** Where each line begins in the recording, ms. */
  readonly places?: readonly (number | undefined)[];
  /** The line that is heard now. */
  readonly current?: number | undefined;
  /** Whether it is kept in sight. */
  readonly follow?: boolean;
  readonly play?: (ms: number) => void;
}): ReactNode {
  const { call, places = [], current, follow = false, play } = props;
  const from = Date.parse(call.started_at);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (follow && current !== undefined) {
      list.current?.children[current]?.scrollIntoView({ block: 'nearest' });
    }
  }, [follow, current]);
  return (
    <ol className="transcript" aria-label="Transcript" ref={list}>
      {call.transcript.map((line, k) => (
        <Line
          key={line.index}
          line={line}
          from={from}
          place={places[k]}
          isCurrent={k === current}
          {...(play === undefined ? {} : { play })}
        />
      ))}
    </ol>
  );
}

const SPEAKERS: Readonly<Record<string, string>> = { user: 'Caller', agent: 'Agent', human: 'Colleague' };

function Line(props: {
  readonly line: CallLine;
  readonly from: number;
  readonly place?: number | undefined;
  readonly isCurrent?: boolean;
  readonly play?: (ms: number) => void;
}): ReactNode {
  const { line, from, place, isCurrent = false, play } = props;
  const gap = line.timings['response_gap_ms'];
  const isCut =
    line.role === 'agent' && line.heard.length < line.text.length && line.text.startsWith(line.heard);
  return (
    <li className={`line ${line.role}`} aria-current={isCurrent ? 'true' : undefined}>
      <div className="line-head">
        <strong>{SPEAKERS[line.role] ?? line.role}</strong>
        {place === undefined || play === undefined ? (
          <span className="num muted">{duration(Date.parse(line.at) - from)}</span>
        ) : (
          <button
            type="button"
            className="quiet line-place num"
            aria-label={`Play from ${duration(place)}`}
            onClick={() => play(place)}
          >
            ▶ {duration(place)}
          </button>
        )}
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
