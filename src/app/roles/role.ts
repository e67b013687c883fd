/** State of a role, as its ports tell it now. */
export type RoleStatus = 'healthy' | 'degraded' | 'unhealthy';

/** What a role says of itself: a word, and figures for people. */
export interface RoleHealth {
  readonly status: RoleStatus;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A part of the program that can be started, asked and stopped by itself. */
export interface Role<Ports> {
  readonly ports: Ports;
  /** Asks the ports; never rejects. */
  health(): Promise<RoleHealth>;
  stop(): Promise<void>;
}

/** The worst of several states. */
export function worst(states: readonly RoleStatus[]): RoleStatus {
  if (states.includes('unhealthy')) return 'unhealthy';
  return states.includes('degraded') ? 'degraded' : 'healthy';
}

/** Port of the role `call`, the agent without the paths for operators. */
export const CALL_PORT = 8006;
