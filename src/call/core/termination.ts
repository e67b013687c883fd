import type { Termination } from '../../kernel/vocab.js';
import type { MediaWarning, RemoteReason } from './types.js';

interface TerminationSpec {
  /** Final status to an INVITE that is not answered yet. */
  readonly status: number;
  /** ITU-T Q.850 cause for the Reason header (RFC 3326). */
  readonly q850: number;
  readonly text: string;
}

const NORMAL: TerminationSpec = { status: 603, q850: 16, text: 'Normal call clearing' };
const TIMER: TerminationSpec = { status: 480, q850: 102, text: 'Recovery on timer expiry' };
const TEMPORARY: TerminationSpec = { status: 500, q850: 41, text: 'Temporary failure' };

const SPECS: Readonly<Record<Termination, TerminationSpec>> = {
  caller_hangup: NORMAL,
  agent_goodbye: NORMAL,
  transferred: NORMAL,
  silence: NORMAL,
  supervisor_hangup: NORMAL,
  cancelled: { ...NORMAL, status: 487 },
  rejected_capacity: { status: 503, q850: 34, text: 'No circuit or channel available' },
  rejected_draining: { status: 503, q850: 42, text: 'Switching equipment congestion' },
  rejected_media: { status: 488, q850: 65, text: 'Bearer capability not implemented' },
  rejected_request: { status: 400, q850: 111, text: 'Protocol error' },
  ack_timeout: TIMER,
  rtp_inactive: TIMER,
  max_duration: TIMER,
  media_error: { status: 500, q850: 47, text: 'Resource unavailable' },
  internal_error: TEMPORARY,
  server_shutdown: { ...TEMPORARY, status: 503 },
  aborted: TEMPORARY,
  no_answer: { status: 480, q850: 19, text: 'No answer from user' },
  callee_busy: { status: 486, q850: 17, text: 'User busy' },
  callee_rejected: { status: 603, q850: 21, text: 'Call rejected' },
};

/** Final status that refuses an INVITE for this reason. */
export function statusForTermination(reason: Termination): number {
  return SPECS[reason].status;
}

/** Value of the Reason header for BYE, CANCEL and final failures (RFC 3326 section 2). */
export function reasonHeader(reason: Termination): string {
  const { q850, text } = SPECS[reason];
  return `Q.850;cause=${q850};text="${text}"`;
}

/** Value of a Warning header (RFC 3261 section 20.43). */
export const warningHeader = ({ code, text }: MediaWarning): string => `${code} leibniz "${text}"`;

/** Why an outbound INVITE that ended with a final failure did not become a call. */
export function terminationForFailure(status: number): Termination {
  switch (status) {
    case 486:
    case 600:
      return 'callee_busy';
    case 408:
    case 480:
    case 487:
      return 'no_answer';
    case 488:
    case 606:
      return 'rejected_media';
    default:
      return 'callee_rejected';
  }
}

/** Why a dialog ended by BYE, from what the SIP server adds to those it makes itself. */
export function terminationForBye(serverReason: string | undefined): Termination {
  if (serverReason === undefined) return 'caller_hangup';
  if (/ack timeout/i.test(serverReason)) return 'ack_timeout';
  if (/cancel/i.test(serverReason)) return 'cancelled';
  if (/session timer|session-expires|session expired/i.test(serverReason)) return 'rtp_inactive';
  return 'caller_hangup';
}

const REASON_LIMIT = 512;
/** Values of Reason headers that are read. */
const MAX_REASONS = 8;

/** Parses every value of Reason headers, which commas outside of quotes part (RFC 3326 section 2). */
export function parseReasons(value: string | undefined): readonly RemoteReason[] {
  if (value === undefined || value.length > MAX_REASONS * REASON_LIMIT) return [];
  const values = value.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  return values.slice(0, MAX_REASONS).flatMap((one) => parseReason(one) ?? []);
}

/** Parses the first value of a Reason header (RFC 3326); undefined when it is not one. */
export function parseReason(value: string | undefined): RemoteReason | undefined {
  if (value === undefined || value.length > REASON_LIMIT) return undefined;
  const protocol = /^\s*([\w.\-!%*+`'~]+)/.exec(value)?.[1];
  if (protocol === undefined) return undefined;
  const cause = /;\s*cause\s*=\s*(\d{1,5})/i.exec(value)?.[1];
  const text = /;\s*text\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(value)?.[1];
  return {
    protocol,
    cause: cause === undefined ? undefined : Number(cause),
    text: text?.replace(/\\(.)/g, '$1'),
  };
}
