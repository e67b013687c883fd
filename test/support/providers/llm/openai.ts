import type { ServerResponse } from 'node:http';
import { StandIn, type Out, type Script, type Seen } from './stand-in.js';

/** Any server with `POST /v1/chat/completions`; adapters as vLLM has them. */
export class OpenAiStandIn extends StandIn {
  protected readonly contentType = 'text/event-stream';
  /** Adapters by name, with their paths. */
  readonly adapters = new Map<string, string>();
  model = 'm';

  protected refusal(status: number): string {
    const codes: Record<number, string> = {
      401: 'invalid_api_key',
      429: 'rate_limit_exceeded',
      503: 'server_is_overloaded',
    };
    return JSON.stringify({
      error: { message: 'told you so', type: 'error', param: null, code: codes[status] ?? null },
    });
  }

  protected other({ method, path, body }: Seen, response: ServerResponse): boolean {
    const json = (status: number, value: object): true => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      return true;
    };
    const error = (status: number, message: string, type: string): true =>
      json(status, { error: { message, type, param: null, code: status } });
    if (method === 'GET' && path === '/v1/models') {
      const adapters = [...this.adapters].map(([id, root]) => ({
        id,
        object: 'model',
        root,
        parent: this.model,
      }));
      const base = { id: this.model, object: 'model', owned_by: 'stand-in', root: this.model, parent: null };
      return json(200, { object: 'list', data: [base, ...adapters] });
    }
    const name = String(body['lora_name']);
    if (path === '/v1/load_lora_adapter') {
      if (this.adapters.has(name)) {
        return error(400, `The lora adapter '${name}' has already been loaded.`, 'InvalidUserInput');
      }
      this.adapters.set(name, String(body['lora_path']));
      response
        .writeHead(200, { 'content-type': 'text/plain' })
        .end(`Success: LoRA adapter '${name}' added successfully.`);
      return true;
    }
    if (path === '/v1/unload_lora_adapter') {
      if (!this.adapters.delete(name)) {
        return error(404, `The lora adapter '${name}' cannot be found.`, 'NotFoundError');
      }
      response.writeHead(200).end(`Success: LoRA adapter '${name}' removed successfully.`);
      return true;
    }
    const model = String(body['model']);
    if (model !== this.model && !this.adapters.has(model)) {
      return error(404, `The model \`${model}\` does not exist.`, 'NotFoundError');
    }
    return false;
  }

  protected async chat(script: Script, out: Out, { body }: Seen): Promise<void> {
    const chunk = (delta: object, finish: string | null = null): Promise<void> =>
      out.event(
        JSON.stringify({
          id: 'c1',
          object: 'chat.completion.chunk',
          created: 1,
          model: body['model'],
          choices: [{ index: 0, delta, finish_reason: finish }],
        }),
      );
    await out.write(': ping\n\n');
    await chunk({ role: 'assistant', content: '' });
    for (const word of script.words ?? []) {
      if (!out.isOpen) return;
      await chunk({ content: word });
      await out.gap();
    }
    await this.#calls(script, chunk);
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
        for (let k = 0; k < 3; k++) await out.event('{not json');
        out.response.end();
        return;
      }
      case 'error': {
        await out.event('{"error":{"message":"broke","type":"server_error","param":null,"code":null}}');
        out.response.end();
        return;
      }
      case 'refused': {
        await chunk({}, 'content_filter');
        break;
      }
      case 'length': {
        await chunk({}, 'length');
        break;
      }
      case 'whole': {
        await chunk({}, script.calls === undefined ? 'stop' : 'tool_calls');
      }
    }
    await out.event(
      '{"choices":[],"usage":{"prompt_tokens":41,"completion_tokens":6,"total_tokens":47,"prompt_tokens_details":{"cached_tokens":8}}}',
    );
    await out.event('[DONE]');
    out.response.end();
  }

  async #calls(script: Script, chunk: (delta: object) => Promise<void>): Promise<void> {
    for (const [place, { id = `t${place + 1}`, name, args }] of (script.calls ?? []).entries()) {
      if (script.callStyle === 'whole') {
        await chunk({
          tool_calls: [{ id, index: 0, type: 'function', function: { name, arguments: args } }],
        });
        continue;
      }
      const named = script.callStyle === 'no_ids' ? {} : { id };
      await chunk({
        tool_calls: [{ index: place, ...named, type: 'function', function: { name, arguments: '' } }],
      });
      const half = Math.ceil(args.length / 2);
      for (const piece of [args.slice(0, half), args.slice(half)]) {
        await chunk({ tool_calls: [{ index: place, function: { arguments: piece } }] });
      }
    }
  }
}
