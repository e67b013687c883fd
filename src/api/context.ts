import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Scheduler } from '../kernel/time.js';
import type { ApiLog, ApiObserver, ResolvedApiOptions } from './options.js';
import type { ApiPorts } from './ports.js';
import type { Gate } from './security.js';

/** The Fastify instance whose schemas are zod's. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What every route may use. */
export interface RouteContext {
  readonly ports: ApiPorts;
  readonly options: ResolvedApiOptions;
  readonly gate: Gate;
  readonly clock: Scheduler;
  readonly log: ApiLog;
  readonly observer: ApiObserver;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs the bearer token where one is set. */
    protected?: boolean;
    /** Counts against the client's requests per minute. */
    textEntry?: boolean;
  }
}
