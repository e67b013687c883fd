import type { Supervisor, WhisperKind } from './types.js';

/** Instructions of one call that wait, at most; one more is refused. */
export const MAX_WAITING = 20;

/** What somebody whispers to the agent. */
export interface Instruction {
  readonly id: string;
  readonly kind: WhisperKind;
  readonly by: Supervisor;
  readonly text?: string;
  readonly slot?: string;
  readonly value?: string;
  /** Turns of the caller after which it is too late. */
  readonly expiresTurns: number;
}

interface Waiting {
  readonly instruction: Instruction;
  readonly untilTurn: number;
}

/** Instructions that wait for a gap in the conversation, in the order in which they came. */
export class Instructions {
  #waiting: Waiting[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  /** @param turns - of the caller so far. @returns false when too many wait */
  add(instruction: Instruction, turns: number): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push({ instruction, untilTurn: turns + instruction.expiresTurns });
    return true;
  }

  /** The next one, at a gap. */
  take(): Instruction | undefined {
    return this.#waiting.shift()?.instruction;
  }

  /** The newest one. */
  takeLast(): Instruction | undefined {
    return this.#waiting.pop()?.instruction;
  }

  /** Those that have become too late by this turn of the caller. */
  expire(turns: number): Instruction[] {
    const late = this.#waiting.filter(({ untilTurn }) => turns > untilTurn);
    this.#waiting = this.#waiting.filter(({ untilTurn }) => turns <= untilTurn);
    return late.map(({ instruction }) => instruction);
  }

  /** All that wait: the call is over. */
  drop(): Instruction[] {
    return this.#waiting.splice(0).map(({ instruction }) => instruction);
  }
}
