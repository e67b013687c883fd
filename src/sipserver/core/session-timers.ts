import { addMs, type MonoMs } from '../../kernel/time.js';
import type { ClientEntry, ClientRequests } from './client-requests.js';
import type { EngineContext } from './context.js';
import type { Dialog } from './dialog.js';
import type { SipRequest, SipResponse } from './message.js';
import { buildDialogRequest, plainRequest } from './request-builder.js';
import { ALLOW } from './screening.js';
import {
  LONGEST_INTERVAL_S,
  formatSessionExpires,
  grantInterval,
  minSessionExpires,
  parseSessionExpires,
  takesUpdate,
  type DialogSession,
} from './session-interval.js';

/** An interval a peer grants is watched as if it were at least this long. Seconds. */
const SHORTEST_WATCHED_S = 30;
/** Wait after a refresh that failed or could not be sent, milliseconds. */
const RETRY_MS = 5_000;
/** A peer that names a later time is asked again after this time at the latest, milliseconds. */
const LONGEST_RETRY_MS = 60_000;

/**
 * Session timers (RFC 4028): what is agreed on in INVITE, UPDATE and their answers, refreshes of ours after half of the
 * interval, BYE for a session that was not refreshed. Refreshes are UPDATE without a body where the peer takes it, else
 * INVITE with the last SDP of our side; the application does not see them.
 */
export class SessionTimers {
  readonly #context: EngineContext;

  /** @param endCall - ends the call of a session that is over */
  constructor(
    private readonly requests: ClientRequests,
    private readonly endCall: (dialog: Dialog, reason: string) => void,
  ) {
    this.#context = requests.context;
  }

  /** Headers that a 2xx of ours to an INVITE or UPDATE gets. */
  grant(request: SipRequest, answer: SipResponse, dialog: Dialog | undefined): [string, string][] {
    const { sessionTimer: policy } = this.#context.options;
    if (policy === undefined || answer.headers.has('session-expires')) return [];
    const granted = grantInterval(request.headers, policy, dialog?.session?.refresher);
    if (granted === undefined) return [];
    const value = formatSessionExpires(granted.seconds, granted.refresher);
    return granted.require
      ? [
          ['Session-Expires', value],
          ['Require', 'timer'],
        ]
      : [['Session-Expires', value]];
  }

  /** A 2xx of ours to an INVITE or UPDATE goes out. */
  answered(dialog: Dialog, request: SipRequest, answer: SipResponse): void {
    dialog.takesUpdate = takesUpdate(request.headers) ?? dialog.takesUpdate;
    if (answer.body.startsWith('v=0')) dialog.localSdp = answer.body;
    if (this.#context.options.sessionTimer === undefined) return;
    const agreed = parseSessionExpires(answer.headers.get('session-expires'));
    if (agreed === undefined) this.#stop(dialog);
    else this.#run(dialog, agreed.seconds, agreed.refresher === 'uac' ? 'peer' : 'us');
  }

  /** A final response to an INVITE or UPDATE of ours in this dialog, the application's or a refresh. */
  responded(entry: ClientEntry, dialog: Dialog, response: SipResponse): void {
    const { method, body } = entry.built.request;
    const refresh = entry.client === undefined;
    if (response.status >= 300) {
      if (refresh) this.#refreshFailed(dialog, method, response);
      return;
    }
    dialog.takesUpdate = takesUpdate(response.headers) ?? dialog.takesUpdate;
    if (body.startsWith('v=0')) dialog.localSdp = body;
    if (refresh && method === 'INVITE') this.#acknowledge(dialog);
    if (this.#context.options.sessionTimer === undefined) return;
    const agreed = parseSessionExpires(response.headers.get('session-expires'));
    if (agreed !== undefined) {
      const seconds = Math.max(SHORTEST_WATCHED_S, agreed.seconds);
      this.#run(dialog, seconds, agreed.refresher === 'uas' ? 'peer' : 'us');
    } else if (refresh && dialog.session !== undefined) {
      // The peer knows no session timers; ours still learns from each answer that it lives (section 7.2).
      this.#run(dialog, dialog.session.seconds, 'us');
    } else this.#stop(dialog);
  }

  #run(dialog: Dialog, seconds: number, refresher: 'us' | 'peer'): void {
    this.#stop(dialog);
    if (seconds > LONGEST_INTERVAL_S || dialog.state === 'ended') return;
    const now = this.#context.now();
    // Section 10: a BYE has to arrive before the other side counts the session as over.
    const expiresAt = addMs(now, 1000 * (seconds - Math.min(32, seconds / 3)));
    const session: DialogSession = { seconds, refresher, expiresAt, timer: undefined };
    dialog.session = session;
    this.#wait(dialog, session, refresher === 'us' ? addMs(now, 500 * seconds) : expiresAt);
  }

  #stop(dialog: Dialog): void {
    this.#context.timers.cancel(dialog.session?.timer);
    dialog.session = undefined;
  }

