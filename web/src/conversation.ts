import { useCallback, useEffect, useRef, useState } from 'react';
import type { ConversationControl, ConversationEvent } from '../../src/client/types.js';
import { api, wordsOf } from './api.js';

/** One line of a conversation in the browser. */
export interface ChatLine {
  readonly id: string;
  readonly role: 'user' | 'agent';
  readonly text: string;
  readonly sources: readonly string[];
  /** Time from the words before to these, ms. */
  readonly afterMs?: number;
  /** Words that may still change. */
  readonly isPartial?: boolean;
}

/** A running conversation over the socket. */
export interface Conversation {
  readonly status: 'idle' | 'connecting' | 'open' | 'ended';
  readonly problem: string | undefined;
  readonly lines: readonly ChatLine[];
  readonly start: () => void;
  readonly send: (message: ConversationControl) => void;
  readonly sendAudio: (pcm: ArrayBuffer) => void;
}

/** Audio that waits in the browser for a slow network, bytes; more is not sent. */
const MAX_WAITING_BYTES = 64_000;

/**
 * A conversation with the agent, the same as a call.
 *
 * @param onAudio - gets 50 ms of PCM16 at 16 kHz at a time; `undefined` says that what was not played is to be thrown away
 */
export function useConversation(onAudio?: (pcm: ArrayBuffer | undefined) => void): Conversation {
  const [status, setStatus] = useState<Conversation['status']>('idle');
  const [problem, setProblem] = useState<string>();
  const [lines, setLines] = useState<readonly ChatLine[]>([]);
  const socket = useRef<WebSocket | undefined>(undefined);
  const askedAt = useRef<number | undefined>(undefined);
  const audio = useRef(onAudio);
  audio.current = onAudio;

  useEffect(() => () => socket.current?.close(), []);

  const take = useCallback(
    (event: ConversationEvent | { readonly type: 'error'; readonly error: { readonly message: string } }) => {
      switch (event.type) {
        case 'transcript': {
          if (event.is_final) askedAt.current = performance.now();
          return setLines((now) => heard(now, event.text, !event.is_final));
        }
        case 'agent_text': {
          const afterMs =
            askedAt.current === undefined ? {} : { afterMs: performance.now() - askedAt.current };
          askedAt.current = undefined;
          const { utterance_id: id, text, sources = [] } = event;
          return setLines((now) => [...now, { id, role: 'agent', text, sources, ...afterMs }]);
        }
        case 'flush':
          return audio.current?.(undefined);
        case 'ended':
          return setStatus('ended');
        case 'error':
          return setProblem(event.error.message);
        default:
          return undefined;
      }
    },
    [],
  );

  const start = useCallback(() => {
    setStatus('connecting');
    setProblem(undefined);
    setLines([]);
    open(take, (pcm) => audio.current?.(pcm)).then(
      (opened) => {
        socket.current = opened;
        opened.addEventListener('close', () => {
          if (socket.current !== opened) return;
          setStatus((now) => (now === 'idle' ? now : 'ended'));
        });
        opened.send(JSON.stringify({ type: 'start' }));
        setStatus('open');
      },
      (error: unknown) => {
        setProblem(wordsOf(error));
        setStatus('idle');
      },
    );
  }, [take]);

  const send = useCallback((message: ConversationControl) => {
    if (socket.current?.readyState !== WebSocket.OPEN) return;
    setProblem(undefined);
    if (message.type === 'text') {
      askedAt.current = performance.now();
      setLines((now) => heard(now, message.text, false));
    }
    socket.current.send(JSON.stringify(message));
  }, []);

  const sendAudio = useCallback((pcm: ArrayBuffer) => {
    const open = socket.current;
    if (open?.readyState === WebSocket.OPEN && open.bufferedAmount < MAX_WAITING_BYTES) open.send(pcm);
  }, []);

  return { status, problem, lines, start, send, sendAudio };
}

/** Words of the person; those that may change are replaced by the next ones, and the same words are not shown twice. */
function heard(lines: readonly ChatLine[], text: string, isPartial: boolean): readonly ChatLine[] {
  const last = lines.at(-1);
  if (text === '' || (last?.role === 'user' && last.isPartial !== true && last.text === text)) return lines;
  const before = last?.role === 'user' && last.isPartial === true ? lines.slice(0, -1) : lines;
  return [...before, { id: `user-${before.length}`, role: 'user', text, sources: [], isPartial }];
}

async function open(
  onEvent: (event: ConversationEvent) => void,
  onAudio: (pcm: ArrayBuffer) => void,
): Promise<WebSocket> {
  const { session_id: id } = await api.conversations.create();
  const { ticket } = await api.auth.ticket('conversation');
  const query = new URLSearchParams({ session_id: id, ticket });
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://${location.host}/api/v1/conversation?${query.toString()}`);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') return onAudio(data);
      const event = JSON.parse(data) as ConversationEvent;
      if (event.type === 'ready') resolve(socket);
      else onEvent(event);
    };
    socket.onclose = () => reject(new Error('The conversation could not be opened.'));
  });
}
