import type { Refusal } from './tasks/form/spec.js';

/** A topic that the agent does not talk about (`guard.yaml`). */
export interface RefusedTopic {
  readonly id: string;
  /** Words and phrases that name it, lower case. */
  readonly words: readonly string[];
  /** What is said instead. */
  readonly say: readonly string[];
}

/** `guard.yaml`: what is neither taken nor talked about. */
export interface GuardRules {
  readonly refuses: readonly Refusal[];
  readonly topics: readonly RefusedTopic[];
  /** Words that the agent never says, lower case. */
  readonly neverSays: readonly string[];
}
