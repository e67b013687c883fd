import type { ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { StandIn, type Out, type Script, type Seen } from './stand-in.js';

/** Bedrock's ConverseStream over HTTP/1.1. */
export class BedrockStandIn extends StandIn {
  protected readonly contentType = 'application/vnd.amazon.eventstream';

  protected refusal(_status: number): string {
    return JSON.stringify({ message: 'told you so' });
  }

  protected other(_seen: Seen, _response: ServerResponse): boolean {
    return false;
  }

  protected async chat(script: Script, out: Out): Promise<void> {
    const event = (name: string, payload: object): Promise<void> => out.write(frame('event', name, payload));
    await event('messageStart', { role: 'assistant' });
    for (const word of script.words ?? []) {
      if (!out.isOpen) return;
      await event('contentBlockDelta', { contentBlockIndex: 0, delta: { text: word }, p: 'abcd' });
      await out.gap();
    }
    for (const [place, { id = `t${place + 1}`, name, args }] of (script.calls ?? []).entries()) {
      const contentBlockIndex = place + 1;
      await event('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId: id, name } } });
      const half = Math.ceil(args.length / 2);
      for (const input of [args.slice(0, half), args.slice(half)]) {
        await event('contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input } } });
      }
      await event('contentBlockStop', { contentBlockIndex });
    }
    switch (script.end ?? 'whole') {
      case 'cut': {
        out.response.destroy();
        return;
      }
      case 'stall': {
        return;
      }
      case 'unfinished': {
        out.response.end();
        return;
      }
      case 'garbage': {
        const broken = frame('event', 'contentBlockStop', { contentBlockIndex: 0 });
        broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 0xff;
        await out.write(broken);
        break;
      }
      case 'error': {
        await out.write(frame('exception', 'throttlingException', { message: 'Too many requests' }));
        break;
      }
      case 'refused': {
        await event('messageStop', { stopReason: 'guardrail_intervened' });
        break;
      }
      case 'length': {
        await event('messageStop', { stopReason: 'max_tokens' });
        break;
      }
      case 'whole': {
        await event('messageStop', { stopReason: script.calls === undefined ? 'end_turn' : 'tool_use' });
      }
    }
    await event('metadata', {
      usage: { inputTokens: 41, outputTokens: 6, totalTokens: 47, cacheReadInputTokens: 8 },
    });
    out.response.end();
  }
}

function frame(kind: 'event' | 'exception', name: string, payload: object): Buffer {
  const headers = Buffer.concat(
    [
      [':message-type', kind],
      [`:${kind}-type`, name],
      [':content-type', 'application/json'],
    ].map(([key = '', value = '']) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.from([key.length]),
        Buffer.from(key),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(12 + headers.length + body.length + 4, 0);
  prelude.writeUInt32BE(headers.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, headers, body]);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, trailer]);
}
