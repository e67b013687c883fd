import type { IncomingMessage, ServerResponse } from 'node:http';
import { pcmBytes, tonesOf } from './tones.js';
import { cut, VoiceStandIn, type SeenRequest } from './voice-stand-in.js';

/** Speech of Gemini: `streamGenerateContent` with events. */
export class GeminiVoiceStandIn extends VoiceStandIn {
  /** Of the audio, told in its MIME type. */
  rateHz = 24_000;
  /** Sent in place of the last reason. */
  finishReason: string | undefined = 'STOP';

  protected allowed({ headers }: IncomingMessage): boolean {
    return headers['x-goog-api-key'] === this.key;
  }

  protected refusal(): { readonly status: number; readonly body: string } {
    const error = {
      code: 400,
      message: 'API key not valid.',
      status: 'INVALID_ARGUMENT',
      details: [{ reason: 'API_KEY_INVALID' }],
    };
    return { status: 400, body: JSON.stringify({ error }) };
  }

  protected async answer({ url, body }: SeenRequest, response: ServerResponse): Promise<void> {
    if (!url.pathname.endsWith(':streamGenerateContent')) {
      response.end(JSON.stringify({ name: url.pathname }));
      return;
    }
    const asked = JSON.parse(body) as {
      contents: { parts: { text: string }[] }[];
      generationConfig: { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: string } } } };
    };
    const text = (asked.contents[0]?.parts[0]?.text ?? '').replace(/^Say [^:]*: /, '');
    const { voiceName } = asked.generationConfig.speechConfig.voiceConfig.prebuiltVoiceConfig;
    const { pcm } = tonesOf(text, voiceName, this.rateHz);
    const mimeType = `audio/L16;codec=pcm;rate=${this.rateHz}`;
    const event = (parts: readonly object[], finishReason?: string): string =>
      `data: ${JSON.stringify({ candidates: [{ content: { parts, role: 'model' }, index: 0, ...(finishReason === undefined ? {} : { finishReason }) }] })}\r\n\r\n`;
    const audio = this.faults.empty === true ? [] : cut(pcmBytes(pcm), 9601);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await this.send(response, [
      ...audio.map((piece) => event([{ inlineData: { mimeType, data: piece.toString('base64') } }])),
      ...(this.faults.garbage === true ? [': ping\r\n\r\n', 'data: nothing\r\n\r\n'] : []),
      ...(this.finishReason === undefined ? [] : [event([], this.finishReason)]),
    ]);
  }
}
