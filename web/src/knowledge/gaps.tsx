import { useState, type FormEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { QuestionView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay } from '../session.js';
import { textOf } from '../ui/form.js';
import { Card, Dialog, Field, Table } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';
import { uploadMaterial } from './upload.js';

/** Questions of callers that the documents had no answer to. */
export function Gaps(): ReactNode {
  const may = useMay();
  const gaps = useApi(['gaps'], (signal) => api.gaps.list({ status: 'open', limit: 100 }, signal), 15_000);
  const { isBusy, run } = useAction('gaps');
  const [asked, setAsked] = useState<QuestionView>();
  return (
    <Card title="Unanswered questions">
      <View query={gaps} isEmpty={({ total }) => total === 0} empty="Every question had an answer.">
        {({ items }) => (
          <Table label="Unanswered questions" columns={['Question', 'Asked', 'Last', '']}>
            {items.map((gap) => (
              <tr key={gap.id}>
                <td className="wrap">{gap.question}</td>
                <td className="num">{gap.count}</td>
                <td>
                  <Link href={`/calls/${gap.last_call_id}`}>
                    <When at={gap.last_at} />
                  </Link>
                </td>
                <td>
                  {may('knowledge.write') && (
                    <span className="chips">
                      <button type="button" className="small" onClick={() => setAsked(gap)}>
                        Write an answer…
                      </button>
                      <button
                        type="button"
                        className="small"
                        disabled={isBusy}
                        onClick={() =>
                          void run(
                            () => api.gaps.settle(gap.id, { status: 'ignored' }),
                            'It is not listed any more.',
                          )
                        }
                      >
                        Ignore
                      </button>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
      {asked !== undefined && <Write gap={asked} onClose={() => setAsked(undefined)} />}
    </Card>
  );
}

/** The answer becomes a material, which is asked like the others. */
function Write({ gap, onClose }: { readonly gap: QuestionView; readonly onClose: () => void }): ReactNode {
  const { isBusy, run } = useAction('gaps', 'materials');
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const question = textOf(form, 'question');
    const write = async (): Promise<void> => {
      const text = `# ${question}\n\n${textOf(form, 'answer')}\n`;
      const file = new File([text], 'answer.md', { type: 'text/markdown' });
      const { id } = await uploadMaterial(file, () => undefined, question);
      await api.gaps.settle(gap.id, { status: 'written', material_id: id });
    };
    if (await run(write, 'The answer can be asked.')) onClose();
  };
  return (
    <Dialog title="Write an answer" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field label="Question">
          {(ids) => <input {...ids} name="question" required maxLength={300} defaultValue={gap.question} />}
        </Field>
        <Field label="Answer" hint="The agent says it word for word.">
          {(ids) => <textarea {...ids} name="answer" rows={5} required maxLength={4000} />}
        </Field>
        <button type="submit" className="primary" disabled={isBusy}>
          Keep it
        </button>
      </form>
    </Dialog>
  );
}
