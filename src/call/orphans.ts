import { addMs, type Scheduler } from '../kernel/time.js';
import type { ServerConnection } from './connection.js';
import type { Leg } from './leg.js';
import { guarded, type CallLog } from './log.js';
import type { SrfDialog, SrfPort } from './srf-port.js';

/**
 * Ends dialogs that no call owns. drachtio-srf keeps a dialog for every 200 that went out, also where it reported a
 * failure (a CANCEL that crossed, a handler that threw); such a dialog would stay for the life of the process, and
 * its peer would listen to nobody.
 */
export class OrphanSweep {
  readonly #owners = new Map<SrfDialog, Leg>();
  /** Dialogs found without an owner once; a BYE was sent. */
  readonly #suspects = new Set<SrfDialog>();
  #count = 0;
  #cancelTimer: () => void = () => undefined;

  constructor(
    private readonly srf: SrfPort,
    private readonly connection: ServerConnection,
    private readonly scheduler: Scheduler,
    private readonly everyMs: number,
    private readonly log: CallLog,
  ) {}

  /** Orphans found since the start. */
  get count(): number {
    return this.#count;
  }

  own(dialog: SrfDialog, leg: Leg): void {
    this.#owners.set(dialog, leg);
  }

  release(leg: Leg): void {
    for (const [dialog, owner] of this.#owners) if (owner === leg) this.#owners.delete(dialog);
  }

  /** Dialogs of calls. */
  dialogs(): readonly SrfDialog[] {
    return [...this.#owners.keys()];
  }

  start(): void {
    const run = guarded(this.log, 'orphans', () => this.sweep());
    const next = (): void => {
      this.#cancelTimer = this.scheduler.at(addMs(this.scheduler.now(), this.everyMs), () => {
        run();
        next();
      });
    };
    next();
  }

  stop(): void {
    this.#cancelTimer();
  }

  /** Looks once. An orphan gets a BYE; one that is still there the next time is forgotten. */
  sweep(): void {
    const seen = [...(this.srf._dialogs?.values() ?? [])].filter((dialog) => !this.#owners.has(dialog));
    for (const dialog of this.#suspects) if (!seen.includes(dialog)) this.#suspects.delete(dialog);
    for (const dialog of seen) {
      if (this.#suspects.has(dialog)) {
        this.#suspects.delete(dialog);
        this.srf.removeDialog(dialog);
        continue;
      }
      this.#count++;
      this.#suspects.add(dialog);
      this.log.warn({}, 'a dialog without a call was ended');
      this.connection.bye(dialog, 'internal_error', () => undefined);
    }
  }
}
