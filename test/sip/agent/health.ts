import { eventually, type AgentProcess } from './agent-process.js';

/** A fault is told within this, ms. */
export const TOLD_MS = 5000;

/** What `GET /health` answers. */
export interface Health {
  readonly status: string;
  readonly services: Readonly<Record<string, string>>;
}

export const health = (agent: AgentProcess): Promise<Health> => agent.get<Health>('/health');

/** Waits until /health says so of a part; no answer says nothing. */
export async function told(
  agent: AgentProcess,
  service: string,
  wanted: string | RegExp,
  waitMs = TOLD_MS,
): Promise<void> {
  const fits = (status: string): boolean =>
    typeof wanted === 'string' ? status === wanted : wanted.test(status);
  const says = async (): Promise<true | undefined> => {
    const now = await health(agent).catch(() => undefined);
    return fits(now?.services[service] ?? '') ? true : undefined;
  };
  await eventually(says, `${service} ${String(wanted)}`, waitMs);
}

/** Status of `GET /ready`. */
export const readiness = async (agent: AgentProcess): Promise<number> =>
  (await fetch(`${agent.httpUrl}/ready`)).status;
