import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Meter } from './meter.js';
import { useSupervision } from './supervision.js';

/** Stands above every page while this tab hears a call; red while the caller hears it too. */
export function LiveBar(): ReactNode {
  const { callId, line, mute, leave } = useSupervision();
  if (callId === undefined || line === undefined) return null;
  const speaks = line.wanted !== 'listen';
  return (
    <div className={speaks ? 'live-bar live' : 'live-bar'} role="region" aria-label="Line to a call">
      <strong role={speaks ? 'alert' : 'status'}>{wordsFor(line)}</strong>
      {speaks ? (
        <>
          <Meter of="microphone" label="You" />
          <Meter of="caller" label="Caller" />
          <button type="button" aria-pressed={line.isMuted} onClick={() => mute(!line.isMuted)}>
            {line.isMuted ? 'Unmute' : 'Mute'}
          </button>
        </>
      ) : (
        <>
          <Meter of="caller" label="Caller" />
          <Meter of="others" label="Agent" />
        </>
      )}
      <Link href={`/live/${callId}`} className="button">
        To the call
      </Link>
      {!speaks && (
        <button type="button" onClick={leave}>
          Stop listening
        </button>
      )}
    </div>
  );
}

function wordsFor({
  status,
  wanted,
  isHeard,
  isMuted,
}: {
  readonly status: string;
  readonly wanted: string;
  readonly isHeard: boolean;
  readonly isMuted: boolean;
}): string {
  if (wanted === 'listen') return status === 'open' ? 'You hear a call.' : 'The line to the call comes back…';
  if (status === 'lost') return 'Line lost: the caller is told to wait. Trying again…';
  if (isMuted) return 'Muted: the caller does not hear you.';
  return isHeard ? 'LIVE: the caller hears you.' : 'The line opens…';
}
