import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ClassificationView, SpokenFile } from '../../../src/client/types.js';
import { api, useApi, wordsOf } from '../api.js';
import { VoiceLine } from '../audio/voice-line.js';
import { useConversation } from '../conversation.js';
import { Badge, Card, PageHead, plain } from '../ui/parts.js';
import { Composer, Lines } from './chat.js';

/** The agent by microphone or in writing, and its parts one by one. */
export default function Test(): ReactNode {
  return (
    <>
      <PageHead
        title="Test"
        note="Speak to the agent as a caller would, or try a part of it. What it books is booked."
      />
      <div className="columns wide">
        <Talk />
        <div>
          <Reading />
          <Speaking />
        </div>
      </div>
    </>
  );
}

function Talk(): ReactNode {
  const line = useRef<VoiceLine | undefined>(undefined);
  const [hasVoice, setHasVoice] = useState(false);
  const [isMuted, setMuted] = useState(false);
  const [problem, setProblem] = useState<string>();
  const talk = useConversation((pcm) => line.current?.play(pcm));
  const { status, start, send, sendAudio } = talk;
  const hangUp = (): void => {
    line.current?.close();
    line.current = undefined;
    setHasVoice(false);
  };
  useEffect(() => hangUp, []);
  useEffect(() => {
    if (status === 'ended') hangUp();
  }, [status]);
  const speak = async (): Promise<void> => {
    setProblem(undefined);
    try {
      line.current = await VoiceLine.open(sendAudio);
      setHasVoice(true);
      setMuted(false);
      start();
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  const isOpen = status === 'open';
  const said = problem ?? talk.problem;
  return (
    <Card title="Conversation" className="talk">
      {hasVoice && isOpen && (
        <OnAir
          isMuted={isMuted}
          onMute={(next) => {
            if (line.current !== undefined) line.current.on = !next;
            setMuted(next);
          }}
        />
      )}
      <div className="actions">
        {isOpen ? (
          <>
            <button type="button" onClick={() => send({ type: 'interrupt' })}>
              Interrupt it
            </button>
            <button type="button" onClick={() => send({ type: 'end' })}>
              Hang up
            </button>
          </>
        ) : (
          <>
            <button
              type="button"
              className="primary"
              disabled={status === 'connecting'}
              onClick={() => void speak()}
            >
              Speak
            </button>
            <button type="button" disabled={status === 'connecting'} onClick={start}>
              Write
            </button>
          </>
        )}
      </div>
      {said !== undefined && (
        <p className="problem" role="alert">
          {said}
        </p>
      )}
      <Lines lines={talk.lines} status={status} />
      <Composer disabled={!isOpen} onSend={(text) => send({ type: 'text', text })} />
    </Card>
  );
}

function OnAir(props: { readonly isMuted: boolean; readonly onMute: (muted: boolean) => void }): ReactNode {
  const { isMuted, onMute } = props;
  return (
    <div className="on-air" role="status">
      <span>{isMuted ? 'The microphone is off.' : 'LIVE: the agent hears you.'}</span>
      <button type="button" onClick={() => onMute(!isMuted)}>
        {isMuted ? 'Microphone on' : 'Mute'}
      </button>
    </div>
  );
}

function Reading(): ReactNode {
  const [reading, setReading] = useState<ClassificationView>();
  const [problem, setProblem] = useState<string>();
  const read = async (text: string): Promise<void> => {
    setProblem(undefined);
    try {
      setReading(await api.knowledge.classify(text));
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  return (
    <Card title="How a sentence is read">
      <OneLine label="Sentence" action="Read" onSend={(text) => void read(text)} />
      {problem !== undefined && <p className="problem">{problem}</p>}
      <div aria-live="polite">
        {reading !== undefined && (
          <dl className="facts">
            <dt>Matter</dt>
            <dd>
              {plain(reading.intent)} <Badge tone="info">{Math.round(reading.confidence * 100)} %</Badge>
            </dd>
            <dt>By</dt>
            <dd>
              {reading.method}, {reading.response_time_ms.toFixed(1)} ms
            </dd>
            {Object.entries(reading.entities).map(([name, value]) => (
              <div key={name} className="pair">
                <dt>{plain(name)}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </Card>
  );
}

function Speaking(): ReactNode {
  const voices = useApi(['voices'], (signal) => api.speech.voices(signal));
  const [voice, setVoice] = useState('');
  const [file, setFile] = useState<SpokenFile>();
  const [problem, setProblem] = useState<string>();
  const speak = async (text: string): Promise<void> => {
    setProblem(undefined);
    try {
      setFile(await api.speech.speak(text, voice === '' ? undefined : voice));
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  return (
    <Card title="How a sentence sounds">
      <label className="inline">
        Voice
        <select value={voice} onChange={({ target }) => setVoice(target.value)}>
          <option value="">As on the telephone</option>
          {Object.entries(voices.data ?? {}).map(([engine, names]) => (
            <optgroup key={engine} label={engine}>
              {names.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </label>
      <OneLine label="Text" action="Speak" onSend={(text) => void speak(text)} />
      {problem !== undefined && <p className="problem">{problem}</p>}
      {file !== undefined && (
        <>
          <audio controls autoPlay src={file.audio_url} />
          <p className="muted">
            {(file.duration_ms / 1000).toFixed(1)} s by {file.provider}
            {file.cache_hit ? ', from the cache' : ''}
          </p>
        </>
      )}
    </Card>
  );
}

function OneLine(props: {
  readonly label: string;
  readonly action: string;
  readonly onSend: (text: string) => void;
}): ReactNode {
  const { label, action, onSend } = props;
  const [text, setText] = useState('');
  return (
    <form
      className="ask"
      onSubmit={(event) => {
        event.preventDefault();
        onSend(text);
      }}
    >
      <input
        aria-label={label}
        placeholder={label}
        required
        maxLength={1000}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit">{action}</button>
    </form>
  );
}
