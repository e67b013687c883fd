import { jsonObject } from '../../../kernel/json.js';
import type { LineEvent } from '../../core/line.js';
import { keyOf } from './keys.js';

/** What one text frame of Asterisk's chan_websocket means. */
export type ChannelMessage =
  /** The media may flow now; frames before it are dropped. */
  | {
      readonly type: 'start';
      readonly format: string;
      readonly frameBytes: number;
      readonly variables: Readonly<Record<string, string>>;
    }
  | { readonly type: 'event'; readonly event: LineEvent }
  /** The queue is nearly full, or has room again. */
  | { readonly type: 'flow'; readonly open: boolean }
  | { readonly type: 'error' }
  | { readonly type: 'other' };

/** Commands; one longer than 128 bytes is dropped by the exchange. */
export const COMMAND = {
  hangup: '{"command":"HANGUP"}',
  flush: '{"command":"FLUSH_MEDIA"}',
} as const;

/** Reads a text frame of `f(json)`; one that is no JSON object is `other`. */
export function channelMessage(text: string): ChannelMessage {
  const message = jsonObject(text);
  switch (message?.['event']) {
    case 'MEDIA_START':
      return {
        type: 'start',
        format: textOf(message['format']),
        frameBytes: Number(message['optimal_frame_size'] ?? 320),
        variables: variablesOf(message['channel_variables']),
      };
    case 'DTMF_END': {
      const digit = keyOf(message['digit']);
      return digit === undefined ? { type: 'other' } : { type: 'event', event: { type: 'dtmf', digit } };
    }
    case 'MEDIA_XOFF':
      return { type: 'flow', open: false };
    case 'MEDIA_XON':
      return { type: 'flow', open: true };
    case 'ERROR':
      return { type: 'error' };
    default:
      return { type: 'other' };
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function variablesOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .slice(0, 32),
  );
}
