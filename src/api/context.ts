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
import type { AuthService } from './auth/auth-service.js';
import type { Principal } from './auth/principal.js';
import type { TicketPurpose, Tickets } from './auth/tickets.js';
import type { Permission } from './core/permissions.js';
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
  readonly auth: AuthService;
  readonly tickets: Tickets;
  readonly clock: Scheduler;
  readonly log: ApiLog;
  readonly observer: ApiObserver;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; {@link ANONYMOUS} on public routes unless somebody is signed in. */
    principal: Principal;
  }
  interface FastifyContextConfig {
    /** What is needed; a route without one is public. */
    permission?: Permission;
    /** Public, but wants to know who asks. */
    principal?: boolean;
    /** What it answers is the sender's own, or of people who work here: nothing of it is masked. */
    unmasked?: boolean;
    /** Takes a ticket of this purpose in the address of a socket. */
    ticket?: TicketPurpose;
    /** Takes the feed's token in the query beside the bearer token. */
    feed?: boolean;
    /** Counts against the client's requests per minute. */
    textEntry?: boolean;
    /** Begins a conversation: counts against the client's requests per minute unless it has the token. */
    newSession?: boolean;
  }
}
