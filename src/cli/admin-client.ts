import { loadConfig, readEnvironment } from '../app/config/index.js';
import { createClient, type Client } from '../client/client.js';
import { ApiFailure } from '../client/http.js';
import { CliFailure } from './output.js';

/** Asks a running agent over its HTTP API, with the address and token of the environment. */
export async function askAgent<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  const { http } = loadConfig(readEnvironment());
  const host = http.host === '0.0.0.0' || http.host === '::' ? '127.0.0.1' : http.host;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  const client = createClient({
    base,
    fetch: (url, init) => fetch(url, init),
    headers: http.adminToken === undefined ? {} : { authorization: `Bearer ${http.adminToken}` },
    timeoutMs: 10_000,
  });
  try {
    return await ask(client);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.code === 'UNREACHABLE') {
      throw new CliFailure(
        `leibniz: no agent answers at ${base}; start one with npm start or set HTTP_HOST and HTTP_PORT`,
      );
    }
    throw new CliFailure(`leibniz: ${base} answered ${error.status}: ${error.message}`);
  }
}
