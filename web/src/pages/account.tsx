import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useSession } from '../session.js';
import { OneTime } from '../ui/one-time.js';
import { Badge, Card, Dialog, Field, orDash, PageHead, Table } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { NewPassword } from './one-time-link.js';
import { textOf } from '../ui/form.js';

/** What belongs to oneself. */
export default function Account(): ReactNode {
  const { me } = useSession();
  if (me.user === null) {
    return (
      <>
        <PageHead title="Account" />
        <div className="state empty">
          There are no accounts yet: whoever uses this machine may do everything.
        </div>
      </>
    );
  }
  return (
    <>
      <PageHead title={me.user.name} note={`${me.user.email} · ${me.user.roles.join(', ')}`} />
      <Sessions />
      <Tokens />
      <Password />
    </>
  );
}

function Sessions(): ReactNode {
  const sessions = useApi(['sessions'], (signal) => api.auth.sessions(signal));
  const { isBusy, run } = useAction('sessions');
  return (
    <Card title="Where you are signed in">
      <View query={sessions}>
        {({ items }) => (
          <Table label="Sessions" columns={['Browser', 'Address', 'Since', 'Last seen', '']}>
            {items.map((session) => (
              <tr key={session.id}>
                <td className="wrap">{orDash(session.user_agent)}</td>
                <td>{orDash(session.address)}</td>
                <td>
                  <When at={session.created_at} />
                </td>
                <td>
                  <When at={session.last_seen_at} />
                </td>
                <td>
                  {session.current ? (
                    <Badge tone="info">this one</Badge>
                  ) : (
                    <button
                      type="button"
                      className="small"
                      disabled={isBusy}
                      onClick={() => void run(() => api.auth.endSession(session.id), 'That session is over.')}
                    >
                      Sign out
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
    </Card>
  );
}

function Tokens(): ReactNode {
  const { me } = useSession();
  const tokens = useApi(['tokens'], (signal) => api.auth.tokens(signal));
  const { isBusy, run } = useAction('tokens');
  const [isMaking, setMaking] = useState(false);
  const [secret, setSecret] = useState<string>();
  const make = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const permissions = me.permissions.filter((permission) => form.get(permission) !== null);
    const done = await run(async () => {
      setSecret((await api.auth.addToken({ name: textOf(form, 'name'), permissions })).token);
    }, 'The token is made.');
    if (done) setMaking(false);
  };
  return (
    <Card
      title="Tokens for programs"
      aside={
        <button type="button" className="small" onClick={() => setMaking(true)}>
          New token…
        </button>
      }
    >
      <View query={tokens} isEmpty={({ total }) => total === 0} empty="No program has a token of yours.">
        {({ items }) => (
          <Table label="Tokens" columns={['Name', 'May', 'Made', 'Last used', '']}>
            {items.map((token) => (
              <tr key={token.id}>
                <td>{token.name}</td>
                <td className="wrap">{token.permissions.join(', ')}</td>
                <td>
                  <When at={token.created_at} />
                </td>
                <td>{token.last_used_at === null ? 'never' : <When at={token.last_used_at} />}</td>
                <td>
                  <button
                    type="button"
                    className="small"
                    disabled={isBusy}
                    onClick={() => void run(() => api.auth.removeToken(token.id), 'The token is removed.')}
                  >
                    Remove
                  </button>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
      {isMaking && (
        <Dialog title="New token" onClose={() => setMaking(false)}>
          <form className="stack" onSubmit={(event) => void make(event)}>
            <Field label="Name" hint="Which program has it.">
              {(ids) => <input {...ids} name="name" required maxLength={100} />}
            </Field>
            <fieldset className="two">
              <legend>It may</legend>
              {me.permissions.map((permission) => (
                <label key={permission} className="check">
                  <input type="checkbox" name={permission} /> <code>{permission}</code>
                </label>
              ))}
            </fieldset>
            <button type="submit" className="primary" disabled={isBusy}>
              Make the token
            </button>
          </form>
        </Dialog>
      )}
      {secret !== undefined && (
        <Dialog title="Token" onClose={() => setSecret(undefined)}>
          <p>It is shown this once; only its fingerprint is kept.</p>
          <OneTime text={secret} />
        </Dialog>
      )}
    </Card>
  );
}

function Password(): ReactNode {
  const queries = useQueryClient();
  const { isBusy, run } = useAction();
  const [chosen, setChosen] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const current = textOf(new FormData(event.currentTarget), 'current');
    const done = await run(
      () => api.auth.changePassword(current, chosen),
      'The password is changed. Sign in again.',
    );
    if (done) await queries.resetQueries({ queryKey: ['me'] });
  };
  return (
    <Card title="Password">
      <form className="stack narrow" onSubmit={(event) => void submit(event)}>
        <Field label="Present password">
          {(ids) => (
            <input {...ids} name="current" type="password" autoComplete="current-password" required />
          )}
        </Field>
        <NewPassword password={chosen} onChange={setChosen} />
        <button type="submit" disabled={isBusy}>
          Change it and sign out everywhere
        </button>
      </form>
    </Card>
  );
}
