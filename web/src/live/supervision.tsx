import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react';
import {
  CallLine,
  type LineState,
  type LineWire,
  type LineWireEvents,
} from '../../../src/client/live/call-line.js';
import { LINE_PROTOCOL, type LineMode } from '../../../src/client/live/live-types.js';
import { api } from '../api.js';
import { FLOOR_DBFS, levelOf } from '../audio/level.js';
import { Loudspeaker } from '../audio/loudspeaker.js';
import { Microphone } from '../audio/microphone.js';
import { useToast } from '../ui/toast.js';

/** How loud it is at the moment, dBFS. */
export interface Levels {
  readonly caller: number;
  /** The agent and everybody else who speaks to the caller. */
  readonly others: number;
  readonly microphone: number;
}

const SILENCE: Levels = { caller: FLOOR_DBFS, others: FLOOR_DBFS, microphone: FLOOR_DBFS };

/** The one call that this tab hears, and perhaps speaks in. It goes on while one looks at other pages. */
export interface Supervision {
  readonly callId: string | undefined;
  readonly line: LineState | undefined;
  readonly levels: () => Levels;
  /** Hears a call. Call it on a click: browsers play nothing before. */
  readonly listen: (callId: string) => Promise<void>;
  /** Opens the microphone without anybody hearing it; its level is shown. @throws MicrophoneError */
  readonly checkMicrophone: () => Promise<string>;
  /** Closes a microphone that was only checked. */
  readonly releaseMicrophone: () => void;
  /** Speaks in a call that was taken; the ticket is the one that `take` gave. */
  readonly speak: (callId: string, ticket: string) => Promise<void>;
  readonly mute: (isMuted: boolean) => void;
  readonly leave: () => void;
}

const SupervisionContext = createContext<Supervision | undefined>(undefined);

/** See {@link Supervision}. */
export function useSupervision(): Supervision {
  const supervision = useContext(SupervisionContext);
  if (supervision === undefined) throw new Error('a page stands outside of the supervision');
  return supervision;
}

/** Beyond this behind the call what waits is skipped, ms. */
const MOST_BEHIND_MS = 300;

/** What sounds and is heard in this tab. */
class Desk {
  callId: string | undefined;
  line: CallLine | undefined;
  microphone: Microphone | undefined;
  levels: Levels = SILENCE;
  #context: AudioContext | undefined;
  #loudspeaker: Loudspeaker | undefined;

  async sound(): Promise<Loudspeaker> {
    this.#loudspeaker ??= await Loudspeaker.open(this.#audio(), 2, MOST_BEHIND_MS);
    return this.#loudspeaker;
  }

  async openMicrophone(): Promise<Microphone> {
    this.microphone ??= await Microphone.open(this.#audio(), (pcm) => {
      this.levels = { ...this.levels, microphone: levelOf(pcm) };
      this.line?.speak(pcm);
    });
    return this.microphone;
  }

  closeMicrophone(): void {
    this.microphone?.close();
    this.microphone = undefined;
    this.levels = { ...this.levels, microphone: FLOOR_DBFS };
  }

  close(): void {
    const { line } = this;
    this.line = undefined;
    this.callId = undefined;
    line?.close();
    this.closeMicrophone();
    void this.#context?.close();
    this.#context = undefined;
    this.#loudspeaker = undefined;
    this.levels = SILENCE;
  }

  /** At the rate of the device: Firefox refuses a microphone in a context of another rate. */
  #audio(): AudioContext {
    this.#context ??= new AudioContext();
    return this.#context;
  }
}

/** The line of this tab, and a way to open it. */
function useLine(): {
  readonly desk: { readonly current: Desk };
  readonly callId: string | undefined;
  readonly line: LineState | undefined;
  readonly open: (id: string, mode: LineMode, ticket?: string) => Promise<void>;
} {
  const desk = useRef<Desk>(new Desk());
  const [callId, setCallId] = useState<string>();
  const [line, setLine] = useState<LineState>();
  const say = useToast();

  useEffect(() => {
    const held = desk.current;
    return () => held.close();
  }, []);

  const onState = useCallback(
    (next: LineState, before: LineState | undefined) => {
      // Given back, taken by somebody else, or taken back while the line was lost.
      if (before?.wanted === 'take' && next.wanted === 'listen') {
        desk.current.closeMicrophone();
        say('The caller does not hear you any more.');
      }
      if (next.status !== 'closed') return setLine(next);
      desk.current.close();
      setLine(undefined);
      setCallId(undefined);
      if (next.reason !== 'left') say(ENDS[next.reason ?? ''] ?? 'The line to the call is closed.');
    },
    [say],
  );

  const open = useCallback(
    async (id: string, mode: LineMode, ticket?: string) => {
      const held = desk.current;
      if (held.line !== undefined && held.callId === id) return held.line.want(mode);
      held.line?.close();
      const loudspeaker = await held.sound();
      let before: LineState | undefined;
      held.callId = id;
      setCallId(id);
      held.line = new CallLine(
        {
          open: (events, given) => openLine(id, events, given),
          after: (ms, act) => {
            const timer = setTimeout(act, ms);
            return () => clearTimeout(timer);
          },
          onAudio: (pcm) => {
            held.levels = { ...held.levels, caller: levelOf(pcm, 0, 2), others: levelOf(pcm, 1, 2) };
            loudspeaker.play(pcm);
          },
          onFlush: () => loudspeaker.play(undefined),
          onState: (next) => {
            onState(next, before);
            before = next;
          },
        },
        mode,
        ticket,
      );
      setLine(held.line.state);
    },
    [onState],
  );
  return { desk, callId, line, open };
}

/** Holds the line of this tab. */
export function SupervisionProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const { desk, callId, line, open } = useLine();
  const value = useMemo<Supervision>(
    () => ({
      callId,
      line,
      levels: () => desk.current.levels,
      listen: (id) => open(id, 'listen'),
      checkMicrophone: async () => (await desk.current.openMicrophone()).name,
      releaseMicrophone: () => {
        const { line: open } = desk.current;
        if (open === undefined) desk.current.close();
        else if (open.state.wanted === 'listen') desk.current.closeMicrophone();
      },
      speak: async (id, ticket) => {
        await open(id, 'take', ticket);
        await desk.current.openMicrophone();
      },
      mute: (isMuted) => desk.current.line?.mute(isMuted),
      leave: () => desk.current.line?.close(),
    }),
    [callId, desk, line, open],
  );
  return <SupervisionContext value={value}>{children}</SupervisionContext>;
}

const ENDS: Readonly<Record<string, string>> = {
  ended: 'The call is over.',
  call_ended: 'The call is over.',
  not_found: 'The call is over.',
  forbidden: 'You may not hear this call any more.',
};

async function openLine(id: string, events: LineWireEvents, given?: string): Promise<LineWire> {
  const ticket = given ?? (await api.auth.ticket('audio', id)).ticket;
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const path = `/api/v1/live/calls/${encodeURIComponent(id)}/audio?ticket=${encodeURIComponent(ticket)}`;
  const socket = new WebSocket(`${scheme}://${location.host}${path}`, LINE_PROTOCOL);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.opened();
  socket.onclose = ({ code }) => events.closed(code);
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') events.message(data);
    else events.audio(data);
  };
  return {
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close: () => socket.close(),
    get waitingBytes() {
      return socket.bufferedAmount;
    },
  };
}
