import type { Supervisor } from '../../live/core/types.js';
import type {
  LineControl,
  LineEvent,
  LineHolder,
  LiveCommand,
  LiveReply,
} from '../../session/live/commands.js';
import type { LiveBatch } from '../../session/live/live-desk.js';
import type { Channel, ChannelSink } from '../channel-bridge.js';

/** Calls in progress, for those who look after them. */
export interface LivePorts {
  /** What happens, from now on; the calls in progress come first. Takes ids of calls whose loudness is told, too. */
  subscribe(sink: ChannelSink<LiveBatch>): Promise<Channel<readonly string[]>>;
  /**
   * Hears a call: 50 ms of PCM16 at 16 kHz, stereo, the caller left, the agent and whoever else talks right.
   *
   * @throws LeibnizError NOT_FOUND, CALL_ENDED, CAPACITY_FULL
   */
  listen(callId: string, holder: LineHolder, sink: ChannelSink<LineEvent>): Promise<Channel<LineControl>>;
  /** @throws LeibnizError NOT_FOUND, CALL_ENDED, CONTROL_TAKEN, NOT_ALLOWED_NOW, BAD_REQUEST */
  command(callId: string, command: LiveCommand, by: Supervisor): Promise<LiveReply>;
}
