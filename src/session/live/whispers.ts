import { Instructions, type Instruction } from '../../live/core/instructions.js';
import type { InstructionState, WhisperKind } from '../../live/core/types.js';
import type { SessionEvent } from '../ports.js';
import type { CallFeed } from './call-feed.js';
import type { CallParts, OpenCall } from './open-call.js';

/** These change what the agent knows and say nothing: they need no gap. */
const SILENT: ReadonlySet<WhisperKind> = new Set(['fact', 'goal']);

const WHY: Readonly<Partial<Record<WhisperKind, string>>> = {
  goal: 'There is no language model that could follow it.',
  set_slot: 'The open question takes no such value.',
  offer_transfer: 'There is nobody to transfer to, or it is under way.',
};

/** What is whispered to the agent of one call: waits for a gap, and is used there or expires. */
export class Whispers {
  readonly #waiting = new Instructions();
  /** Words of the agent that are not over. */
  readonly #saying = new Set<string>();
  #isCallerTurn = false;
  #turns = 0;

  constructor(
    private readonly call: OpenCall,
    private readonly feed: CallFeed,
    private readonly count: (kind: WhisperKind, state: InstructionState) => void,
  ) {}

  /** Takes an instruction. @returns what has become of it by now */
  add(instruction: Instruction): { readonly state: InstructionState; readonly reason?: string } {
    if (!this.#waiting.add(instruction, this.#turns)) {
      return this.#tell(instruction, 'refused', 'Too many instructions wait.');
    }
    const queued = this.#tell(instruction, 'queued');
    return this.#use(SILENT.has(instruction.kind)).get(instruction.id) ?? queued;
  }

  /** Follows the conversation. */
  event(event: SessionEvent): void {
    switch (event.type) {
      case 'speech_started': {
        this.#isCallerTurn = true;
        return;
      }
      case 'heard_words': {
        if (!event.final) return;
        this.#isCallerTurn = false;
        this.#turns++;
        for (const late of this.#waiting.expire(this.#turns)) this.#tell(late, 'expired');
        return;
      }
      case 'agent_text': {
        this.#saying.add(event.utteranceId);
        return;
      }
      case 'agent_finished': {
        this.#saying.delete(event.utteranceId);
        this.#use(false);
        return;
      }
      case 'counted': {
        if (event.what !== 'turn_dropped' && event.what !== 'not_understood') return;
        this.#isCallerTurn = false;
        this.#use(false);
        return;
      }
      default: {
        return;
      }
    }
  }

  /** Nothing is used any more: a person has the call, or it is over. */
  drop(): void {
    for (const instruction of this.#waiting.drop()) this.#tell(instruction, 'expired');
  }

  /** Uses what waits, one at a gap. @returns what came of those that were used */
  #use(isSilent: boolean): Map<string, { readonly state: InstructionState; readonly reason?: string }> {
    const used = new Map<string, { readonly state: InstructionState; readonly reason?: string }>();
    if (this.#waiting.size === 0) return used;
    this.call.act((parts) => {
      const isGap =
        !this.#isCallerTurn && this.#saying.size === 0 && Object.keys(parts.state.pending).length === 0;
      if (!isGap && !isSilent) return;
      const instruction = isSilent ? this.#waiting.takeLast() : this.#waiting.take();
      if (instruction !== undefined) used.set(instruction.id, this.#instruct(instruction, parts));
    });
    return used;
  }

  #instruct(
    instruction: Instruction,
    parts: CallParts,
  ): { readonly state: InstructionState; readonly reason?: string } {
    const { kind, text, slot, value } = instruction;
    parts.tell({
      type: 'instructed',
      kind,
      ...(text === undefined ? {} : { text }),
      ...(slot === undefined ? {} : { slot }),
      ...(value === undefined ? {} : { value }),
    });
    parts.recorder.event('instruction', { kind, by: instruction.by.id, pii: { text: text ?? value ?? '' } });
    const { ended, instruction: outcome = 'refused' } = parts.state;
    const state = ended && kind !== 'end_politely' ? 'refused' : outcome;
    return this.#tell(instruction, state, state === 'refused' ? WHY[kind] : undefined);
  }

  #tell(
    { id, kind, by }: Instruction,
    state: InstructionState,
    reason?: string,
  ): { readonly state: InstructionState; readonly reason?: string } {
    const why = reason === undefined ? {} : { reason };
    this.count(kind, state);
    this.feed.tell({ type: 'instruction', id, kind, state, turn_id: this.feed.turnId, by, ...why });
    return { state, ...why };
  }
}
