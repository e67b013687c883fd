import { useState, type FormEvent, type ReactNode } from 'react';
import { ROLES } from '../../../src/api/core/permissions.js';
import type { LinkView, Role, UserView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useSession } from '../session.js';
import { PAGE_ROWS, pageOf, rowsOf, useUrlState } from '../url-state.js';
import { OneTime } from '../ui/one-time.js';
import { Badge, Dialog, Field, PageHead, Pager, plain, Table } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { textOf } from '../ui/form.js';

type Asked = { readonly what: 'new' } | { readonly what: 'change' | 'remove'; readonly user: UserView };

const ABOUT: Readonly<Record<Role, string>> = {
  viewer: 'reads, without personal data and audio',
  supervisor: 'works with people: sees personal data, takes calls, changes appointments',
  operator: 'works with the machine: jobs, knowledge, settings to read',
  admin: 'everything',
};

/** Who may sign in. */
export default function Users(): ReactNode {
  const [values, change] = useUrlState();
  const page = pageOf(values);
  const users = useApi(['users', page], (signal) => api.users.list(rowsOf(page), signal));
  const [asked, setAsked] = useState<Asked>();
  const [link, setLink] = useState<LinkView>();
  const close = (): void => setAsked(undefined);
  return (
    <>
      <PageHead title="Users" note="Accounts are made here; the person chooses a password by a link.">
        <button type="button" className="primary" onClick={() => setAsked({ what: 'new' })}>
          New account…
        </button>
      </PageHead>
      <View
        query={users}
        isEmpty={({ total }) => total === 0}
        empty="There are no accounts: whoever uses this machine may do everything. With the first account everybody signs in."
      >
        {({ items, total }) => (
          <>
            <Table label="Accounts" columns={['Name', 'Address', 'Roles', 'State', 'Last sign-in', '']}>
              {items.map((user) => (
                <Row
                  key={user.id}
                  user={user}
                  onLink={setLink}
                  onChange={() => setAsked({ what: 'change', user })}
                  onRemove={() => setAsked({ what: 'remove', user })}
                />
              ))}
            </Table>
            <Pager page={page} size={PAGE_ROWS} total={total} onPage={(next) => change({ page: next })} />
          </>
        )}
      </View>
      {asked?.what === 'remove' && <Removal user={asked.user} onClose={close} />}
      {asked?.what === 'new' && <Editor onClose={close} onLink={setLink} />}
      {asked?.what === 'change' && <Editor user={asked.user} onClose={close} onLink={setLink} />}
      {link !== undefined && (
        <Dialog title="One-time link" onClose={() => setLink(undefined)}>
          <p>Give it to the person and to nobody else. It works once.</p>
          <OneTime text={link.url} />
          <p className="muted">
            Good until <When at={link.expires_at} absolute />.
          </p>
        </Dialog>
      )}
    </>
  );
}

function Row(props: {
  readonly user: UserView;
  readonly onLink: (link: LinkView) => void;
  readonly onChange: () => void;
  readonly onRemove: () => void;
}): ReactNode {
  const { user, onLink, onChange, onRemove } = props;
  const { isBusy, run } = useAction('users');
  const makeLink = async (): Promise<void> => {
    let made: LinkView | undefined;
    await run(async () => {
      made = await api.users.link(user.id, 'reset');
    }, 'The link is made.');
    if (made !== undefined) onLink(made);
  };
  return (
    <tr>
      <td>
        <button type="button" className="link" data-row="" onClick={onChange}>
          {user.name}
        </button>
      </td>
      <td>{user.email}</td>
      <td>
        <span className="chips">
          {user.roles.map((role) => (
            <Badge key={role}>{role}</Badge>
          ))}
        </span>
      </td>
      <td>
        {user.disabled ? (
          <Badge tone="bad">disabled</Badge>
        ) : user.email_verified ? (
          <Badge tone="good">active</Badge>
        ) : (
          <Badge tone="warn">not confirmed</Badge>
        )}
      </td>
      <td>{user.last_login_at === null ? 'never' : <When at={user.last_login_at} />}</td>
      <td>
        <div className="actions">
          <button type="button" className="small" disabled={isBusy} onClick={() => void makeLink()}>
            Link for a password
          </button>
          <button type="button" className="small" onClick={onRemove}>
            Remove…
          </button>
        </div>
      </td>
    </tr>
  );
}

function Editor(props: {
  readonly user?: UserView;
  readonly onClose: () => void;
  readonly onLink: (link: LinkView) => void;
}): ReactNode {
  const { user, onClose, onLink } = props;
  const { isBusy, run } = useAction('users');
  const { me } = useSession();
  // With the first password everybody signs in: without an admin nobody could make another account.
  const usual: Role = me.mode === 'local' ? 'admin' : 'viewer';
  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = textOf(form, 'name');
    const roles = ROLES.filter((role) => form.get(role) !== null);
    const lines = textOf(form, 'lines')
      .split(/[\s,]+/)
      .filter((line) => line !== '');
    let link: LinkView | undefined;
    const done = await run(
      async () => {
        if (user === undefined) {
          const made = await api.users.create({ email: textOf(form, 'email'), name, roles, lines });
          link = await api.users.link(made.id, 'invite');
        } else {
          const disabled = form.get('disabled') !== null;
          await api.users.change(user.id, { name, roles, lines, disabled, version: user.version });
        }
      },
      user === undefined ? 'The account is made.' : 'The account is changed.',
    );
    if (!done) return;
    onClose();
    if (link !== undefined) onLink(link);
  };
  return (
    <Dialog title={user === undefined ? 'New account' : user.name} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {user === undefined && (
          <Field label="E-mail address">
            {(ids) => <input {...ids} name="email" type="email" required />}
          </Field>
        )}
        <Field label="Name">
          {(ids) => <input {...ids} name="name" required maxLength={200} defaultValue={user?.name} />}
        </Field>
        <fieldset>
          <legend>Roles</legend>
          {ROLES.map((role) => (
            <label key={role} className="check">
              <input
                type="checkbox"
                name={role}
                defaultChecked={user?.roles.includes(role) ?? role === usual}
              />
              <span>
                {plain(role)} <span className="muted">{ABOUT[role]}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label="Lines" hint="Called numbers that the person sees, separated by spaces; empty for all.">
          {(ids) => <input {...ids} name="lines" defaultValue={user?.lines.join(' ')} />}
        </Field>
        {user !== undefined && (
          <label className="check">
            <input type="checkbox" name="disabled" defaultChecked={user.disabled} />{' '}
            <span>Disabled: may not sign in</span>
          </label>
        )}
        <button type="submit" className="primary" disabled={isBusy}>
          {user === undefined ? 'Make the account' : 'Save'}
        </button>
      </form>
    </Dialog>
  );
}

function Removal({ user, onClose }: { readonly user: UserView; readonly onClose: () => void }): ReactNode {
  const { isBusy, run } = useAction('users');
  const remove = async (): Promise<void> => {
    if (await run(() => api.users.remove(user.id), 'The account is removed.')) onClose();
  };
  return (
    <Dialog title={`Remove the account of ${user.name}?`} onClose={onClose}>
      <p>All its sessions and tokens end at once. What it did stays in the audit.</p>
      <button type="button" className="danger" disabled={isBusy} onClick={() => void remove()}>
        Remove {user.email}
      </button>
    </Dialog>
  );
}
