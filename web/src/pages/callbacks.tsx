import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { CallbackView, Completion } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { PAGE_ROWS, pageOf, rowsOf, useUrlState } from '../url-state.js';
import { Badge, Card, Dialog, Field, orDash, PageHead, Pager, plain } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { WaitingList } from './waiting-list.js';

/** Who waits to be called, and for a time. */
export default function Callbacks(): ReactNode {
  const [values, change] = useUrlState();
  const page = pageOf(values);
  const status = values['status'] ?? 'open';
  const list = useApi(
    ['callbacks', status, page],
    (signal) => api.callbacks.list({ ...rowsOf(page), ...(status === 'all' ? {} : { status }) }, signal),
    10_000,
  );
  const [ending, setEnding] = useState<CallbackView>();
  return (
    <>
      <PageHead title="Call-backs" note="Open ones first, emergencies before all." />
      <div className="filters">
        <label>
          State
          <select value={status} onChange={({ target }) => change({ status: target.value })}>
            <option value="open">Open</option>
            <option value="completed">Completed</option>
            <option value="all">All</option>
          </select>
        </label>
      </div>
      <View
        query={list}
        isEmpty={({ total }) => total === 0}
        empty={status === 'open' ? 'Nobody waits for a call.' : 'There are none.'}
      >
        {({ items, total }) => (
          <>
            <ul className="cards">
              {items.map((item) => (
                <Item key={item.id} item={item} onEnd={() => setEnding(item)} />
              ))}
            </ul>
            <Pager page={page} size={PAGE_ROWS} total={total} onPage={(next) => change({ page: next })} />
          </>
        )}
      </View>
      <WaitingList />
      {ending !== undefined && <Ending item={ending} onClose={() => setEnding(undefined)} />}
    </>
  );
}

function Item({ item, onEnd }: { readonly item: CallbackView; readonly onEnd: () => void }): ReactNode {
  const may = useMay();
  const isLate = item.status === 'open' && item.due_at !== null && Date.parse(item.due_at) < Date.now();
  return (
    <li>
      <Card>
        <div className="card-head">
          <strong>
            {orDash(item.user_name)} <span className="num">{item.caller_number}</span>
          </strong>
          <Badge tone={item.kind === 'message' || item.kind === 'callback' ? 'info' : 'bad'}>
            {plain(item.kind)}
          </Badge>
        </div>
        <p>{item.message ?? <span className="muted">No message.</span>}</p>
        {item.wished_time !== null && <p>Wished for: {item.wished_time}</p>}
        <p className="muted">
          {plain(item.reason)}, <When at={item.created_at} />
          {item.due_at !== null && (
            <>
              {' · promised for '}
              <When at={item.due_at} absolute /> {isLate && <Badge tone="bad">late</Badge>}
            </>
          )}
          {item.call_id !== null && (
            <>
              {' · '}
              <Link href={`/calls/${item.call_id}`}>its call</Link>
            </>
          )}
        </p>
        {item.status === 'completed' ? (
          <p>
            <Badge tone="good">{plain(item.outcome ?? 'completed')}</Badge> {item.note}
          </p>
        ) : (
          may('appointments.write') && (
            <button type="button" onClick={onEnd}>
              How it ended…
            </button>
          )
        )}
      </Card>
    </li>
  );
}

const OUTCOMES: readonly (readonly [Completion['outcome'], string])[] = [
  ['done', 'The person was reached'],
  ['unreachable', 'The person could not be reached'],
  ['withdrawn', 'It is no longer wanted'],
];

function Ending({ item, onClose }: { readonly item: CallbackView; readonly onClose: () => void }): ReactNode {
  const { isBusy, run } = useAction('callbacks');
  const [outcome, setOutcome] = useState<Completion['outcome']>('done');
  const [note, setNote] = useState('');
  const save = async (): Promise<void> => {
    const text = note.trim();
    const body = { outcome, ...(text === '' ? {} : { note: text }) };
    if (await run(() => api.callbacks.complete(item.id, body), 'It is completed.')) onClose();
  };
  return (
    <Dialog title={`Call-back for ${orDash(item.user_name ?? item.caller_number)}`} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label="How did it end?">
          {(ids) => (
            <select
              {...ids}
              value={outcome}
              onChange={({ target }) => setOutcome(target.value as Completion['outcome'])}
            >
              {OUTCOMES.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Note" hint="Kept with the call-back; may stay empty.">
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              maxLength={2000}
              value={note}
              onChange={({ target }) => setNote(target.value)}
            />
          )}
        </Field>
        <button type="submit" className="primary" disabled={isBusy}>
          Complete
        </button>
      </form>
    </Dialog>
  );
}
