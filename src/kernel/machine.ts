import type { MonoMs } from './time.js';

/**
 * The contract of every sans-IO machine.
 *
 * **One input, drain to quiet, then the next input.** After each `handle`, call `poll` until it returns
 * `undefined`, then arrange to call `handle` with a time input no later than `nextDeadline()`.
 */
export interface Machine<Input, Output> {
  /** Takes one input to completion at time `now`. Never throws on input that a peer can cause. */
  handle(now: MonoMs, input: Input): void;
  /** The next output, or `undefined` when the machine is quiet. */
  poll(): Output | undefined;
  /** When the machine wants to be woken, or `undefined` when it waits for events only. */
  nextDeadline(): MonoMs | undefined;
}

/** Outputs one input may give before it counts as a livelock. */
export const DRAIN_BOUND = 256;

/**
 * Polls a machine to quiet.
 *
 * @returns the number of outputs; `-1` when {@link DRAIN_BOUND} was reached, which is a bug of the machine
 *   and ends the call it belongs to.
 */
export function drain<Output>(machine: Machine<never, Output>, sink: (output: Output) => void): number {
  for (let count = 0; count < DRAIN_BOUND; count++) {
    const output = machine.poll();
    if (output === undefined) return count;
    sink(output);
  }
  return -1;
}

/** Makes a `switch` over a closed union exhaustive at compile time. */
export function assertUnreachable(value: never): never {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
}
