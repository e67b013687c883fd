/** Branded identifiers. An id names one thing of one kind; the compiler keeps kinds apart. */
declare const kind: unique symbol;

type Id<K extends string> = string & { readonly [kind]: K };

/** One call leg (a phone call or a conversation socket). */
export type CallId = Id<'CallId'>;
/** One turn of the caller within a call. */
export type TurnId = Id<'TurnId'>;
/** One thing the agent says; increases within a call. */
export type UtteranceId = Id<'UtteranceId'>;
/** One asynchronous request (STT, TTS, retrieval, booking); its result carries it back. */
export type RequestId = Id<'RequestId'>;

/** Marks a string as a call id. */
export const callId = (value: string): CallId => value as CallId;
/** Marks a string as a turn id. */
export const turnId = (value: string): TurnId => value as TurnId;
/** Marks a string as an utterance id. */
export const utteranceId = (value: string): UtteranceId => value as UtteranceId;
/** Marks a string as a request id. */
export const requestId = (value: string): RequestId => value as RequestId;

/** Deterministic ids `t1, t2, …` within one owner, so that a replay gives the same ids. */
export class IdSequence {
  #next = 1;

  constructor(private readonly prefix: string) {}

  /** The next id of the sequence. */
  next(): string {
    return `${this.prefix}${this.#next++}`;
  }
}
