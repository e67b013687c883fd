import type { FormEvent, ReactNode } from 'react';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { textOf } from './form.js';
import { Badge, Card } from './parts.js';
import { When } from './time.js';
import { View } from './view.js';

/** What the staff thinks of a call, and what it wrote down. */
export function Feedback({ callId }: { readonly callId: string }): ReactNode {
  const may = useMay();
  const feedback = useApi(['feedback', callId], (signal) => api.calls.feedback(callId, signal));
  return (
    <Card title="Ratings and notes">
      {may('calls.rate') && <Give callId={callId} />}
      <View
        query={feedback}
        isEmpty={({ ratings, notes }) => ratings.length + notes.length === 0}
        empty="Nobody has rated this call or written about it."
      >
        {({ ratings, notes }) => (
          <ul className="rows">
            {ratings.map(({ id, score, comment, by, at }) => (
              <li key={id}>
                <span>{comment ?? ''}</span>
                <Badge tone={score >= 4 ? 'good' : score <= 2 ? 'bad' : 'plain'}>
                  {score >= 4 ? 'good' : score <= 2 ? 'bad' : 'so-so'}
                </Badge>
                <span className="muted">{by.name}</span>
                <When at={at} />
              </li>
            ))}
            {notes.map(({ id, text, by, at }) => (
              <li key={id}>
                <span>{text}</span>
                <span className="muted">{by.name}</span>
                <When at={at} />
              </li>
            ))}
          </ul>
        )}
      </View>
    </Card>
  );
}

function Give({ callId }: { readonly callId: string }): ReactNode {
  const { isBusy, run } = useAction('feedback');
  const rate = (score: number): void =>
    void run(() => api.calls.rate(callId, { score }), 'Your rating is kept.');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const text = textOf(new FormData(form), 'note');
    if (await run(() => api.calls.note(callId, { text }), 'The note is kept.')) form.reset();
  };
  return (
    <>
      <div className="actions">
        <button type="button" disabled={isBusy} onClick={() => rate(5)}>
          👍 Good call
        </button>
        <button type="button" disabled={isBusy} onClick={() => rate(1)}>
          👎 Bad call
        </button>
      </div>
      <form className="ask" onSubmit={(event) => void submit(event)}>
        <input name="note" aria-label="Note" placeholder="Write something down" required maxLength={1000} />
        <button type="submit" disabled={isBusy}>
          Keep note
        </button>
      </form>
    </>
  );
}
