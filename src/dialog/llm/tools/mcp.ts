import type { Client, Transport } from '@modelcontextprotocol/client';
import { objectsAt, textAt } from '../../../kernel/json.js';
import type { DialogResult } from '../../core/effects.js';
import type { ToolDef } from '../core/types.js';
import { failed, type ToolSource } from './types.js';

/** Where an MCP server is, and which of its tools a model may call. */
export interface McpServer {
  /** A name of ours; it begins the names of the tools. */
  readonly name: string;
  /** Over HTTP. */
  readonly url?: string;
  /** A program that is started, with its arguments. */
  readonly command?: string;
  readonly args?: readonly string[];
  /** Tools that only read, beside those that the server itself marks so. */
  readonly reads?: readonly string[];
}

/** Settings of {@link openMcp}. */
export interface McpOptions {
  /** Longest connection with the listing of tools, ms. Default 5000. */
  readonly connectMs?: number;
  /** Longest call, ms: a caller waits for it. Default 4000. */
  readonly callMs?: number;
  /** From one try to reach a lost server to the next, ms. Default 10000. */
  readonly retryMs?: number;
  /** Told when a server is lost, or cannot be reached. */
  readonly onLost?: (name: string) => void;
}

/** Tools of one server that are offered at most, and the longest result that is read. */
const MAX_TOOLS = 32;
const MAX_RESULT_CHARS = 8000;

/**
 * The reading tools of an MCP server. It is connected at once and again whenever it was lost; while it is not there it
 * offers nothing, and a call that is under way fails at once.
 */
export async function openMcp(server: McpServer, options: McpOptions = {}): Promise<ToolSource> {
  const source = new McpTools(server, options);
  await source.connect();
  return source;
}

class McpTools implements ToolSource {
  readonly #callMs: number;
  readonly #retryMs: number;
  #client: Client | undefined;
  /** By the name that the model knows; the server's own name beside it. */
  #tools = new Map<string, { readonly def: ToolDef; readonly own: string }>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly server: McpServer,
    private readonly options: McpOptions,
  ) {
    this.#callMs = options.callMs ?? 4000;
    this.#retryMs = options.retryMs ?? 10_000;
  }

  tools(): readonly ToolDef[] {
    return [...this.#tools.values()].map(({ def }) => def);
  }

  async connect(): Promise<void> {
    if (this.#closed) return;
    const timeout = this.options.connectMs ?? 5000;
    // Loaded where there is a server to talk to.
    const mcp = await import('@modelcontextprotocol/client');
    const client = new mcp.Client(
      { name: 'leibniz', version: '1' },
      { capabilities: {}, versionNegotiation: { mode: 'auto' } },
    );
    try {
      await client.connect(await this.#transport(), { timeout });
      const { tools } = await client.listTools(undefined, { timeout });
      client.onclose = () => this.#lost(client);
      this.#client = client;
      this.#tools = new Map(
        tools
          .filter(
            ({ name, annotations }) =>
              annotations?.readOnlyHint === true || this.server.reads?.includes(name),
          )
          .slice(0, MAX_TOOLS)
          .map(({ name, description, inputSchema }) => {
            const shown = `${this.server.name}_${name}`.replace(/[^\w-]/g, '_').slice(0, 64);
            const def = {
              name: shown,
              description: (description ?? '').slice(0, 500),
              parameters: inputSchema,
            };
            return [shown, { def, own: name }];
          }),
      );
    } catch {
      await client.close().catch(() => undefined);
      this.#lost(undefined);
    }
  }

  async call(name: string, args: Readonly<Record<string, unknown>>): Promise<DialogResult> {
    const client = this.#client;
    const tool = this.#tools.get(name);
    if (client === undefined || tool === undefined) return failed('unavailable');
    const started = performance.now();
    try {
      const result = await client.callTool(
        { name: tool.own, arguments: args },
        { timeout: this.#callMs, maxTotalTimeout: this.#callMs },
      );
      const text = textIn(result);
      // The server says no: the model may read why.
      return { type: 'tool', value: result.isError === true ? { error: text } : text };
    } catch {
      return failed(performance.now() - started >= this.#callMs ? 'timeout' : 'unavailable');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#client?.close().catch(() => undefined);
  }

  async #transport(): Promise<Transport> {
    const { url, command = '', args = [] } = this.server;
    if (url === undefined) {
      const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
      return new StdioClientTransport({ command, args: [...args], stderr: 'ignore' });
    }
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    return new StreamableHTTPClientTransport(new URL(url));
  }

  #lost(client: Client | undefined): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#tools = new Map();
    if (this.#closed) return;
    this.options.onLost?.(this.server.name);
    this.#timer = setTimeout(() => void this.connect(), this.#retryMs).unref();
  }
}

function textIn(result: unknown): string {
  const texts = objectsAt(result, 'content').flatMap((part) =>
    part['type'] === 'text' ? (textAt(part, 'text') ?? []) : [],
  );
  return texts.join('\n').slice(0, MAX_RESULT_CHARS);
}
