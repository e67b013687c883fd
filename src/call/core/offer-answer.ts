/** What to do with a request that may carry an offer inside a dialog. */
export type OfferDecision =
  | { readonly action: 'negotiate' }
  /** 491 Request Pending: an offer of ours is still unanswered (RFC 3261 section 14.2, RFC 3311 section 5.2). */
  | { readonly action: 'reject'; readonly status: 491 };

/** What an ACK means for the session. */
export type AckMeaning =
  | { readonly kind: 'initial' }
  /** The ACK of a re-INVITE; `answerDue` when our 200 carried an offer that this ACK must answer. */
  | { readonly kind: 'reinvite'; readonly answerDue: boolean }
  | { readonly kind: 'unknown' };

/** Most re-INVITEs whose ACK is awaited at once; older ones are forgotten. */
const MAX_OPEN = 8;

/**
 * The offer/answer state of one dialog in which only the peer sends INVITEs (RFC 3264, RFC 6337).
 * An offer of ours is open from a 200 to an INVITE without SDP until its ACK.
 */
export class OfferAnswer {
  /** CSeq numbers of answered re-INVITEs that wait for their ACK, with whether the ACK owes an answer. */
  readonly #open = new Map<number, boolean>();
  #initialOfferOpen: boolean;

  /**
   * @param initialCseq - CSeq number of the INVITE that made the dialog; undefined when we sent it
   * @param weOffered - the initial INVITE had no SDP
   */
  constructor(
    private readonly initialCseq: number | undefined,
    weOffered: boolean,
  ) {
    this.#initialOfferOpen = weOffered;
  }

  /** Whether an offer of ours waits for its answer. */
  get offerOpen(): boolean {
    return this.#initialOfferOpen || [...this.#open.values()].includes(true);
  }

  /** A re-INVITE or an UPDATE with SDP came. */
  onOffer(): OfferDecision {
    return this.offerOpen ? { action: 'reject', status: 491 } : { action: 'negotiate' };
  }

  /** A re-INVITE was answered with 200. */
  onAnswered(cseq: number, weOffered: boolean): void {
    this.#open.set(cseq, weOffered);
    if (this.#open.size <= MAX_OPEN) return;
    const oldest = this.#open.keys().next();
    if (oldest.done !== true) this.#open.delete(oldest.value);
  }

  /** An ACK came. */
  onAck(cseq: number): AckMeaning {
    if (cseq === this.initialCseq) {
      this.#initialOfferOpen = false;
      return { kind: 'initial' };
    }
    const answerDue = this.#open.get(cseq);
    if (answerDue === undefined) return { kind: 'unknown' };
    this.#open.delete(cseq);
    return { kind: 'reinvite', answerDue };
  }
}