  #wait(dialog: Dialog, session: DialogSession, until: MonoMs): void {
    const at = until < session.expiresAt ? until : session.expiresAt;
    this.#context.timers.cancel(session.timer);
    session.timer = this.#context.timers.set(at, () => {
      if (at < session.expiresAt) this.#refresh(dialog, session);
      else this.#expire(dialog);
    });
  }

  #refresh(dialog: Dialog, session: DialogSession): void {
    const { awaitingAck, clientOffers, serverOffers, unacked } = dialog;
    if (clientOffers > 0 || serverOffers > 0 || awaitingAck || unacked !== undefined) {
      return this.#wait(dialog, session, addMs(this.#context.now(), RETRY_MS));
    }
    const request = refreshRequest(dialog);
    this.#wait(dialog, session, session.expiresAt);
    this.requests.locateDialog(dialog, (hop) => {
      const built = buildDialogRequest(this.#context, dialog, request, hop);
      if (built.ok) {
        this.requests.start(this.requests.open({ client: undefined, built: built.value, hop, dialog }));
      }
    });
  }

  #refreshFailed(dialog: Dialog, method: string, response: SipResponse): void {
    const { session } = dialog;
    const { status } = response;
    if (session === undefined || dialog.state === 'ended') return;
    // Section 10 and RFC 3261 section 12.2.1.2: nobody is there any more.
    if (status === 408 || status === 481) return this.#expire(dialog);
    const unknown = method === 'UPDATE' && (status === 405 || status === 501);
    if (unknown) dialog.takesUpdate = false;
    if (unknown && dialog.localSdp !== undefined) return this.#refresh(dialog, session);
    // Nothing else can be sent, or only with credentials that are not ours; but a peer that answers lives.
    if (unknown || status === 401 || status === 407) return this.#run(dialog, session.seconds, 'us');
    const told = 1000 * Number(/^\s*(\d{1,6})/.exec(response.headers.get('retry-after') ?? '')?.[1] ?? 0);
    // RFC 3261 section 14.1: after a glare the owner of the Call-ID waits longer.
    const glare = this.#context.random.float() * 2000 + (dialog.role === 'uac' ? 2100 : 0);
    const waitMs = status === 491 ? glare : Math.min(LONGEST_RETRY_MS, Math.max(RETRY_MS, told));
    this.#wait(dialog, session, addMs(this.#context.now(), waitMs));
  }

  #expire(dialog: Dialog): void {
    this.#context.counters.sessionTimeouts++;
    this.#stop(dialog);
    this.endCall(dialog, 'Session timer expired');
  }

  /** The ACK for the 2xx to a refresh of ours; the application knows of neither. */
  #acknowledge(dialog: Dialog): void {
    const { unacked } = dialog;
    if (unacked === undefined) return;
    this.requests.locateDialog(dialog, (hop) => {
      const ack = buildDialogRequest(this.#context, dialog, plainRequest('ACK'), hop, unacked);
      if (ack.ok) this.requests.transmitAck(dialog, ack.value, hop);
    });
  }
}

/** The longer interval that a 422 asks for; `undefined` when the request cannot be repeated with it. */
export function longerInterval(sent: SipRequest, refusal: SipResponse): number | undefined {
  const asked = parseSessionExpires(sent.headers.get('session-expires'));
  const wanted = minSessionExpires(refusal.headers);
  return asked === undefined || wanted <= asked.seconds || wanted > LONGEST_INTERVAL_S ? undefined : wanted;
}

function refreshRequest({ localSdp, takesUpdate: update }: Dialog): SipRequest {
  if (update || localSdp === undefined) return plainRequest('UPDATE');
  return { ...plainRequest('INVITE', [['Allow', ALLOW]]), body: localSdp };
}
