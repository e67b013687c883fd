import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { api, useApi, wordsOf } from '../api.js';
import { PAGE_ROWS, pageOf, rowsOf, useUrlState } from '../url-state.js';
import { SearchBox } from '../ui/search-box.js';
import { Badge, orDash, PageHead, Pager, Table, type Tone } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';

/** What was done and refused, newest first. */
export default function Audit(): ReactNode {
  const [values, change] = useUrlState();
  const page = pageOf(values);
  const { from, to, action, actor } = values;
  const filter = { from, to, action, actor };
  const trail = useApi(['audit', filter, page], (signal) =>
    api.users.audit({ ...filter, ...rowsOf(page) }, signal),
  );
  return (
    <>
      <PageHead title="Audit" note="Sign-ins, refusals and changes of accounts. It cannot be changed here.">
        <Check />
      </PageHead>
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <SearchBox
          label="Action"
          hint="such as user.create"
          value={action ?? ''}
          onSearch={(text) => change({ action: text.trim() })}
        />
        <label>
          From
          <input type="date" value={from ?? ''} onChange={({ target }) => change({ from: target.value })} />
        </label>
        <label>
          Before
          <input type="date" value={to ?? ''} onChange={({ target }) => change({ to: target.value })} />
        </label>
        {actor !== undefined && (
          <button type="button" className="quiet" onClick={() => change({ actor: undefined })}>
            All people
          </button>
        )}
      </form>
      <View query={trail} isEmpty={({ total }) => total === 0} empty="Nothing was written down that fits.">
        {({ items, total }) => (
          <>
            <Table label="Trail" columns={['When', 'Who', 'Action', 'Outcome', 'What', 'Address']}>
              {items.map((entry) => (
                <tr key={entry.seq}>
                  <td>
                    <When at={entry.at} absolute />
                  </td>
                  <td>
                    {entry.actor.id === null ? (
                      entry.actor.kind
                    ) : (
                      <Link href={`/audit?actor=${encodeURIComponent(entry.actor.id)}`}>
                        {entry.actor.kind} {entry.actor.id.slice(0, 8)}
                      </Link>
                    )}
                  </td>
                  <td>
                    <code>{entry.action}</code>
                  </td>
                  <td>
                    <Badge tone={toneOfOutcome(entry.outcome)}>{entry.outcome}</Badge>
                  </td>
                  <td className="wrap">
                    {entry.object === null
                      ? ''
                      : `${entry.object.type} ${orDash(entry.object.id).slice(0, 12)} `}
                    {isEmpty(entry.detail) ? (
                      ''
                    ) : (
                      <code className="payload">{JSON.stringify(entry.detail)}</code>
                    )}
                  </td>
                  <td>{orDash(entry.address)}</td>
                </tr>
              ))}
            </Table>
            <Pager page={page} size={PAGE_ROWS} total={total} onPage={(next) => change({ page: next })} />
          </>
        )}
      </View>
    </>
  );
}

function Check(): ReactNode {
  const [result, setResult] = useState<{ readonly tone: Tone; readonly text: string }>();
  const check = async (): Promise<void> => {
    try {
      const { whole, broken_at: at } = await api.users.checkAudit();
      setResult(
        whole
          ? { tone: 'good', text: 'the chain is whole' }
          : { tone: 'bad', text: `broken at entry ${at ?? '?'}` },
      );
    } catch (error) {
      setResult({ tone: 'bad', text: wordsOf(error) });
    }
  };
  return (
    <>
      <span aria-live="polite">
        {result !== undefined && <Badge tone={result.tone}>{result.text}</Badge>}
      </span>
      <button type="button" onClick={() => void check()}>
        Check the chain
      </button>
    </>
  );
}

const toneOfOutcome = (outcome: string): Tone =>
  outcome === 'ok' ? 'good' : outcome === 'denied' ? 'warn' : 'bad';

const isEmpty = (detail: unknown): boolean =>
  detail === null || detail === undefined || (typeof detail === 'object' && Object.keys(detail).length === 0);
