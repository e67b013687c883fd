import { z } from 'zod';
import type { DialogState } from '../dialog/core/state.js';
import type { JsonValue } from '../store/journal-event.js';
import type { ResumedConversation } from './call-session-init.js';
import type { SessionEvent } from './ports.js';

/** One exchange of a conversation. */
export interface ConversationTurn {
  /** What the person said; empty for the greeting. */
  readonly user: string;
  /** What the agent answered, as far as it was heard. */
  readonly agent: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly confidence?: number;
}

/** Exchanges kept for the history. */
const MAX_TURNS = 200;

const savedRecord = z.object({
  created_at: z.number(),
  turns: z.array(
    z.object({
      user: z.string(),
      agent: z.string(),
      timestamp: z.number(),
      confidence: z.number().optional(),
    }),
  ),
  snapshot: z
    .object({ state: z.record(z.string(), z.unknown()), nextIndex: z.number(), nextSeq: z.number() })
    .optional(),
});

/** What is kept of a conversation: its history and what is needed to go on. */
export class ConversationRecord {
  readonly #turns: ConversationTurn[] = [];
  snapshot: ResumedConversation | undefined;

  /** @param createdAt - wall clock, ms */
  constructor(
    readonly id: string,
    readonly createdAt: number,
  ) {}

  /** Reads a saved record; `undefined` for nothing or for something else. */
  static revive(id: string, saved: unknown): ConversationRecord | undefined {
    const parsed = savedRecord.safeParse(saved);
    if (!parsed.success) return undefined;
    const record = new ConversationRecord(id, parsed.data.created_at);
    for (const { confidence, ...turn } of parsed.data.turns) {
      record.#turns.push({ ...turn, ...(confidence === undefined ? {} : { confidence }) });
    }
    const { snapshot } = parsed.data;
    if (snapshot !== undefined) {
      record.snapshot = { ...snapshot, state: snapshot.state as unknown as DialogState };
    }
    return record;
  }

  /** Exchanges so far, oldest first. */
  get turns(): readonly ConversationTurn[] {
    return this.#turns;
  }

  /** Adds what an event says to the history. */
  follow(event: SessionEvent, wallMs: number): void {
    if (event.type === 'heard_words' && event.final) {
      this.#turns.push({
        user: event.pii.text,
        agent: '',
        timestamp: wallMs / 1000,
        confidence: event.confidence,
      });
      if (this.#turns.length > MAX_TURNS) this.#turns.shift();
    } else if (event.type === 'agent_finished') {
      const last = this.#turns.at(-1);
      const heard = event.pii.heard;
      if (last === undefined) this.#turns.push({ user: '', agent: heard, timestamp: wallMs / 1000 });
      else this.#turns[this.#turns.length - 1] = { ...last, agent: `${last.agent} ${heard}`.trim() };
    }
  }

  toJson(): JsonValue {
    return JSON.parse(
      JSON.stringify({ created_at: this.createdAt, turns: this.#turns, snapshot: this.snapshot }),
    ) as JsonValue;
  }
}
