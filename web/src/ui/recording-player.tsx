import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { duration } from '../../../src/client/office-time.js';
import type { RecordingView } from '../../../src/client/types.js';
import { Badge } from './parts.js';
import { BAND, waveOf, widthOf } from './recording-places.js';

/** How often the place is shown while it plays, ms. */
const TICK_MS = 100;
const SKIP_MS = 5000;
const SPEEDS = [1, 1.25, 1.5, 2] as const;

/** A recording that can be played. */
export interface Player {
  readonly audio: RefObject<HTMLAudioElement | null>;
  readonly nowMs: number;
  readonly isPlaying: boolean;
  readonly failed: boolean;
  /** Goes to a place; plays from there when told so. */
  readonly seek: (ms: number, play?: boolean) => void;
  readonly toggle: () => void;
  /** Takes what the element tells. */
  readonly changed: () => void;
  readonly fail: () => void;
}

/** The state of a player; it belongs to whoever shows the transcript beside it. */
export function usePlayer(): Player {
  const audio = useRef<HTMLAudioElement>(null);
  const [nowMs, setNow] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  const changed = (): void => {
    const element = audio.current;
    if (element === null) return;
    setNow(element.currentTime * 1000);
    setPlaying(!element.paused && !element.ended);
  };
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => setNow((audio.current?.currentTime ?? 0) * 1000), TICK_MS);
    return () => clearInterval(timer);
  }, [isPlaying]);
  const play = (): void => {
    setFailed(false);
    void audio.current?.play().catch(() => setFailed(true));
  };
  return {
    audio,
    nowMs,
    isPlaying,
    failed,
    changed,
    fail: () => setFailed(true),
    seek: (ms, andPlay = false) => {
      const element = audio.current;
      if (element === null) return;
      element.currentTime = Math.max(0, ms) / 1000;
      setNow(Math.max(0, ms));
      if (andPlay && element.paused) play();
    },
    toggle: () => {
      if (audio.current?.paused === false) audio.current.pause();
      else play();
    },
  };
}

/** Plays a recording over its shape: the caller above, the agent below. */
export function RecordingPlayer(props: {
  readonly recording: RecordingView;
  readonly src: string;
  readonly player: Player;
  /** Goes to the line before or after. */
  readonly step: (by: 1 | -1) => void;
}): ReactNode {
  const { recording, src, player, step } = props;
  const [speed, setSpeed] = useState<number>(1);
  const length = recording.duration_ms;
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === ' ') player.toggle();
    else if (event.key === 'ArrowLeft') player.seek(player.nowMs - SKIP_MS);
    else if (event.key === 'ArrowRight') player.seek(Math.min(length, player.nowMs + SKIP_MS));
    else if (event.key === '[') step(-1);
    else if (event.key === ']') step(1);
    else return;
    event.preventDefault();
  };
  return (
    <section className="recording" aria-label="Recording">
      <audio
        ref={player.audio}
        src={src}
        preload="none"
        onPlay={player.changed}
        onPause={player.changed}
        onEnded={player.changed}
        onSeeked={player.changed}
        onError={player.fail}
      />
      <div className="recording-bar">
        <button type="button" onClick={player.toggle}>
          {player.isPlaying ? 'Pause' : 'Play'}
        </button>
        <span className="num">
          {duration(player.nowMs)} of {duration(length)}
        </span>
        <label>
          Speed
          <select
            value={speed}
            onChange={({ target }) => {
              setSpeed(Number(target.value));
              if (player.audio.current !== null) player.audio.current.playbackRate = Number(target.value);
            }}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={one}>
                {one}×
              </option>
            ))}
          </select>
        </label>
        <Badge tone="info">consent {recording.consent}</Badge>
        {recording.state === 'failed' && <Badge tone="warn">ends before the call does</Badge>}
        {player.failed && <Badge tone="bad">it cannot be played</Badge>}
      </div>
      <div className="wave">
        <Shape recording={recording} />
        <div className="wave-now" style={{ left: `${(100 * player.nowMs) / Math.max(1, length)}%` }} />
        <input
          type="range"
          aria-label="Place in the recording"
          aria-valuetext={`${duration(player.nowMs)} of ${duration(length)}`}
          min={0}
          max={length}
          step={100}
          value={Math.min(length, Math.round(player.nowMs))}
          onChange={({ target }) => player.seek(Number(target.value))}
          onKeyDown={onKey}
        />
      </div>
      <p className="muted">
        Caller above, agent below. Space plays, arrows skip 5 s, [ and ] go from line to line.
        {recording.intervals.length > 0 && ' Hatched stretches are silent: paused, or a secret was said.'}
      </p>
    </section>
  );
}

function Shape({ recording }: { readonly recording: RecordingView }): ReactNode {
  const { peaks, intervals, duration_ms: length } = recording;
  const [caller, agent] = peaks?.channels ?? [];
  if (caller === undefined || agent === undefined) return <div className="wave-none" />;
  const width = widthOf(caller);
  const x = (ms: number): number => (ms * width) / Math.max(1, length);
  return (
    <svg viewBox={`0 0 ${width} ${2 * BAND}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="blanked" width="6" height="12" patternUnits="userSpaceOnUse">
          <path className="blank-line" d="M0 12L6 0" />
        </pattern>
      </defs>
      <path className="wave-caller" d={waveOf(caller)} />
      <path className="wave-agent" d={waveOf(agent)} transform={`translate(0 ${BAND})`} />
      {intervals.map(({ from_ms: from, to_ms: to }) => (
        <rect
          key={from}
          x={x(from)}
          width={Math.max(0.5, x(to) - x(from))}
          height={2 * BAND}
          fill="url(#blanked)"
        />
      ))}
    </svg>
  );
}
