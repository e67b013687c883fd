import { useState, type FormEvent, type ReactNode } from 'react';
import { api, wordsOf } from '../api.js';
import { textOf } from '../ui/form.js';
import { Field, PageHead } from '../ui/parts.js';

/** Address and password. */
export function SignIn({ onDone }: { readonly onDone: () => void }): ReactNode {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setProblem(undefined);
    try {
      await api.auth.login(textOf(form, 'email'), textOf(form, 'password'));
      onDone();
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <main className="lone">
      <PageHead title="Sign in" />
      <form className="card stack" onSubmit={(event) => void submit(event)}>
        <Field label="E-mail address">
          {(ids) => <input {...ids} name="email" type="email" autoComplete="username" required autoFocus />}
        </Field>
        <Field label="Password" problem={problem}>
          {(ids) => (
            <input {...ids} name="password" type="password" autoComplete="current-password" required />
          )}
        </Field>
        <button type="submit" className="primary" disabled={isBusy}>
          Sign in
        </button>
        <p className="muted">An admin can give you a link when the password is lost.</p>
      </form>
    </main>
  );
}
