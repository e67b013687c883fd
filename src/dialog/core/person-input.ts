/** What the dialog is told of a person of the office who steps in. None of it is ever taken for the caller's consent. */
export type PersonInput =
  /** A person speaks in the agent's place from now on: the dialog stands still. */
  | { readonly type: 'paused_by_human' }
  /** Words of that person. */
  | { readonly type: 'human_said'; readonly text: string }
  /** The line to that person is lost: the caller is asked to wait. */
  | { readonly type: 'human_lost' }
  /** The agent speaks again. */
  | {
      readonly type: 'handed_back';
      readonly next: HandBackNext;
      /** What it says, for `next: 'say'`. */
      readonly say?: string;
      /** What it is to know. */
      readonly note?: string;
      /** Values that the person has found out, by slot, in words. */
      readonly facts?: Readonly<Record<string, string>>;
    }
  /** A person has whispered something to the agent; {@link DialogState.instruction} tells what came of it. */
  | {
      readonly type: 'instructed';
      readonly kind: 'say' | 'fact' | 'goal' | 'set_slot' | 'repeat' | 'offer_transfer' | 'end_politely';
      readonly text?: string;
      readonly slot?: string;
      readonly value?: string;
    };

/** How the agent begins when it gets a call back. */
export const HAND_BACK_NEXT = ['resume', 'ask_open_question', 'say'] as const;

/** One of {@link HAND_BACK_NEXT}. */
export type HandBackNext = (typeof HAND_BACK_NEXT)[number];
