import type { IncomingMessage, ServerResponse } from 'node:http';
import { pcmBytes, tonesOf, ulawBytes } from './tones.js';
import { cut, VoiceStandIn, type SeenRequest } from './voice-stand-in.js';

/** Azure AI Speech over REST. */
export class AzureStandIn extends VoiceStandIn {
  protected allowed({ headers }: IncomingMessage): boolean {
    return headers['ocp-apim-subscription-key'] === this.key;
  }

  protected refusal(): { readonly status: number; readonly body: string } {
    return { status: 401, body: '' };
  }

  protected async answer({ url, headers, body }: SeenRequest, response: ServerResponse): Promise<void> {
    if (url.pathname === '/cognitiveservices/voices/list') {
      response.end(
        JSON.stringify([{ ShortName: 'en-US-JennyNeural', StyleList: ['cheerful', 'customerservice'] }]),
      );
      return;
    }
    const [, voice = '', inner = ''] = /<voice name='([^']*)'[^>]*>(.*)<\/voice>/s.exec(body) ?? [];
    const speed = 1 + Number(/rate='([+-]\d+)%'/.exec(inner)?.[1] ?? 0) / 100;
    const text = inner.replace(/<[^>]*>/g, '').replaceAll('&apos;', "'");
    const narrow = headers['x-microsoft-outputformat'] === 'raw-8khz-8bit-mono-mulaw';
    const { pcm } = tonesOf(text, voice, narrow ? 8000 : 16_000, speed);
    response.writeHead(200, { 'content-type': narrow ? 'audio/basic' : 'audio/x-raw' });
    await this.send(response, this.faults.empty === true ? [] : cut(narrow ? ulawBytes(pcm) : pcmBytes(pcm)));
  }
}
