import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request held. */
export interface EmbeddingCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly texts: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Answers in place of the next vectors. */
export interface EmbeddingFault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Never answers. */
  readonly hang?: true;
}

/** A server that speaks the embeddings of OpenAI and of Gemini; a text's vector counts its letters. */
export class EmbeddingStandIn {
  readonly calls: EmbeddingCall[] = [];
  readonly faults: EmbeddingFault[] = [];
  dimensions = 26;
  readonly #server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      const path = request.url ?? '';
      const isGemini = path.includes(':batchEmbedContents');
      const texts = isGemini ? geminiTexts(body) : (body['input'] as string[]);
      this.calls.push({ path, headers: request.headers, texts, body });
      const fault = this.faults.shift();
      if (fault?.hang === true) return;
      response.writeHead(fault?.status ?? 200, { 'content-type': 'application/json', ...fault?.headers });
      response.end(fault?.body ?? JSON.stringify(isGemini ? this.#gemini(texts) : this.#openAi(texts)));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** In an order of its own, as the interface allows. */
  #openAi(texts: readonly string[]): object {
    const data = texts
      .map((text, index) => ({ object: 'embedding', index, embedding: this.#vector(text) }))
      .reverse();
    return { object: 'list', data, usage: { prompt_tokens: 1, total_tokens: 1 } };
  }

  #gemini(texts: readonly string[]): object {
    return { embeddings: texts.map((text) => ({ values: this.#vector(text) })) };
  }

  #vector(text: string): number[] {
    const counts = Array.from({ length: this.dimensions }, () => 0);
    for (const letter of text.toLowerCase().replace(/[^a-z]/g, '')) {
      const at = (letter.charCodeAt(0) - 97) % this.dimensions;
      counts[at] = (counts[at] ?? 0) + 1;
    }
    return counts;
  }
}

function geminiTexts(body: Readonly<Record<string, unknown>>): string[] {
  return (body['requests'] as { content: { parts: { text: string }[] } }[]).map(
    ({ content }) => content.parts[0]?.text ?? '',
  );
}
