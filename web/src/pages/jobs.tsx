import { useState, type ReactNode } from 'react';
import type { JobView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { PAGE_ROWS, pageOf, rowsOf, useUrlState } from '../url-state.js';
import { Badge, Dialog, Figure, orDash, PageHead, Pager, plain, Table, type Tone } from '../ui/parts.js';
import { Tree } from '../ui/tree.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';

const STATES = ['pending', 'processing', 'completed', 'failed'] as const;
const TONES: Readonly<Record<JobView['status'], Tone>> = {
  pending: 'info',
  processing: 'info',
  completed: 'good',
  failed: 'bad',
};

/** What is done after calls; what could not be done stays here. */
export default function Jobs(): ReactNode {
  const [values, change] = useUrlState();
  const page = pageOf(values);
  const { status } = values;
  const jobs = useApi(
    ['jobs', status, page],
    (signal) => api.jobs.list({ status, ...rowsOf(page) }, signal),
    5000,
  );
  const [shown, setShown] = useState<JobView>();
  return (
    <>
      <PageHead
        title="Jobs"
        note="Follow-up work after calls. Those that failed have used up all their attempts."
      />
      <Counts />
      <div className="filters">
        <label>
          State
          <select value={status ?? ''} onChange={({ target }) => change({ status: target.value })}>
            <option value="">All</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {state === 'failed' ? 'Failed (dead letters)' : plain(state)}
              </option>
            ))}
          </select>
        </label>
        {status === 'failed' && <RetryAll jobs={jobs.data?.items ?? []} />}
      </div>
      <View
        query={jobs}
        isEmpty={({ total }) => total === 0}
        empty={status === 'failed' ? 'Nothing failed: every job was done.' : 'There are no jobs.'}
      >
        {({ items, total }) => (
          <>
            <Table label="Jobs" columns={['Kind', 'State', 'Attempts', 'Made', 'Error', '']}>
              {items.map((job) => (
                <Row key={job.id} job={job} onShow={() => setShown(job)} />
              ))}
            </Table>
            <Pager page={page} size={PAGE_ROWS} total={total} onPage={(next) => change({ page: next })} />
          </>
        )}
      </View>
      {shown !== undefined && (
        <Dialog title={plain(shown.type)} onClose={() => setShown(undefined)}>
          <Tree value={shown} />
        </Dialog>
      )}
    </>
  );
}

function Counts(): ReactNode {
  return (
    <dl className="figures small">
      {STATES.map((state) => (
        <Count key={state} state={state} />
      ))}
    </dl>
  );
}

function Count({ state }: { readonly state: JobView['status'] }): ReactNode {
  const jobs = useApi(['jobs', 'count', state], (s) => api.jobs.list({ status: state, limit: 1 }, s), 10_000);
  const total = jobs.data?.total;
  return (
    <Figure
      label={plain(state)}
      value={total ?? '–'}
      tone={state === 'failed' && total !== undefined && total > 0 ? 'bad' : 'plain'}
    />
  );
}

function Row({ job, onShow }: { readonly job: JobView; readonly onShow: () => void }): ReactNode {
  const may = useMay();
  const { isBusy, run } = useAction('jobs');
  return (
    <tr>
      <td>
        <button type="button" className="link" data-row="" onClick={onShow}>
          {plain(job.type)}
        </button>
      </td>
      <td>
        <Badge tone={TONES[job.status]}>{job.status}</Badge>
      </td>
      <td className="num">
        {job.retry_count} of {job.max_retries}
      </td>
      <td>
        <When at={job.created_at} />
      </td>
      <td className="wrap">{orDash(job.error_message)}</td>
      <td>
        {job.status === 'failed' && may('jobs.retry') && (
          <button
            type="button"
            className="small"
            disabled={isBusy}
            onClick={() => void run(() => api.jobs.retry(job.id), 'The job is tried again.')}
          >
            Try again
          </button>
        )}
      </td>
    </tr>
  );
}

/** Tries all dead letters of this page again, one after another. */
function RetryAll({ jobs }: { readonly jobs: readonly JobView[] }): ReactNode {
  const may = useMay();
  const { isBusy, run } = useAction('jobs');
  if (jobs.length === 0 || !may('jobs.retry')) return null;
  const all = async (): Promise<void> => {
    for (const job of jobs) await api.jobs.retry(job.id);
  };
  return (
    <button
      type="button"
      disabled={isBusy}
      onClick={() => void run(all, `${jobs.length} jobs are tried again.`)}
    >
      Try all {jobs.length} again
    </button>
  );
}
