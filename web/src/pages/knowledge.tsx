import { useState, type ReactNode } from 'react';
import { parseMetrics, total } from '../../../src/client/metrics.js';
import type { AnswerView, ClassificationView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi, wordsOf } from '../api.js';
import { Gaps } from '../knowledge/gaps.js';
import { Materials } from '../knowledge/materials.js';
import { useMay } from '../session.js';
import { Badge, Card, Figure, PageHead, plain } from '../ui/parts.js';

interface Tried {
  readonly text: string;
  readonly answer: AnswerView;
  readonly reading: ClassificationView;
}

/** What the agent knows: ask it, and have the documents read again. */
export default function Knowledge(): ReactNode {
  const may = useMay();
  const { isBusy, run } = useAction('metrics');
  const rebuild = async (): Promise<void> => {
    await run(() => api.knowledge.rebuild(), 'The documents are read again.');
  };
  return (
    <>
      <PageHead
        title="Knowledge"
        note="Answers come from the documents of the knowledge base, word for word."
      >
        {may('knowledge.write') && (
          <button type="button" disabled={isBusy} onClick={() => void rebuild()}>
            Read the documents again
          </button>
        )}
      </PageHead>
      <Counts />
      <Materials />
      <Gaps />
      <Trial />
    </>
  );
}

function Counts(): ReactNode {
  const metrics = useApi(['metrics'], (signal) => api.system.metrics(signal), 10_000);
  const samples = parseMetrics(metrics.data ?? '');
  const asked = (outcome: string): number => total(samples, 'knowledge_requests_total', { outcome }) ?? 0;
  const sum = asked('found') + asked('not_found');
  return (
    <dl className="figures small">
      <Figure label="Passages" value={total(samples, 'knowledge_passages') ?? '–'} note="in the index" />
      <Figure label="Questions" value={sum} note="since the start" />
      <Figure
        label="Without an answer"
        value={asked('not_found')}
        note={sum === 0 ? undefined : `${Math.round((100 * asked('not_found')) / sum)} % of ${sum}`}
        tone={asked('not_found') > 0 ? 'warn' : 'plain'}
      />
      <Figure
        label="Could not be asked"
        value={asked('failed')}
        note="outages, not gaps"
        tone={asked('failed') > 0 ? 'bad' : 'plain'}
      />
    </dl>
  );
}

function Trial(): ReactNode {
  const [text, setText] = useState('');
  const [tried, setTried] = useState<readonly Tried[]>([]);
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      const [answer, reading] = await Promise.all([api.knowledge.ask(text), api.knowledge.classify(text)]);
      setTried((before) => [{ text, answer, reading }, ...before].slice(0, 10));
      setText('');
    } catch (error) {
      setProblem(wordsOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="Try a question">
      <form
        className="ask"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <input
          type="search"
          aria-label="Question"
          placeholder="As a caller would ask it"
          required
          maxLength={1000}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <button type="submit" className="primary" disabled={isBusy}>
          Ask
        </button>
      </form>
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div aria-live="polite">
        {tried.length === 0 && <p className="muted">The answer comes with its sources, scores and times.</p>}
        {tried.map((one, index) => (
          <Answer key={tried.length - index} tried={one} />
        ))}
      </div>
    </Card>
  );
}

function Answer({ tried: { text, answer, reading } }: { readonly tried: Tried }): ReactNode {
  const { timing_breakdown: timing } = answer;
  return (
    <article className="answer">
      <h3>{text}</h3>
      <p>
        <Badge tone={answer.found ? 'good' : 'warn'}>{answer.found ? 'found' : 'no answer'}</Badge>{' '}
        {answer.answer}
      </p>
      {answer.sources.length > 0 && (
        <ul className="rows">
          {answer.sources.map((source) => (
            <li key={source.id}>
              <span>{source.title}</span>
              <span className="muted">{source.path}</span>
              <span className="num">{source.score === null ? '' : source.score.toFixed(2)}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="muted">
        Read as {plain(reading.intent)} ({Math.round(reading.confidence * 100)} %, {reading.method}) · search{' '}
        {timing.retrieval_ms.toFixed(1)} ms, embedding {timing.embedding_ms.toFixed(1)} ms, all{' '}
        {timing.total_ms.toFixed(1)} ms
      </p>
    </article>
  );
}
