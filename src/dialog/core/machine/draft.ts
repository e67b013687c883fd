import { requestId, utteranceId, type RequestId, type UtteranceId } from '../../../kernel/ids.js';
import type { DialogContext } from '../context.js';
import type { DialogEffect, DialogRequest, IntentResult, SayEffect } from '../effects.js';
import type { ModelTalk } from '../model/types.js';
import { render, type Line } from '../render.js';
import type { TaskContext, TaskId, TaskStart } from '../tasks/task.js';
import { listeningOf } from './listening.js';
import { taskContext } from './task-context.js';
import {
  MAX_PENDING,
  type DialogState,
  type DialogStep,
  type Frame,
  type Matter,
  type Said,
} from './state.js';

interface Piece {
  readonly piece: Omit<SayEffect, 'type' | 'style' | 'promptId' | 'interruptible'>;
}

interface Spoken {
  readonly line: Line;
  readonly interruptible: boolean;
  readonly filler: boolean;
  readonly sources?: readonly string[];
}

/** What a rule leaves to the conversation, once it is done: the ladder, or the next matter of the turn. */
export type Later =
  | 'missed'
  | 'next_matter'
  /** The model was of no use: the conversation answers by itself. */
  | { readonly offline: ModelTalk }
  /** The model has proposed a task. */
  | { readonly task: TaskId; readonly start: TaskStart };

/**
 * One step in the making: the state so far and the effects so far. Lives inside a call of `step` only; the rules
 * write to it, `finish` gives the result.
 */
export class Draft {
  readonly #effects: DialogEffect[] = [];
  readonly #lines: (Spoken | Piece)[] = [];
  readonly #later: Later[] = [];
  #again: readonly Said[] = [];

  constructor(
    public state: DialogState,
    readonly ctx: DialogContext,
  ) {}

  /** Changes fields of the state. */
  set(change: Partial<DialogState>): void {
    this.state = { ...this.state, ...change };
  }

  /** The open task. */
  get top(): Frame | undefined {
    return this.state.stack.at(-1);
  }

  /** What the task of a frame may look at. */
  taskContext(frame: number): TaskContext {
    return taskContext(this.state, this.ctx, frame);
  }

  /** Says lines in order. */
  say(...lines: readonly Line[]): void {
    for (const line of lines) this.#lines.push({ line, interruptible: line.firm !== true, filler: false });
  }

  /** Says an answer with the passages it was taken from. */
  sayWithSources(line: Line, sources: readonly string[]): void {
    this.#lines.push({ line, interruptible: true, filler: false, sources });
  }

  /**
   * Says a piece of an answer that is still being written. A piece without more ends the words; it may be empty.
   *
   * @returns the id of the words
   */
  sayPiece(
    text: string,
    {
      sayId,
      more,
      sources = [],
    }: { sayId?: UtteranceId | undefined; more: boolean; sources?: readonly string[] },
  ): UtteranceId {
    const id = sayId ?? this.#sayId();
    const cited = sources.length === 0 ? {} : { sources };
    this.#lines.push({ piece: { sayId: id, text, ...(more ? { more: true as const } : {}), ...cited } });
    return id;
  }

  /** Whether this step says anything so far. */
  get hasWords(): boolean {
    return this.#lines.length > 0 || this.#again.length > 0;
  }

  /** The pieces of this step under an id, joined. */
  pieceText(sayId: UtteranceId): string | undefined {
    const texts = this.#lines.flatMap((one) =>
      'piece' in one && one.piece.sayId === sayId && one.piece.text !== '' ? [one.piece.text] : [],
    );
    return texts.length === 0 ? undefined : texts.join(' ');
  }

  /** Says "one moment": it answers nothing, and "repeat" does not bring it back. */
  sayFiller(line: Line): void {
    this.#lines.push({ line, interruptible: true, filler: true });
  }

  /** Says earlier words once more, as they were. */
  sayAgain(said: readonly Said[]): void {
    this.#again = said;
  }

  /** Leaves something to the conversation. */
  leave(later: Later): void {
    this.#later.push(later);
  }

  /** What was left first. */
  takeLater(): Later | undefined {
    return this.#later.shift();
  }

  /** Emits an effect without an answer. */
  emit(effect: DialogEffect): void {
    this.#effects.push(effect);
  }

  /** Makes a request; its answer comes back under the id. */
  request(
    request: DialogRequest,
    owner: { readonly frame?: number; readonly matter?: Matter; readonly found?: IntentResult } = {},
  ): RequestId {
    const { counts, pending } = this.state;
    const id = requestId(`d${counts.requests + 1}`);
    const kept = Object.entries(pending).slice(1 - MAX_PENDING);
    this.set({
      counts: { ...counts, requests: counts.requests + 1 },
      pending: { ...Object.fromEntries(kept), [id]: { ...owner, request, fillers: 0 } },
    });
    this.#effects.push({ ...request, requestId: id });
    return id;
  }

  /** Forgets a request; an answer that still comes is stale. */
  forget(id: string): void {
    const { [id]: gone, ...pending } = this.state.pending;
    if (gone !== undefined) this.set({ pending });
  }

  /** The result of the step. Speech comes before every other effect. */
  finish(): DialogStep {
    const said: Said[] = [];
    const speech: SayEffect[] = [];
    for (const { text, promptId } of this.#again) {
      speech.push(this.#effect({ text, promptId, interruptible: true }));
    }
    const counts: Record<string, number> = { ...this.state.said };
    for (const one of this.#lines) {
      if ('piece' in one) {
        speech.push(
          this.#styled({ type: 'say', ...one.piece, promptId: 'model.answer', interruptible: true }),
        );
        continue;
      }
      const { line, interruptible, filler, sources } = one;
      const count = counts[line.promptId] ?? 0;
      counts[line.promptId] = count + 1;
      const text = render(this.ctx.prompts, line, this.state.seed + count);
      if (text === '') continue;
      speech.push(
        this.#effect({
          text,
          promptId: line.promptId,
          interruptible,
          ...(sources === undefined ? {} : { sources }),
          ...(filler ? { filler: true as const } : {}),
        }),
      );
    }
    for (const { sayId, text, promptId, filler } of speech) {
      if (filler === true) continue;
      // Words that come in pieces are one thing that was said, also over several steps.
      const before = said.at(-1) ?? this.state.lastSaid.at(-1);
      if (before?.sayId !== sayId) said.push({ sayId, text, promptId });
      else said[Math.max(0, said.length - 1)] = { ...before, text: `${before.text} ${text}`.trim() };
    }
    this.set({ said: counts, ...(said.length === 0 ? {} : { lastSaid: said, heardToEnd: false }) });
    return {
      state: this.state,
      effects: [...speech, ...this.#effects],
      listening: listeningOf(this.state, this.ctx),
    };
  }

  #effect(what: Omit<SayEffect, 'type' | 'sayId' | 'style'>): SayEffect {
    return this.#styled({ type: 'say', sayId: this.#sayId(), ...what });
  }

  #styled(effect: SayEffect): SayEffect {
    const { style } = this.state;
    return Object.keys(style).length === 0 ? effect : { ...effect, style };
  }

  #sayId(): UtteranceId {
    const { counts } = this.state;
    this.set({ counts: { ...counts, says: counts.says + 1 } });
    return utteranceId(`s${counts.says + 1}`);
  }
}
