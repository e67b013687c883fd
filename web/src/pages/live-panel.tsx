import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { LiveCallView } from '../../../src/client/live/live-model.js';
import { useAction } from '../action.js';
import { api } from '../api.js';
import { useMay } from '../session.js';
import { Badge, Card, Dialog, Figure, plain, type Tone } from '../ui/parts.js';
import { textOf } from './sign-in.js';

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
      <dl className="figures small">
        <Figure
          label="Answers"
          value={call.controller === 'human' ? (call.controlled_by?.name ?? 'a person') : 'agent'}
        />
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
      {!isOver && may('live.whisper') && <Whisper callId={call.id} />}
      <Instructions view={view} />
      {!isOver && may('live.control') && <End callId={call.id} />}
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
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [view.lines, view.partials]);
  return (
    <ol
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
        <li key={line.index} className={`line ${line.role}`}>
          <div className="line-head">
            <strong>{NAMES[line.role] ?? line.role}</strong>
          </div>
          <p>{line.heard ?? line.text}</p>
        </li>
      ))}
      {Object.entries(view.partials)
        .filter(([, text]) => text !== '')
        .map(([role, text]) => (
          <li key={role} className={`line partial ${role}`} aria-hidden="true">
            <div className="line-head">
              <strong>{NAMES[role] ?? role}</strong>
            </div>
            <p>{text}…</p>
          </li>
        ))}
    </ol>
  );
}

const KINDS: readonly (readonly [kind: string, text: string])[] = [
  ['say', 'Say this'],
  ['fact', 'Know this'],
  ['repeat', 'Repeat the last words'],
  ['offer_transfer', 'Offer a person'],
  ['end_politely', 'End politely'],
];
const WITHOUT_TEXT = new Set(['repeat', 'offer_transfer', 'end_politely']);

function Whisper({ callId }: { readonly callId: string }): ReactNode {
  const { isBusy, run } = useAction();
  const [kind, setKind] = useState('say');
  const needsText = !WITHOUT_TEXT.has(kind);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const text = textOf(new FormData(form), 'text');
    const body = { kind, ...(needsText ? { text } : {}) };
    if (await run(() => api.live.command(callId, 'whisper', body), 'The agent was told.')) form.reset();
  };
  return (
    <form className="ask" onSubmit={(event) => void submit(event)}>
      <select
        aria-label="What the agent is to do"
        value={kind}
        onChange={({ target }) => setKind(target.value)}
      >
        {KINDS.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <input
        name="text"
        aria-label="Words for the agent"
        placeholder="Only the agent hears this"
        required={needsText}
        disabled={!needsText}
        maxLength={500}
      />
      <button type="submit" disabled={isBusy}>
        Whisper
      </button>
    </form>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  queued: 'info',
  used: 'good',
  expired: 'warn',
  refused: 'bad',
};

function Instructions({ view: { instructions } }: { readonly view: LiveCallView }): ReactNode {
  if (instructions.length === 0) return null;
  return (
    <ul className="rows" aria-label="What was whispered">
      {instructions.map(({ id, kind, state, reason }) => (
        <li key={id}>
          <span>{plain(kind)}</span>
          <span className="muted">{reason}</span>
          <Badge tone={TONES[state] ?? 'plain'}>{state}</Badge>
        </li>
      ))}
    </ul>
  );
}

function End({ callId }: { readonly callId: string }): ReactNode {
  const { isBusy, run } = useAction();
  const [isAsking, setAsking] = useState(false);
  const end = async (): Promise<void> => {
    if (await run(() => api.live.command(callId, 'end'), 'The call is ended.')) setAsking(false);
  };
  return (
    <div className="actions">
      <button type="button" onClick={() => setAsking(true)}>
        End the call…
      </button>
      {isAsking && (
        <Dialog title="End this call?" onClose={() => setAsking(false)}>
          <p>The agent says goodbye and hangs up.</p>
          <button type="button" className="danger" disabled={isBusy} onClick={() => void end()}>
            End the call
          </button>
        </Dialog>
      )}
    </div>
  );
}
