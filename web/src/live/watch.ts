import { useEffect, useRef, useState } from 'react';
import { EMPTY_LIVE, type LiveModel } from '../../../src/client/live/live-model.js';
import {
  LiveSocket,
  type LiveStatus,
  type Wire,
  type WireEvents,
} from '../../../src/client/live/live-socket.js';
import { LIVE_PROTOCOL } from '../../../src/client/live/live-types.js';
import { api } from '../api.js';

/** The calls in progress as they are told.
 *
 * @param callId - followed in full, with words that may still change
 */
export function useLive(callId: string | undefined): {
  readonly model: LiveModel;
  readonly status: LiveStatus;
} {
  const [state, setState] = useState<{ model: LiveModel; status: LiveStatus }>({
    model: EMPTY_LIVE,
    status: 'connecting',
  });
  const socket = useRef<LiveSocket | undefined>(undefined);
  useEffect(() => {
    const live = new LiveSocket({
      open: openSocket,
      exists: () => api.live.exists(),
      after: (ms, act) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
      random: () => Math.random(),
      onChange: (model, status) => setState({ model, status }),
    });
    socket.current = live;
    const onSight = (): void => {
      if (document.visibilityState === 'visible') live.check();
    };
    document.addEventListener('visibilitychange', onSight);
    return () => {
      document.removeEventListener('visibilitychange', onSight);
      live.close();
    };
  }, []);
  useEffect(() => socket.current?.follow(callId), [callId]);
  return state;
}

async function openSocket(events: WireEvents): Promise<Wire> {
  const { ticket } = await api.auth.ticket('live');
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = new WebSocket(
    `${scheme}://${location.host}/api/v1/live?ticket=${encodeURIComponent(ticket)}`,
    LIVE_PROTOCOL,
  );
  socket.onmessage = ({ data }: MessageEvent<unknown>) => events.message(data);
  socket.onclose = ({ code }) => events.closed(code);
  return socket;
}
