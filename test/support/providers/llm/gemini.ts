import type { ServerResponse } from 'node:http';
import { StandIn, type Out, type Script, type Seen } from './stand-in.js';

/** Gemini's REST interface; refuses a history whose signature is lost, as the service does. */
export class GeminiStandIn extends StandIn {
  protected readonly contentType = 'text/event-stream';

  protected refusal(status: number): string {
    const details =
      status === 429
        ? [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '26s' }]
        : undefined;
    return JSON.stringify({ error: { code: status, message: 'told you so', status: 'FAILED', details } });
  }

  protected other({ method, path, body }: Seen, response: ServerResponse): boolean {
    if (method === 'GET' && path.startsWith('/v1beta/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ models: [{ name: 'models/m' }] }));
      return true;
    }
    const contents = body['contents'] as {
      readonly role: string;
      readonly parts: readonly Record<string, unknown>[];
    }[];
    const calls = contents.filter(({ parts }) => parts.some((part) => 'functionCall' in part));
    // Only the first part of parallel calls carries the signature; split or without it they are refused.
    const isSigned = calls.every(
      ({ parts }) => parts.find((part) => 'functionCall' in part)?.['thoughtSignature'] === 'AbC=',
    );
    if (isSigned) return false;
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        error: {
          code: 400,
          message: 'Function call is missing a thought_signature',
          status: 'INVALID_ARGUMENT',
        },
      }),
    );
    return true;
  }

  protected async chat(script: Script, out: Out): Promise<void> {
    const chunk = (parts: object[] | undefined, more: object = {}): Promise<void> =>
      out.event(
        JSON.stringify({
          candidates: [
            { ...(parts === undefined ? {} : { content: { role: 'model', parts } }), index: 0, ...more },
          ],
          usageMetadata: {
            promptTokenCount: 41,
            candidatesTokenCount: 6,
            cachedContentTokenCount: 8,
            totalTokenCount: 47,
          },
          modelVersion: 'm',
          responseId: 'r1',
        }),
      );
    await chunk([{ thought: true, text: 'they want to know the hours' }]);
    for (const word of script.words ?? []) {
      if (!out.isOpen) return;
      await chunk([{ text: word }]);
      await out.gap();
    }
    const calls = (script.calls ?? []).map(({ id, name, args }, place) => ({
      functionCall: { id: id ?? `t${place + 1}`, name, args: JSON.parse(args) as unknown },
      ...(place === 0 ? { thoughtSignature: 'AbC=' } : {}),
    }));
    if (calls.length > 0) await chunk(calls);
    switch (script.end ?? 'whole') {
      case 'cut': {
        out.response.destroy();
        return;
      }
      case 'stall': {
        return;
      }
      case 'unfinished': {
        break;
      }
      case 'garbage': {
        await out.event('{not json');
        break;
      }
      case 'error': {
        await out.event('{"error":{"code":503,"message":"broke","status":"UNAVAILABLE"}}');
        break;
      }
      case 'refused': {
        await chunk(undefined, { finishReason: 'SAFETY' });
        break;
      }
      case 'length': {
        await chunk([{ text: '' }], { finishReason: 'MAX_TOKENS' });
        break;
      }
      case 'whole': {
        const isEmpty = (script.words ?? []).length === 0 && calls.length === 0;
        await chunk(isEmpty ? undefined : [{ text: '', thoughtSignature: 'ZzZ=' }], { finishReason: 'STOP' });
      }
    }
    out.response.end();
  }
}
