import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { TERMINATIONS } from '../../../src/kernel/vocab.js';
import { duration } from '../../../src/client/office-time.js';
import type { CallSummary } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { PAGE_ROWS, pageOf, rowsOf, useUrlState } from '../url-state.js';
import { SearchBox } from '../ui/search-box.js';
import { Badge, orDash, PageHead, Pager, plain, Table, type Tone } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { callerOf } from './overview.js';

/** Calls that were, newest first. */
export default function Calls(): ReactNode {
  const [values, change] = useUrlState();
  const page = pageOf(values);
  const { q, from, to, reason, open } = values;
  const filter = { q, from, to, reason, open };
  const calls = useApi(
    ['calls', filter, page],
    (signal) => api.calls.list({ ...filter, ...rowsOf(page) }, signal),
    15_000,
  );
  const isFiltered = [q, from, to, reason, open].some((value) => value !== undefined);
  return (
    <>
      <PageHead
        title="Calls"
        note="Newest first. Words and numbers are searched in the last 30 days unless a day is given."
      />
      <Filters values={values} change={change} isFiltered={isFiltered} />
      <View
        query={calls}
        isEmpty={({ total }) => total === 0}
        empty={isFiltered ? 'No call fits these filters.' : 'No call has come yet.'}
      >
        {({ items, total }) => (
          <>
            <Table label="Calls" columns={['Caller', 'Called', 'Began', 'Length', 'Lines', 'End']}>
              {items.map((call) => (
                <Row key={call.id} call={call} />
              ))}
            </Table>
            <Pager page={page} size={PAGE_ROWS} total={total} onPage={(next) => change({ page: next })} />
          </>
        )}
      </View>
    </>
  );
}

type UrlState = ReturnType<typeof useUrlState>;

function Filters(props: {
  readonly values: UrlState[0];
  readonly change: UrlState[1];
  readonly isFiltered: boolean;
}): ReactNode {
  const { values, change, isFiltered } = props;
  const may = useMay();
  return (
    <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      {may('calls.pii') && (
        <SearchBox
          label="Search"
          hint="number, name or words"
          value={values['q'] ?? ''}
          onSearch={(q) => change({ q: q.trim().length > 1 ? q : undefined })}
        />
      )}
      <label>
        From
        <input
          type="date"
          value={values['from'] ?? ''}
          onChange={({ target }) => change({ from: target.value })}
        />
      </label>
      <label>
        Before
        <input
          type="date"
          value={values['to'] ?? ''}
          onChange={({ target }) => change({ to: target.value })}
        />
      </label>
      <label>
        End
        <select value={values['reason'] ?? ''} onChange={({ target }) => change({ reason: target.value })}>
          <option value="">Any</option>
          {TERMINATIONS.map((reason) => (
            <option key={reason} value={reason}>
              {plain(reason)}
            </option>
          ))}
        </select>
      </label>
      <label>
        State
        <select value={values['open'] ?? ''} onChange={({ target }) => change({ open: target.value })}>
          <option value="">All</option>
          <option value="true">In progress</option>
          <option value="false">Ended</option>
        </select>
      </label>
      {isFiltered && (
        <button
          type="button"
          className="quiet"
          onClick={() =>
            change({ q: undefined, from: undefined, to: undefined, reason: undefined, open: undefined })
          }
        >
          Clear
        </button>
      )}
    </form>
  );
}

function Row({ call }: { readonly call: CallSummary }): ReactNode {
  return (
    <tr>
      <td>
        <Link href={`/calls/${call.id}`} data-row="">
          {callerOf(call)}
        </Link>
      </td>
      <td>{orDash(call.to)}</td>
      <td>
        <When at={call.started_at} />
      </td>
      <td className="num">{call.duration_ms === null ? '' : duration(call.duration_ms)}</td>
      <td className="num">{call.turn_count}</td>
      <td>
        {call.reason === null ? (
          <Badge tone="info">in progress</Badge>
        ) : (
          <Badge tone={toneOfEnd(call.reason)}>{plain(call.reason)}</Badge>
        )}
      </td>
    </tr>
  );
}

/** Whether a call ended as calls should. */
export function toneOfEnd(reason: string): Tone {
  if (/^(caller_hangup|agent_goodbye|transferred)$/.test(reason)) return 'plain';
  return /error|aborted|rtp_inactive|media/.test(reason) ? 'bad' : 'warn';
}
