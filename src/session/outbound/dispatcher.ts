import { addMs, every, type Scheduler } from '../../kernel/time.js';
import type { HouseLimits } from '../../outbound/core/dispatch.js';
import type { Lease, Outbound, ReminderPlan } from '../../store/types.js';
import type { OutboundEnd, OutboundLine } from './ports.js';

/** Where a dispatcher reports; a pino logger fits. */
export interface DispatchLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What a dispatcher is made of. */
export interface DispatcherInit {
  readonly scheduler: Scheduler;
  readonly outbound: Pick<
    Outbound,
    'planReminders' | 'lease' | 'begin' | 'answered' | 'renew' | 'giveBack' | 'finish'
  >;
  readonly line: OutboundLine;
  readonly limits: HouseLimits;
  /** No reminders unless told. */
  readonly reminders?: ReminderPlan | undefined;
  readonly log: DispatchLog;
  /** Told of every attempt that has ended. */
  readonly onEnd?: (end: OutboundEnd) => void;
}

/** How often somebody is looked for who may be called: while there may be somebody at once, and while nobody is due. */
const LOOK_MS = 1000;
const IDLE_MS = 10_000;
const PLAN_MS = 60_000;
const RENEW_MS = 30_000;
/** A thread that stood still for longer between leave and INVITE does not dial on old facts. */
const STALE_MS = 5000;
const WAIT_MS = { full: LOOK_MS, idle: IDLE_MS, more: undefined } as const;
/** Wait before an end that the store did not take is told again. */
const RETELL_MS = 5000;
/** Nobody is looked for that long after the store failed. */
const REST_MS = 5000;

/**
 * Dials whom the store gives leave to dial, one after the other: a place for the talk first, then the lease, then its
 * confirmation, then the INVITE. Nothing is dialled of which the store has not confirmed that it may be, so that a reply that
 * is lost costs a call and never makes a second one.
 */
export class OutboundDispatcher {
  /** Attempts that are dialled or talked to. */
  readonly #live = new Set<string>();
  readonly #timers: (() => void)[] = [];
  #looking = false;
  /** Somebody may have become due while it was looked. */
  #again = false;
  #stopped = false;
  #cancelLook = (): void => undefined;

  constructor(private readonly o: DispatcherInit) {}

  /** Calls in progress, ringing ones included. */
  get calls(): number {
    return this.#live.size;
  }

  start(): void {
    const { scheduler, reminders } = this.o;
    this.#lookIn(0);
    this.#timers.push(every(scheduler, RENEW_MS, () => void this.#renew()));
    if (reminders === undefined) return;
    void this.#plan(reminders);
    this.#timers.push(every(scheduler, PLAN_MS, () => void this.#plan(reminders)));
  }

  /** Looks at once, for what has just been asked for. */
  poke(): void {
    this.#again = true;
    void this.#look();
  }

  /** Dials nobody any more; calls in progress go on, and their ends are still told. */
  stop(): void {
    this.#stopped = true;
    this.#cancelLook();
    for (const end of this.#timers.splice(0)) end();
    // What goes on must keep its lease until it has ended.
    if (this.#live.size > 0) this.#renewUntilQuiet();
  }

  #renewUntilQuiet(): void {
    const end = every(this.o.scheduler, RENEW_MS, () => {
      if (this.#live.size === 0) end();
      else void this.#renew();
    });
  }

  #lookIn(ms: number): void {
    const { scheduler } = this.o;
    this.#cancelLook();
    if (!this.#stopped) this.#cancelLook = scheduler.at(addMs(scheduler.now(), ms), () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    let waitMs = REST_MS;
    try {
      do {
        this.#again = false;
        let found: number | undefined;
        while (found === undefined) found = await this.#next();
        waitMs = found;
      } while (this.#again && !this.#stopped);
    } catch {
      this.o.log.warn({}, 'the store gives no leave to dial');
    } finally {
      this.#looking = false;
    }
    this.#lookIn(waitMs);
  }

  /** One contact; when there is nobody to call now, how long to wait before the next look, ms. */
  async #next(): Promise<number | undefined> {
    if (this.#stopped) return IDLE_MS;
    const { line, outbound, limits } = this.o;
    const release = line.reserve();
    if (release === undefined) return LOOK_MS;
    let isTaken = false;
    try {
      const answer = await outbound.lease(limits);
      if (answer.type === 'none') return WAIT_MS[answer.why];
      isTaken = await this.#begin(answer.lease, release);
      return undefined;
    } finally {
      if (!isTaken) release();
    }
  }

  /** True when the place is in use. */
  async #begin(lease: Lease, release: () => void): Promise<boolean> {
    const { attemptId } = lease;
    const { outbound, limits, scheduler } = this.o;
    if (this.#stopped) {
      await outbound.giveBack(attemptId);
      return false;
    }
    const askedAt = scheduler.now();
    if (!(await outbound.begin(attemptId, limits))) return false;
    const isStale = scheduler.now() - askedAt > STALE_MS;
    if (isStale || this.#stopped) {
      this.#tell(attemptId, NOT_SENT);
      return false;
    }
    return this.#dial(lease, release);
  }

  #dial(lease: Lease, release: () => void): boolean {
    const { attemptId } = lease;
    const { outbound, line, log } = this.o;
    try {
      const call = line.dial(lease, release, (callId) => {
        void outbound.answered(attemptId, callId).catch(() => undefined);
      });
      this.#live.add(attemptId);
      log.info({ attemptId, callId: call.callId, campaignId: lease.campaignId }, 'somebody is called');
      void call.ended.then((end) => {
        release();
        this.#tell(attemptId, { callId: call.callId, ...end });
      });
      return true;
    } catch (error) {
      log.error({ attemptId, err: error }, 'a call could not be made');
      this.#tell(attemptId, NOT_SENT);
      return false;
    }
  }

  /** Tells the store until it has taken it: without that the outcome would be unknown. */
  #tell(attemptId: string, end: OutboundEnd): void {
    const { outbound, scheduler, log, onEnd } = this.o;
    this.#live.add(attemptId);
    const tell = (): void => {
      outbound.finish(attemptId, end).then(
        () => {
          this.#live.delete(attemptId);
          const { outcome, source } = end.decided;
          log.info({ attemptId, outcome, source, status: end.status }, 'an outbound call has ended');
          if (outcome === 'account') {
            log.error({ status: end.status }, 'the trunk refuses us; campaigns stop');
          }
          onEnd?.(end);
          // The place is free for the next one.
          this.poke();
        },
        () => void scheduler.at(addMs(scheduler.now(), RETELL_MS), tell),
      );
    };
    tell();
  }

  async #renew(): Promise<void> {
    if (this.#live.size > 0) await this.o.outbound.renew([...this.#live]).catch(() => undefined);
  }

  async #plan(plan: ReminderPlan): Promise<void> {
    try {
      const added = await this.o.outbound.planReminders(plan);
      if (added > 0) this.o.log.info({ added }, 'reminders are due');
    } catch {
      this.o.log.warn({}, 'reminders could not be looked up');
    }
  }
}

/** What never left this process is no attempt. */
const NOT_SENT: OutboundEnd = { decided: { outcome: 'network', source: 'local', final: false } };
