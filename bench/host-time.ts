import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Processor time of a thread since the reading before, ms. */
export interface ThreadTime {
  /** It ran. */
  readonly ran: number;
  /** It could have run, but its core ran something else of this machine. */
  readonly queued: number;
}

const NOTHING: ThreadTime = { ran: 0, queued: 0 };
/** Room for three figures of 64 bits. */
const LINE_BYTES = 80;

/** Reads what the kernel counts for the main thread (`schedstat`, proc(5)); nothing but zeros where it does not. */
export class MainThreadTime {
  readonly #file: number | undefined = openSchedstat();
  readonly #line = Buffer.alloc(LINE_BYTES);
  #ran = 0;
  #queued = 0;

  /** Time since the last call; since the start of the thread at first. */
  take(): ThreadTime {
    if (this.#file === undefined) return NOTHING;
    const length = readSync(this.#file, this.#line, 0, LINE_BYTES, 0);
    const [ran = 0, queued = 0] = this.#line.toString('latin1', 0, length).split(' ').map(Number);
    const since = { ran: (ran - this.#ran) / 1e6, queued: (queued - this.#queued) / 1e6 };
    this.#ran = ran;
    this.#queued = queued;
    return since;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function openSchedstat(): number | undefined {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return undefined;
  }
}

/**
 * Processor time that the host gave to other guests while this machine wanted to run, over all cores (proc(5), the
 * eighth figure of `cpu`); 0 where the system does not tell. Lateness of a virtual machine cannot be less.
 */
export function stolenSeconds(): number {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/) ?? [];
    return Number(ticks[7] ?? 0) / 100;
  } catch {
    return 0;
  }
}
