/** What becomes of a text: it goes on, goes on without what was masked, goes nowhere, or to a person at once. */
export type GuardAction = 'allow' | 'mask' | 'block' | 'escalate';

/** Why a text does not go on as it is. */
export const GUARD_REASONS = [
  /** It means to turn the agent from its work. */
  'prompt_injection',
  /** More than 1,000 characters. */
  'too_long',
  /** The caller is abusive. */
  'abuse',
  /** The agent would be. */
  'toxic_content',
  /** Somebody is in danger. */
  'self_harm',
  'violence',
  'emergency',
  /** Personal data: masked, or of somebody whom the conversation is not about. */
  'pii',
  /** `guard.yaml` of the pack does not take it, does not talk about it, or never says it. */
  'forbidden_topic',
  /** Keys and tokens of programs. */
  'secret',
  /** The agent's own instructions. */
  'prompt_leak',
  /** A number, a day, a price, an address or a name that no source holds. */
  'ungrounded',
  /** Something is said to be done, or free, which only the tasks may say. */
  'claim',
] as const;
export type GuardReason = (typeof GUARD_REASONS)[number];

/** What a guard makes of a text. */
export interface GuardVerdict {
  readonly action: GuardAction;
  /** The gravest first; empty where the text goes on as it is. */
  readonly reasons: readonly GuardReason[];
  /** Probabilities, 0..1, of what was judged. */
  readonly scores: Readonly<Partial<Record<'injection' | 'toxic', number>>>;
  /** The text as it may go on; empty where nothing of it may. */
  readonly text: string;
}

/** A guard, of this process or of another. Texts are judged by themselves: nothing is kept. */
export interface GuardPort {
  /** Of a caller. */
  input(text: string): Promise<GuardVerdict>;
  /** Of the agent. */
  output(text: string): Promise<GuardVerdict>;
}
