import { loadConfig, readEnvironment } from '../app/config/index.js';
import { CliFailure } from './output.js';

/** Asks a running agent over its HTTP API, with the address and token of the environment. */
export async function askAgent(
  path: string,
  method: 'GET' | 'POST' = 'GET',
): Promise<Record<string, unknown>> {
  const { http } = loadConfig(readEnvironment());
  const host = http.host === '0.0.0.0' || http.host === '::' ? '127.0.0.1' : http.host;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;
  let response: Response;
  try {
    response = await fetch(base + path, {
      method,
      headers: http.adminToken === undefined ? {} : { authorization: `Bearer ${http.adminToken}` },
      signal: AbortSignal.timeout(10_000),
    });
  } catch {
    throw new CliFailure(
      `leibniz: no agent answers at ${base}; start one with npm start or set HTTP_HOST and HTTP_PORT`,
    );
  }
  const body = (await response.json()) as Record<string, unknown>;
  if (response.ok) return body;
  const error = body['error'] as { message?: string } | undefined;
  throw new CliFailure(
    `leibniz: ${base}${path} answered ${response.status}: ${error?.message ?? 'no reason given'}`,
  );
}
