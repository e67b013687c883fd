import type { SpeechEvidence } from '../../../kernel/vocab.js';
import type { LocalDate } from './time/local-date.js';
import type { TimeReference, TimeValue } from './time/types.js';
import type { Token } from './tokens.js';

/** Dialogue acts, in the sense of ISO 24617-2, as far as a phone dialog tells them apart. */
export type Act = 'affirm' | 'deny' | 'inform' | 'request' | 'question' | 'command' | 'social' | 'none';

/** Requests that mean the same at every point of a call. */
export type CommandKind =
  /** A human being, now. */
  | 'person'
  | 'repeat'
  | 'goodbye'
  /** "One moment." */
  | 'wait'
  /** "Are you there?" */
  | 'hello'
  | 'help'
  /** Gives up what is being done: "never mind the appointment". */
  | 'stop'
  /** "Stop recording me." */
  | 'stop_recording'
  | 'restart'
  | 'slower'
  | 'faster'
  | 'louder'
  | 'quieter'
  /** "Take me off the list, do not call again." */
  | 'opt_out';

/** Talk that is no business. */
export type SocialKind = 'thanks' | 'greeting' | 'apology' | 'praise' | 'anger' | 'about_agent' | 'chat';

/** What must reach a person at once. */
export type AlertKind = 'emergency' | 'self_harm' | 'violence';

/** What words are about, beside what they do and name; each is looked for anywhere in a turn. */
export const SIGN_KINDS = [
  /** "Forget the call." */
  'no_call',
  /** "Not on this phone." */
  'other_number',
  'which_number',
  'call_when',
  /** "Ring me", whatever stands beside it. */
  'call_me',
  /** "Tell Mr Brown…": what follows is to be passed on. */
  'pass_on',
  /** "Can I leave a message?" */
  'message',
  /** "Leave a message that…" */
  'message_told',
  /** "I want to tell him…": the caller's own telling, no message. */
  'own_telling',
  /** "The one I am calling from." */
  'this_number',
  /** "It's about…" */
  'about',
  /** "The name is wrong": something of what is stored. */
  'stored_wrong',
  'complaint',
  /** Nobody has answered for long. */
  'waited',
  /** A death or an illness. */
  'sad',
  /** What has happened: a day in it is no day of an appointment. */
  'story',
  /** "Are you recording this?" */
  'recording',
  /** Wants help with how they feel. */
  'distress',
] as const;

/** One of {@link SIGN_KINDS}. */
export type SignKind = (typeof SIGN_KINDS)[number];

/** A sign with the tokens it was read from, the end excluded. */
export interface Sign {
  readonly kind: SignKind;
  readonly from: number;
  readonly to: number;
}

/** What a caller names. */
export type MentionValue =
  | { readonly type: 'time'; readonly value: TimeValue }
  | {
      readonly type: 'name';
      readonly name: string;
      readonly part: 'full' | 'given' | 'family';
      readonly source: 'spelled' | 'introduced' | 'bare';
      /** True when every part is in the lists of names. A hint, never a proof. */
      readonly known: boolean;
      /** The relation when it is not the caller's own: "daughter". */
      readonly whose?: string;
    }
  | { readonly type: 'service'; readonly id: string; readonly text: string; readonly score: number }
  | { readonly type: 'staff'; readonly id: string }
  /** One of the options of the open question, by its words. */
  | { readonly type: 'option'; readonly id: string }
  /** One of the offers by its place, from 0. */
  | { readonly type: 'place'; readonly place: number | 'last' | 'middle' | 'any' | 'none' }
  /** "Something later", "anything earlier": other offers in that direction. */
  | { readonly type: 'other'; readonly direction: 'later' | 'earlier' | 'different' }
  | { readonly type: 'phone'; readonly digits: string }
  | { readonly type: 'email'; readonly address: string }
  | { readonly type: 'digits'; readonly digits: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'amount'; readonly value: number; readonly currency?: string }
  | { readonly type: 'letters'; readonly letters: string }
  /** A part of what is being asked: "the time is wrong"; with the words of a new value: "the topic should be housing". */
  | { readonly type: 'field'; readonly field: string; readonly text?: string };

