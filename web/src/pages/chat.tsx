import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useConversation, type ChatLine } from '../conversation.js';
import { PageHead, Sources } from '../ui/parts.js';

/** A conversation in writing: the same agent as on the telephone. */
export default function Chat(): ReactNode {
  const { status, problem, lines, start, send } = useConversation();
  const isOpen = status === 'open';
  return (
    <div className="chat-page">
      <PageHead title="Chat" note="The same agent as on the telephone, in writing. What it books is booked.">
        {isOpen ? (
          <button type="button" onClick={() => send({ type: 'end' })}>
            End
          </button>
        ) : (
          <button type="button" className="primary" disabled={status === 'connecting'} onClick={start}>
            {status === 'idle' ? 'Begin' : 'Begin anew'}
          </button>
        )}
      </PageHead>
      <Lines lines={lines} status={status} />
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer disabled={!isOpen} onSend={(text) => send({ type: 'text', text })} />
    </div>
  );
}

/** What was said, the newest in sight. */
export function Lines({
  lines,
  status,
}: {
  readonly lines: readonly ChatLine[];
  readonly status: string;
}): ReactNode {
  const end = useRef<HTMLDivElement>(null);
  // What it gives back is no business of the effect: newer browsers give a promise.
  useEffect(() => {
    void end.current?.scrollIntoView({ block: 'nearest' });
  }, [lines]);
  if (lines.length === 0) {
    return (
      <div className="state empty">
        {status === 'open' ? 'The agent is about to speak.' : 'Begin, and the agent greets you.'}
      </div>
    );
  }
  return (
    <div className="transcript chat" role="log" aria-label="Conversation" aria-live="polite" tabIndex={0}>
      {lines.map((line) => (
        <div key={line.id} className={`line ${line.role}${line.isPartial === true ? ' partial' : ''}`}>
          <div className="line-head">
            <strong>{line.role === 'user' ? 'You' : 'Agent'}</strong>
            {line.afterMs !== undefined && <span className="muted">after {Math.round(line.afterMs)} ms</span>}
          </div>
          <p>{line.text}</p>
          <Sources of={line.sources} />
        </div>
      ))}
      {status === 'ended' && <div className="muted">The conversation is over.</div>}
      <div ref={end} aria-hidden="true" />
    </div>
  );
}

/** Where one writes. */
export function Composer({
  disabled,
  onSend,
}: {
  readonly disabled: boolean;
  readonly onSend: (text: string) => void;
}): ReactNode {
  const [text, setText] = useState('');
  return (
    <form
      className="ask composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === '') return;
        onSend(text.trim());
        setText('');
      }}
    >
      <input
        aria-label="Message"
        placeholder={disabled ? 'Begin first' : 'Write to the agent'}
        autoComplete="off"
        maxLength={1000}
        disabled={disabled}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="primary" disabled={disabled}>
        Send
      </button>
    </form>
  );
}
