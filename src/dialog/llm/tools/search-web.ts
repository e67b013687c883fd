import { member, objectsAt, parsedJson } from '../../../kernel/json.js';
import { HttpClient } from '../../../net/http-client.js';
import type { ToolDef } from '../core/types.js';
import { failed, type ToolSource } from './types.js';

const TOOL: ToolDef = {
  name: 'search_web',
  description:
    'Searches the web for what neither the office nor its documents can tell, such as the weather.',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};

const RESULTS = 4;
const SNIPPET_CHARS = 400;
const SEARCH_MS = 3000;

/**
 * The tool `search_web` on a service that answers `GET ?q=...&format=json` with `results: [{title, content, url}]`, as
 * SearXNG does.
 *
 * @throws TypeError when the address is no URL
 */
export function openSearch(url: string): ToolSource {
  const address = new URL(url);
  const http = new HttpClient({ origin: address.origin, connections: 4 });
  return {
    tools: () => [TOOL],
    call: async (name, { query }) => {
      if (name !== TOOL.name || typeof query !== 'string' || query.trim() === '') return failed('refused');
      const search = new URLSearchParams(address.searchParams);
      search.set('q', query.slice(0, 200));
      search.set('format', 'json');
      const reply = await http.request({
        method: 'GET',
        path: `${address.pathname}?${search.toString()}`,
        headersMs: SEARCH_MS,
        totalMs: SEARCH_MS,
        maxBytes: 1_000_000,
      });
      if (!reply.ok) return failed(reply.error.kind === 'stalled' ? 'timeout' : 'unavailable');
      const found = resultsIn(parsedJson(reply.value.body));
      return found === undefined ? failed('unavailable') : { type: 'tool', value: found };
    },
    close: () => http.close(),
  };
}

function resultsIn(answer: unknown): string | undefined {
  if (!Array.isArray(member(answer, 'results'))) return undefined;
  const lines = objectsAt(answer, 'results')
    .slice(0, RESULTS)
    .map(({ title, content }) => [title, content].filter((part) => typeof part === 'string').join(': '))
    .map((line) => line.slice(0, SNIPPET_CHARS));
  return lines.length === 0 ? 'Nothing was found.' : lines.join('\n');
}
