import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { byAttention, type LiveCallView, type LiveModel } from '../../../src/client/live/live-model.js';
import type { LiveStatus } from '../../../src/client/live/live-socket.js';
import { duration } from '../../../src/client/office-time.js';
import { useLive } from '../live/watch.js';
import { Badge, Figure, PageHead, plain, Table, type Tone } from '../ui/parts.js';
import { useNow } from '../ui/time.js';
import { Loading } from '../ui/view.js';
import { CallPanel } from './live-panel.js';
import { callerOf } from './overview.js';

/** From this attention on a call wants somebody. */
const WANTED = 50;

/** The calls in progress, those that want somebody first; beside them the one that was chosen. */
export default function Live({ callId }: { readonly callId?: string }): ReactNode {
  const { model, status } = useLive(callId);
  const chosen = callId === undefined ? undefined : model.calls.get(callId);
  return (
    <>
      <PageHead title="Live" note="Calls that want somebody come first.">
        <Connection status={status} />
      </PageHead>
      {status === 'absent' ? (
        <div className="state empty">
          <strong>Live calls are not available on this server.</strong>
          <p>
            Calls in progress are listed, and grow while you read them, under{' '}
            <Link href="/calls?open=true">Calls</Link>.
          </p>
        </div>
      ) : status === 'refused' ? (
        <div className="state empty">
          <strong>This page is not told of calls any more.</strong>
          <p>
            Another tab has taken its place, or the account may no longer see live calls. Load it again to go
            on here.
          </p>
        </div>
      ) : !model.synced ? (
        <Loading />
      ) : (
        <div className={callId === undefined ? '' : 'with-panel'}>
          <Wall model={model} callId={callId} />
          {callId !== undefined &&
            (chosen === undefined ? (
              <div className="state empty">
                This call is over. <Link href={`/calls/${callId}`}>Read its record</Link>.
              </div>
            ) : (
              <CallPanel view={chosen} />
            ))}
        </div>
      )}
    </>
  );
}

const STATES: Readonly<Record<LiveStatus, readonly [Tone, string]>> = {
  connecting: ['info', 'connecting'],
  live: ['good', 'live'],
  slow: ['warn', 'slow connection'],
  lost: ['bad', 'connection lost, trying again'],
  absent: ['plain', 'not available'],
  refused: ['bad', 'closed'],
};

function Connection({ status }: { readonly status: LiveStatus }): ReactNode {
  const [tone, text] = STATES[status];
  return (
    <span role="status">
      <Badge tone={tone}>{text}</Badge>
    </span>
  );
}

function Wall({
  model,
  callId,
}: {
  readonly model: LiveModel;
  readonly callId: string | undefined;
}): ReactNode {
  const calls = byAttention(model);
  const { active, human, waiting } = model.counters;
  return (
    <div>
      <dl className="figures small">
        <Figure label="On the line" value={active} />
        <Figure label="With a person" value={human} />
        <Figure label="Want somebody" value={waiting} tone={waiting > 0 ? 'warn' : 'plain'} />
      </dl>
      {calls.length === 0 ? (
        <div className="state empty">Nobody is on the line.</div>
      ) : (
        <Table
          label="Calls in progress"
          columns={['Caller', 'Length', 'State', 'Matter', 'Last words', 'Sound', 'Why']}
        >
          {calls.map((view) => (
            <Row key={view.call.id} view={view} isChosen={view.call.id === callId} />
          ))}
        </Table>
      )}
    </div>
  );
}

function Row({ view, isChosen }: { readonly view: LiveCallView; readonly isChosen: boolean }): ReactNode {
  const { call } = view;
  const now = useNow(1000);
  const isWanted = (call.attention ?? 0) >= WANTED;
  return (
    <tr className={isWanted ? 'wanted' : ''} {...(isChosen ? { 'aria-current': true } : {})}>
      <td>
        <Link href={`/live/${call.id}`} data-row="">
          {callerOf({ from: call.from, display_name: call.display_name ?? null, direction: call.direction })}
        </Link>
      </td>
      <td className="num">{duration(now - Date.parse(call.started_at))}</td>
      <td>
        {call.controller === 'human' ? (
          <Badge tone="info">{call.controlled_by?.name ?? 'a person'}</Badge>
        ) : (
          plain(call.state)
        )}
      </td>
      <td>{call.intent === null || call.intent === undefined ? '–' : plain(call.intent)}</td>
      <td className="wrap last-words">{call.last_line?.text ?? '–'}</td>
      <td className="num">{call.mos === null || call.mos === undefined ? '–' : call.mos.toFixed(1)}</td>
      <td>
        <span className="chips">
          {(call.alerts ?? []).map(({ code }) => (
            <Badge key={code} tone="warn">
              {plain(code)}
            </Badge>
          ))}
        </span>
      </td>
    </tr>
  );
}
