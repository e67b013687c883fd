/** Why a message from the network was not processed. */
export type DropReason =
  | 'keepalive'
  | 'malformed_request'
  | 'malformed_response'
  | 'wrong_version'
  | 'stray_response'
  | 'stray_ack'
  | 'table_full'
  /** From an address that is in no list of peers. */
  | 'not_a_peer'
  /** Beyond the requests a second of its source. */
  | 'rate_limited'
  /** Beyond the calls without ACK of its source. */
  | 'half_open_limit'
  | 'connection_limit';

/** Counters since start and sizes now. */
export interface SipServerStats {
  /** Requests taken from the network, by method; unknown methods count as `OTHER`. */
  readonly requestsIn: Readonly<Record<string, number>>;
  /** Requests put on the wire (without retransmissions), by method. */
  readonly requestsOut: Readonly<Record<string, number>>;
  /** Responses taken from the network, by class (`1xx`…`6xx`). */
  readonly responsesIn: Readonly<Record<string, number>>;
  readonly responsesOut: Readonly<Record<string, number>>;
  readonly retransmissionsIn: number;
  readonly retransmissionsOut: number;
  readonly parseErrors: number;
  readonly drops: Readonly<Record<string, number>>;
  /** 2xx answers whose ACK never came. */
  readonly ackTimeouts: number;
  readonly transportErrors: number;
  /** Calls ended because nobody refreshed their session (RFC 4028). */
  readonly sessionTimeouts: number;
  /** False while the table of transactions has no room for a new call. */
  readonly takesCalls: boolean;
  readonly active: {
    readonly serverTransactions: number;
    readonly clientTransactions: number;
    readonly dialogs: number;
    readonly timers: number;
    readonly controlClients: number;
    readonly connections: number;
  };
}

const KNOWN = new Set([
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'MESSAGE',
  'NOTIFY',
  'SUBSCRIBE',
  'PUBLISH',
  'REFER',
  'UPDATE',
  'PRACK',
]);

/** True for methods of RFC 3261 and its registered extensions. */
export const isKnownMethod = (method: string): boolean => KNOWN.has(method);

/** Mutable counters behind {@link SipServerStats}. */
export class Counters {
  readonly requestsIn: Record<string, number> = {};
  readonly requestsOut: Record<string, number> = {};
  readonly responsesIn: Record<string, number> = {};
  readonly responsesOut: Record<string, number> = {};
  readonly drops: Record<string, number> = {};
  retransmissionsIn = 0;
  retransmissionsOut = 0;
  parseErrors = 0;
  ackTimeouts = 0;
  transportErrors = 0;
  sessionTimeouts = 0;

  requestIn(method: string): void {
    bump(this.requestsIn, KNOWN.has(method) ? method : 'OTHER');
  }

  requestOut(method: string): void {
    bump(this.requestsOut, KNOWN.has(method) ? method : 'OTHER');
  }

  responseIn(status: number): void {
    bump(this.responsesIn, `${Math.floor(status / 100)}xx`);
  }

  responseOut(status: number): void {
    bump(this.responsesOut, `${Math.floor(status / 100)}xx`);
  }

  drop(reason: DropReason): void {
    bump(this.drops, reason);
  }

  /** A copy that later counting does not change. */
  snapshot(active: SipServerStats['active'], takesCalls: boolean): SipServerStats {
    return {
      requestsIn: { ...this.requestsIn },
      requestsOut: { ...this.requestsOut },
      responsesIn: { ...this.responsesIn },
      responsesOut: { ...this.responsesOut },
      retransmissionsIn: this.retransmissionsIn,
      retransmissionsOut: this.retransmissionsOut,
      parseErrors: this.parseErrors,
      drops: { ...this.drops },
      ackTimeouts: this.ackTimeouts,
      transportErrors: this.transportErrors,
      sessionTimeouts: this.sessionTimeouts,
      takesCalls,
      active,
    };
  }
}

function bump(table: Record<string, number>, key: string): void {
  table[key] = (table[key] ?? 0) + 1;
}
