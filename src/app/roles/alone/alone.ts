import type { RouteGroup } from '../../../api/group-names.js';
import type { ApiPorts, ServiceStatus } from '../../../api/ports.js';
import type { ServicePorts } from '../../../api/services/wire.js';
import type { Metrics } from '../../../telemetry/index.js';
import type { Config } from '../../config/index.js';
import type { AppLog } from '../../log.js';
import type { Breaker } from '../../services/reach.js';

/** What a role that runs alone is started with. */
export interface RoleKit {
  readonly config: Config;
  readonly log: AppLog;
  readonly metrics: Metrics;
  /** Progress of a start that takes seconds, in words for a person. */
  readonly progress: (message: string) => void;
}

/** A role as it runs alone in a process: what it serves, how it is, how it ends. */
export interface AloneRole {
  /** Public paths beside health, readiness, metrics and docs. */
  readonly routes: readonly RouteGroup[];
  /** What those paths ask. */
  readonly ports: Partial<Omit<ApiPorts, 'system'>>;
  /** What other roles may ask. */
  readonly services?: ServicePorts;
  /** Names of the weights that it has loaded. */
  readonly models: readonly string[];
  /** True for a role that carries audio in real time: its API then has a thread of its own. */
  readonly hasDeadlines?: true;
  /** Asks every part; never rejects. */
  health(): Promise<{
    readonly services: Readonly<Record<string, ServiceStatus>>;
    readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }>;
  /** Services of other processes that are left alone, or not. */
  breakers?(): readonly Breaker[];
  /** Reads gauges at their source; runs before each scrape. */
  scrape?(): Promise<void>;
  /** Ends what is going on, at most within `graceMs`; requests over HTTP are waited for beside it. */
  drain?(graceMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** One row of the table of roles. */
export interface RoleSpec {
  /** Port where it listens unless told otherwise. */
  readonly port: number;
  /** What it does, for `--help`. */
  readonly about: string;
  /** @throws LeibnizError naming the setting or file and the remedy */
  start(kit: RoleKit): Promise<AloneRole>;
}
