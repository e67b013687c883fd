/** What an attempt to call somebody can come to. */
export const OUTCOMES = [
  'busy',
  'no_answer',
  'unreachable',
  'declined',
  'unwanted',
  'blocked',
  'invalid',
  'network',
  'account',
  'media',
  'machine_left',
  'machine_not_left',
  'screened',
  'human_short',
  'completed',
  'opted_out',
  'expired',
] as const;

/** One of {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

/** What told it: the network's cause, the SIP status, another Reason, this side, or what happened after the answer. */
export type OutcomeSource = 'q850' | 'status' | 'reason' | 'local' | 'talk';

/** An outcome with what it rests on. */
export interface Decided {
  readonly outcome: Outcome;
  readonly source: OutcomeSource;
  /** The callee or their network has said no: nothing may dial them again, whatever the rules of a campaign say. */
  readonly final: boolean;
}

/** A value of a Reason header (RFC 3326). */
export interface GivenReason {
  readonly protocol: string;
  readonly cause: number | undefined;
  readonly text: string | undefined;
}

/** How a call that was not answered ended. */
export interface UnansweredFacts {
  /** Final SIP status; absent when the INVITE never left or nobody answered it at all. */
  readonly status?: number | undefined;
  /** Values of the Reason headers of the final response. */
  readonly reasons: readonly GivenReason[];
  /** A 18x had come: somebody's phone was reached. */
  readonly rang: boolean;
  /** This side gave up: the time to ring was over, or it had to stop. */
  readonly gaveUp?: 'no_answer' | 'stopped' | undefined;
}

/** Q.850 causes that say more than a status does (RFC 3398 section 7.2.4.1); the others leave it to the status. */
const OF_CAUSE: Readonly<Record<number, Outcome>> = {
  1: 'invalid',
  17: 'busy',
  18: 'no_answer',
  19: 'no_answer',
  20: 'unreachable',
  21: 'declined',
  22: 'invalid',
  27: 'unreachable',
  28: 'invalid',
  34: 'network',
  38: 'network',
  41: 'network',
  42: 'network',
  47: 'network',
  58: 'media',
  65: 'media',
  88: 'media',
  102: 'network',
};

/** Statuses whose meaning does not hang on what happened before. */
const OF_STATUS: Readonly<Record<number, Outcome>> = {
  301: 'invalid',
  302: 'unreachable',
  401: 'account',
  402: 'account',
  404: 'invalid',
  407: 'account',
  410: 'invalid',
  415: 'media',
  428: 'account',
  436: 'account',
  437: 'account',
  438: 'account',
  480: 'no_answer',
  484: 'invalid',
  485: 'invalid',
  486: 'busy',
  487: 'no_answer',
  488: 'media',
  600: 'busy',
  603: 'declined',
  604: 'invalid',
  606: 'media',
  607: 'unwanted',
  608: 'blocked',
};

/** Decides in order: a refusal that no cause softens, the Q.850 cause, the status. */
export function outcomeOfUnanswered(facts: UnansweredFacts): Decided {
  const { status, reasons, rang, gaveUp } = facts;
  const refused = refusal(status, reasons);
  if (refused !== undefined) return refused;
  if (gaveUp !== undefined) return local(gaveUp === 'no_answer' || rang ? 'no_answer' : 'network');
  const cause = reasons.find(({ protocol }) => protocol.toUpperCase() === 'Q.850')?.cause;
  const byCause = cause === undefined ? undefined : OF_CAUSE[cause];
  // 603 is the callee's own word; a cause beside it does not open the way to another call.
  if (byCause !== undefined && status !== 603) return { outcome: byCause, source: 'q850', final: false };
  if (status === undefined) return local('network');
  return { outcome: outcomeOfStatus(status, rang), source: 'status', final: status === 603 };
}

const local = (outcome: Outcome): Decided => ({ outcome, source: 'local', final: false });

/** RFC 8197 (607), RFC 8688 (608), and ATIS-1000099's 603 that a network, not a person, has sent. */
function refusal(status: number | undefined, reasons: readonly GivenReason[]): Decided | undefined {
  if (status === 607 || status === 608) {
    return { outcome: status === 607 ? 'unwanted' : 'blocked', source: 'status', final: true };
  }
  const isBlocked = reasons.some(
    ({ protocol, cause, text = '' }) =>
      /^sip$/i.test(protocol) && (cause === 608 || (cause === 603 && /network blocked/i.test(text))),
  );
  if (isBlocked) return { outcome: 'blocked', source: 'reason', final: true };
  const isUnwanted = reasons.some(({ protocol, cause }) => /^sip$/i.test(protocol) && cause === 607);
  return isUnwanted ? { outcome: 'unwanted', source: 'reason', final: true } : undefined;
}

function outcomeOfStatus(status: number, rang: boolean): Outcome {
  // Before anything rang nobody can have declined: it is the trunk that forbids.
  if (status === 403) return rang ? 'declined' : 'account';
  if (status === 408) return rang ? 'no_answer' : 'unreachable';
  const known = OF_STATUS[status];
  if (known !== undefined) return known;
  return status >= 600 ? 'declined' : 'network';
}

/** Who or what has answered, as far as it can be told. Unsure is treated as a human being. */
export type AnswerVerdict = 'human' | 'machine' | 'unsure';

/** How a call that was answered ended. */
export interface AnsweredFacts {
  readonly durationMs: number;
  /** What ended it: `caller_hangup` when they hung up. */
  readonly ended: string;
  readonly verdict: AnswerVerdict;
  /** A message was left to a machine. */
  readonly messageLeft: boolean;
  /** What the conversation came to, in its own words; absent when it came to nothing. */
  readonly result?: string | undefined;
  /** A word of theirs was understood, or a key was pressed. */
  readonly heard: boolean;
}

/** Whoever hangs up sooner has not heard what the call is about. */
export const SHORT_MS = 6000;

/** Ends for which the callee is not to blame: nothing came through, or this side broke off. */
const MEDIA_ENDS = ['rtp_inactive', 'media_error', 'rejected_media', 'ack_timeout'];
const OWN_ENDS = ['internal_error', 'server_shutdown', 'aborted'];

/** What an answered call has come to. */
export function outcomeOfAnswered(facts: AnsweredFacts): Decided {
  const { durationMs, ended, verdict, messageLeft, result, heard } = facts;
  const talk = (outcome: Outcome): Decided => ({ outcome, source: 'talk', final: outcome === 'opted_out' });
  if (result === 'opted_out') return talk('opted_out');
  if (verdict === 'machine') return talk(messageLeft ? 'machine_left' : 'machine_not_left');
  if (result === 'nobody') return talk('machine_not_left');
  if (result !== undefined) return talk('completed');
  if (!heard && MEDIA_ENDS.includes(ended)) return talk('media');
  if (OWN_ENDS.includes(ended)) return talk('human_short');
  if (ended === 'caller_hangup' && durationMs < SHORT_MS) return talk('human_short');
  return talk('completed');
}
