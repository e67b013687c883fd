import type { CallHost, CallLeg, MediaRefusal } from '../call/host.js';
import { ADMITTED, type Admission } from '../call/core/admission.js';
import type { CallInfo } from '../call/core/types.js';
import type { CallId } from '../kernel/ids.js';
import { err, ok, type Result } from '../kernel/result.js';
import type { MonoMs } from '../kernel/time.js';
import type { Termination } from '../kernel/vocab.js';
import type { SdpMediaPort } from '../media/ports.js';
import { CallSession } from './call-session.js';
import type { SessionObserver, SessionOptions, SessionPorts } from './ports.js';

/** What answering phones needs beyond a session's own ports. */
export interface PhoneHostInit {
  readonly ports: SessionPorts;
  readonly options: Partial<SessionOptions>;
  /** Opens RTP towards a peer; refused when no port is free. */
  readonly openMedia: (id: CallId, remoteAddress: string) => Promise<Result<SdpMediaPort, MediaRefusal>>;
  readonly observe: (id: CallId) => SessionObserver;
  readonly rejected: (reason: Termination) => void;
}

interface Line {
  readonly info: CallInfo;
  media: SdpMediaPort | undefined;
  session: CallSession | undefined;
}

/** Gives every phone call its media and its session. */
export class PhoneHost implements CallHost {
  readonly #lines = new Map<CallId, Line>();

  constructor(private readonly init: PhoneHostInit) {}

  /** Calls that have media. */
  get activeCalls(): number {
    let count = 0;
    for (const line of this.#lines.values()) if (line.media !== undefined) count++;
    return count;
  }

  /** Sessions in progress. */
  sessions(): CallSession[] {
    return [...this.#lines.values()].flatMap(({ session }) => (session === undefined ? [] : [session]));
  }

  /** The leg counts calls and refuses those beyond its limit; what it would take is taken. */
  admit(info: CallInfo): Admission {
    this.#lines.set(info.id, { info, media: undefined, session: undefined });
    return ADMITTED;
  }

  async openMedia(
    id: CallId,
    offer: string | undefined,
  ): Promise<Result<{ readonly sdp: string }, MediaRefusal>> {
    const line = this.#lines.get(id);
    if (line === undefined) return err({ status: 500, reason: 'unknown call' });
    const opened = await this.init.openMedia(id, line.info.remoteAddress);
    if (!opened.ok) return opened;
    const media = opened.value;
    // The caller may have hung up while the port was opened.
    if (this.#lines.get(id) !== line) {
      void media.close();
      return err({ status: 487, reason: 'call is gone' });
    }
    line.media = media;
    if (offer === undefined) return ok({ sdp: media.createOffer() });
    const answer = media.answerOffer(offer);
    if (answer.ok) return ok({ sdp: answer.value.sdp });
    return err({ status: 488, reason: answer.error.message });
  }

  acceptAnswer(id: CallId, sdp: string): Result<unknown, unknown> {
    const media = this.#lines.get(id)?.media;
    return media === undefined ? err('no media') : media.acceptAnswer(sdp);
  }

  reoffer(
    id: CallId,
    offer: string | undefined,
  ): Result<{ readonly sdp: string }, { readonly status: number }> {
    const media = this.#lines.get(id)?.media;
    if (media === undefined) return err({ status: 500 });
    if (offer === undefined) return ok({ sdp: media.createOffer() });
    const answer = media.answerOffer(offer);
    return answer.ok ? ok({ sdp: answer.value.sdp }) : err({ status: 488 });
  }

  releaseMedia(id: CallId): void {
    const line = this.#lines.get(id);
    this.#lines.delete(id);
    if (line?.media !== undefined) void line.media.close();
  }

  onCall(leg: CallLeg): void {
    const line = this.#lines.get(leg.id);
    if (line?.media === undefined) {
      leg.hangup('media_error');
      return;
    }
    const { from, to, displayName } = leg.info;
    line.session = new CallSession({
      callId: leg.id,
      info: {
        direction: leg.info.direction,
        pii: {
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
          ...(displayName === undefined ? {} : { displayName }),
        },
      },
      leg: {
        subscribe: (listener) =>
          leg.subscribe((event) => {
            if (
              event.type === 'confirmed' ||
              event.type === 'dtmf' ||
              event.type === 'transfer' ||
              event.type === 'ended'
            ) {
              listener(event);
            }
          }),
        hangup: (reason) => leg.hangup(reason),
        transfer: (target) => leg.transfer(target),
      },
      media: line.media,
      ports: this.init.ports,
      options: this.init.options,
      observer: this.init.observe(leg.id),
    });
  }

  onEnded(info: CallInfo, reason: Termination, _at: MonoMs): void {
    const line = this.#lines.get(info.id);
    if (line?.session === undefined) this.init.rejected(reason);
    if (line !== undefined && line.media === undefined) this.#lines.delete(info.id);
  }
}
