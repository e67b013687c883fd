import { drain } from '../../../src/kernel/machine.js';
import { addMs, monoMs, type MonoMs } from '../../../src/kernel/time.js';
import type { LegInput, LegMachine, LegOutput } from '../../../src/call/core/leg-machine.js';

/** Feeds a leg machine on a virtual clock and keeps its outputs as words. */
export class Sequence {
  readonly outputs: string[] = [];
  now: MonoMs = monoMs(0);

  constructor(readonly machine: LegMachine) {
    this.#drain();
  }

  feed(...inputs: LegInput[]): this {
    for (const input of inputs) {
      this.machine.handle(this.now, input);
      this.#drain();
    }
    return this;
  }

  /** Moves the clock, waking the machine at each of its deadlines. */
  wait(ms: number): this {
    const end = addMs(this.now, ms);
    for (
      let at = this.machine.nextDeadline();
      at !== undefined && at <= end;
      at = this.machine.nextDeadline()
    ) {
      this.now = at;
      this.feed({ type: 'time' });
      if (this.machine.nextDeadline() === at) throw new Error('a deadline that passed was kept');
    }
    this.now = end;
    return this;
  }

  /** Outputs since the last call. */
  take(): string[] {
    return this.outputs.splice(0);
  }

  #drain(): void {
    drain(this.machine, (output: LegOutput) => this.outputs.push(word(output)));
  }
}

function word(output: LegOutput): string {
  switch (output.type) {
    case 'event':
      return output.event.type === 'ended' ? `ended(${output.event.reason})` : output.event.type;
    case 'reject':
      return `reject ${output.status}`;
    case 'bye':
    case 'cancel':
      return `${output.type}(${output.reason})`;
    default:
      return output.type;
  }
}
