import { z } from 'zod';
import type { DialogState } from '../dialog/core/machine/state.js';
import type { UtteranceId } from '../kernel/ids.js';
import type { JsonValue } from '../store/journal-event.js';
import type { ResumedConversation } from './call-session-init.js';
import type { SessionEvent } from './ports.js';

/** One exchange of a conversation. */
export interface ConversationTurn {
  /** What the person said; empty for the greeting. */
  readonly user: string;
  /** What the agent answered: what has been heard of it, and all of what it is saying now. */
  readonly agent: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly confidence?: number;
}

/** An exchange as it grows; `agent` holds what is over. */
type OpenTurn = { -readonly [K in keyof ConversationTurn]: ConversationTurn[K] };

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
  readonly #turns: OpenTurn[] = [];
  /** Texts that are being said or wait to be, in order, with the exchange they belong to. */
  readonly #saying = new Map<UtteranceId, { readonly turn: OpenTurn; readonly text: string }>();
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
    const saying = [...this.#saying.values()];
    return this.#turns.map((turn) => {
      const now = saying.flatMap((said) => (said.turn === turn ? [said.text] : []));
      return { ...turn, agent: [turn.agent, ...now].join(' ').trim() };
    });
  }

  /** Adds what an event says to the history. */
  follow(event: SessionEvent, wallMs: number): void {
    const begin = (user: string): OpenTurn => {
      const turn: OpenTurn = { user, agent: '', timestamp: wallMs / 1000 };
      this.#turns.push(turn);
      if (this.#turns.length > MAX_TURNS) this.#turns.shift();
      return turn;
    };
    switch (event.type) {
      case 'heard_words': {
        if (!event.final) break;
        const turn = begin(event.pii.text);
        if (event.confidence !== undefined) turn.confidence = event.confidence;
        break;
      }
      case 'agent_text': {
        const turn = this.#turns.at(-1) ?? begin('');
        this.#saying.set(event.utteranceId, { turn, text: event.pii.text });
        break;
      }
      case 'agent_finished': {
        const turn = this.#saying.get(event.utteranceId)?.turn ?? this.#turns.at(-1) ?? begin('');
        this.#saying.delete(event.utteranceId);
        turn.agent = `${turn.agent} ${event.pii.heard}`.trim();
        break;
      }
      default: {
        break;
      }
    }
  }

  toJson(): JsonValue {
    return JSON.parse(
      JSON.stringify({ created_at: this.createdAt, turns: this.#turns, snapshot: this.snapshot }),
    ) as JsonValue;
  }
}
