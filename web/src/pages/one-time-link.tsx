import { useState, type FormEvent, type ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { MAX_PASSWORD_CHARS, PASSWORD_RULES } from '../../../src/api/core/password-rules.js';
import { api, wordsOf } from '../api.js';
import { Field, PageHead } from '../ui/parts.js';
import { textOf } from '../ui/form.js';

const TITLES = {
  setup: 'Make the first account',
  invite: 'Choose a password',
  reset: 'Choose a new password',
  verify: 'Confirm the address',
} as const;

/** What a link that works once is for. */
export default function OneTimeLink({ purpose }: { readonly purpose: keyof typeof TITLES }): ReactNode {
  const [params] = useSearchParams();
  const token = params.get('token') ?? '';
  const [isDone, setDone] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [password, setPassword] = useState('');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      if (purpose === 'verify') await api.auth.verifyEmail(token);
      else if (purpose === 'setup') {
        const [email, name] = [textOf(form, 'email'), textOf(form, 'name')];
        await api.auth.register({ email, name, password, invite: token });
      } else await api.auth.confirmReset(token, password);
      setDone(true);
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="lone">
      <PageHead title={TITLES[purpose]} />
      {isDone ? (
        <div className="card stack" role="status">
          <p>{purpose === 'verify' ? 'The address is confirmed.' : 'Done. Sign in with your password.'}</p>
          <Link href="/" className="button primary">
            Sign in
          </Link>
        </div>
      ) : (
        <form className="card stack" onSubmit={(event) => void submit(event)}>
          {token === '' && <p className="problem">The link is not whole: it has no token. Copy all of it.</p>}
          {purpose === 'setup' && (
            <>
              <Field label="Your name">
                {(ids) => <input {...ids} name="name" autoComplete="name" required maxLength={200} />}
              </Field>
              <Field label="E-mail address">
                {(ids) => <input {...ids} name="email" type="email" autoComplete="username" required />}
              </Field>
            </>
          )}
          {purpose !== 'verify' && <NewPassword password={password} onChange={setPassword} />}
          {problem !== undefined && (
            <p className="problem" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" className="primary" disabled={isBusy || token === ''}>
            {TITLES[purpose]}
          </button>
        </form>
      )}
    </main>
  );
}

/** A password that is being chosen, with the rules that it keeps so far. */
export function NewPassword(props: {
  readonly password: string;
  readonly onChange: (password: string) => void;
}): ReactNode {
  const { password, onChange } = props;
  return (
    <>
      <Field label="New password">
        {(ids) => (
          <input
            {...ids}
            type="password"
            autoComplete="new-password"
            required
            maxLength={MAX_PASSWORD_CHARS}
            value={password}
            onChange={({ target }) => onChange(target.value)}
          />
        )}
      </Field>
      <ul className="rules" aria-label="Rules of passwords">
        {PASSWORD_RULES.map(([rule, isKept]) => (
          <li key={rule} className={isKept(password) ? 'kept' : ''}>
            {isKept(password) ? '✓' : '○'} {rule}
            <span className="sr-only">{isKept(password) ? ', kept' : ', not yet'}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