/** A mention with the tokens it took. */
export type Mention = MentionValue & {
  readonly from: number;
  /** Token after the last one. */
  readonly to: number;
  /** "Not Friday", "anything but nine". */
  readonly excluded: boolean;
  /** The words only sound like it. */
  readonly guess?: true;
  /** A name that expectation has put in the place of another free reading. */
  readonly replaced?: true;
  /** One of several days or times that were joined by "or" ("ten or eleven"): none is chosen yet, so that it can be asked. */
  readonly either?: true;
};

/** What one clause of a turn does. */
export interface Clause {
  /** The words as they were heard. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly act: Act;
  readonly command?: CommandKind;
  readonly social?: SocialKind;
  readonly negated: boolean;
  /** "I think so", "maybe". */
  readonly hedged: boolean;
  /** "Yes, if…" */
  readonly conditional: boolean;
  /** "Let me check", "not yet". */
  readonly deferred: boolean;
  readonly mentions: readonly Mention[];
  /** Words that no reader claimed. Courtesy, fillers and repetitions are claimed. */
  readonly unread: readonly string[];
}

/** The one reading of a turn, used by every part of the dialog. */
export interface Interpretation extends Omit<Clause, 'from' | 'to'> {
  readonly tokens: readonly Token[];
  /** Calibrated share of right words, 0..1; 1 for typed text. */
  readonly confidence: number;
  /** Log units between the best agreement and the best refusal, where the recogniser gives them. */
  readonly margin?: number;
  /** In order; at least one. The fields of the whole turn are drawn from them. */
  readonly clauses: readonly Clause[];
  /** The answer the turn comes down to at a yes/no question, whatever else it says ("no no that's right": affirm). */
  readonly polarity?: 'affirm' | 'deny';
  /** A question or matter that came beside the answer ("yes, and where do I park?"), as heard. */
  readonly aside?: string;
  readonly alert?: AlertKind;
  /** What the words are about; the first place of each kind. */
  readonly signs: readonly Sign[];
  /** Tokens that tell something of their own beside asking for a call: what it is about, whom to tell what. */
  readonly telling: readonly number[];
  /** BCP 47 language of the words when it is not the locale's. */
  readonly language?: string;
  /** Nothing but hesitation: "um, let me see". */
  readonly thinking: boolean;
}

/** What kind of answer a question waits for. */
export type Expects =
  /** A matter in own words: "what can I do for you?" */
  | 'matter'
  | 'yes_no'
  | 'date'
  | 'time'
  | 'name'
  | 'service'
  /** One of some offers, by place, time or day. */
  | 'offer'
  /** One of {@link OpenQuestion.options}. */
  | 'option'
  /** What is wrong with what was read back. */
  | 'correction'
  | 'phone'
  | 'digits'
  | 'email'
  | 'amount'
  | 'number'
  | 'address'
  /** Any words are the answer. */
  | 'words';

/** What a yes/no question has read back: a different value in the answer is a correction, never an agreement. */
export interface AskedValues {
  readonly date?: LocalDate;
  /** Minutes after local midnight. */
  readonly minute?: number;
  readonly name?: string;
  readonly serviceId?: string;
  readonly staffId?: string;
  readonly digits?: string;
  readonly text?: string;
}

/** The question that is open while a turn is read. */
export interface OpenQuestion {
  /** Stable name, such as `book.confirm`. */
  readonly id: string;
  readonly expects: Expects;
  /** What a yes/no question would do: `book`, `cancel`, `move`… @defaultValue what stands before the first dot of the id */
  readonly action?: string;
  /**
   * True when values were read back to be checked ("is that right?"): then "no, that's fine" agrees. At an offer it declines.
   * @defaultValue true where values were asked about and the action is to book or to move
   */
  readonly readBack?: boolean;
  readonly time: TimeReference;
  readonly options?: readonly { readonly id: string; readonly words: readonly string[] }[];
  /** Offered beginnings, in the order in which they were said. */
  readonly offers?: readonly { readonly date: LocalDate; readonly minute: number }[];
  readonly asked?: AskedValues;
  /** Parts that an answer may name without a value, with their words: `{ time: ["time", "hour"] }`. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
}

/** A turn as it comes to be read. */
export interface Utterance {
  readonly text: string;
  readonly confidence: number;
  readonly evidence?: SpeechEvidence;
}
