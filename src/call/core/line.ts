import type { CallId } from '../../kernel/ids.js';
import type { DtmfDigit, Termination } from '../../kernel/vocab.js';

/** Samples of one frame of a line: 20 ms at 8 kHz. */
export const LINE_FRAME_SAMPLES = 160;

/** What carries a call's audio instead of SIP and RTP. */
export type LineChannel = 'audiosocket' | 'chan_websocket' | 'jambonz';

/** What happens on a line. Nothing follows `ended`. */
export type LineEvent =
  /** PCM16 at 8 kHz, any length; valid during the call only. */
  | { readonly type: 'audio'; readonly pcm: Int16Array }
  | { readonly type: 'dtmf'; readonly digit: DtmfDigit }
  | { readonly type: 'transfer'; readonly state: 'trying' | 'accepted' | 'refused' | 'failed' }
  | { readonly type: 'ended'; readonly reason: Termination };

/** One call that an exchange hands over as a stream of audio. */
export interface AudioLine {
  readonly id: CallId;
  readonly channel: LineChannel;
  /** Personal data: what the exchange says of the parties. */
  readonly pii: { readonly from?: string; readonly to?: string; readonly displayName?: string };
  /** Adds a listener. Returns a function that removes it. */
  subscribe(listener: (event: LineEvent) => void): () => void;
  /** Takes one frame of {@link LINE_FRAME_SAMPLES} every 20 ms, silence too; copied before the call returns. */
  send(pcm: Int16Array): void;
  /** What was sent and is not played yet is void. */
  flush(): void;
  /** Ends the call. Only the first call counts. */
  hangup(reason: Termination): void;
  /** Blind transfer to a `sip:` or `tel:` URI, reported by `transfer` events. */
  transfer(target: string): void;
}

/** Takes lines. */
export interface LineHost {
  /** @returns false when no further call can be taken; the line is then ended by whoever made it */
  take(line: AudioLine): boolean;
}
