import type { CallHost, CallLeg, MediaRefusal } from '../call/host.js';
import { ADMITTED, type Admission } from '../call/core/admission.js';
import type { CallInfo } from '../call/core/types.js';
import type { CallId } from '../kernel/ids.js';
import { err, ok, type Result } from '../kernel/result.js';
import type { MonoMs } from '../kernel/time.js';
import type { RecordingPolicy, Termination } from '../kernel/vocab.js';
import type { SdpError } from '../media/core/sdp.js';
import type { SdpMediaPort } from '../media/ports.js';
import { CallSession } from './call-session.js';
import type { CallSessionInit } from './call-session-init.js';
import type { Supervision } from './live/open-call.js';
import type { SessionInfo, SessionObserver, SessionOptions, SessionPorts } from './ports.js';

/** What answering phones needs beyond a session's own ports. */
export interface PhoneHostInit {
  readonly ports: SessionPorts;
  readonly options: Partial<SessionOptions>;
  /** Opens RTP towards a peer; refused when no port is free. */
  readonly openMedia: (id: CallId, remoteAddress: string) => Promise<Result<SdpMediaPort, MediaRefusal>>;
  readonly observe: (id: CallId) => SessionObserver;
  readonly supervision?: Supervision;
  /** Whether a call is to be recorded; not unless told. */
  readonly recording?: (info: SessionInfo) => RecordingPolicy;
  readonly rejected: (reason: Termination) => void;
}

interface Line {
  readonly remoteAddress: string;
  media: SdpMediaPort | undefined;
  session: CallSession | undefined;
}

/** Gives every phone call its media and its session. */
export class PhoneHost implements CallHost {
  readonly #lines = new Map<CallId, Line>();
  /** Calls of ours that have a session, and with it a record. */
  readonly #answered = new Set<CallId>();

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
    this.#lines.set(info.id, {
      remoteAddress: info.remoteAddress,
      media: undefined,
      session: undefined,
    });
    return ADMITTED;
  }

  async openMedia(
    id: CallId,
    offer: string | undefined,
  ): Promise<Result<{ readonly sdp: string }, MediaRefusal>> {
    const line = this.#lines.get(id);
    if (line === undefined) return err({ status: 500, reason: 'unknown call' });
    const opened = await this.init.openMedia(id, line.remoteAddress);
    if (!opened.ok) return opened;
    const media = opened.value;
    // The caller may have hung up while the port was opened.
    if (this.#lines.get(id) !== line) {
      void media.close();
      return err({ status: 487, reason: 'call is gone' });
    }
    const sdp = offer === undefined ? ok(media.createOffer()) : answerTo(media, offer);
    if (!sdp.ok) {
      // Media that are refused are never released by the leg.
      void media.close();
      return sdp;
    }
    line.media = media;
    return ok({ sdp: sdp.value });
  }

  acceptAnswer(id: CallId, sdp: string): Result<unknown, unknown> {
    const media = this.#lines.get(id)?.media;
    return media === undefined ? err('no media') : media.acceptAnswer(sdp);
  }

  reoffer(
    id: CallId,
    offer: string | undefined,
  ): Result<{ readonly sdp: string }, Omit<MediaRefusal, 'reason'>> {
    const media = this.#lines.get(id)?.media;
    if (media === undefined) return err({ status: 500 });
    if (offer === undefined) return ok({ sdp: media.createOffer() });
    const answer = media.answerOffer(offer);
    return answer.ok ? ok({ sdp: answer.value.sdp }) : refusal(answer.error);
  }

  onConfirmed(id: CallId): void {
    this.#lines.get(id)?.media?.confirm();
  }

  releaseMedia(id: CallId): void {
    this.#release(id);
  }

  #release(id: CallId): void {
    const line = this.#lines.get(id);
    this.#lines.delete(id);
    if (line?.media !== undefined) void line.media.close();
  }

  /** The host of one call that is made from here; its session begins by {@link take}. */
  outgoing(remoteAddress: string): CallHost {
    return {
      admit: () => ADMITTED,
      openMedia: (id, offer) => {
        this.#lines.set(id, { remoteAddress, media: undefined, session: undefined });
        return this.openMedia(id, offer);
      },
      acceptAnswer: (id, sdp) => this.acceptAnswer(id, sdp),
      reoffer: (id, offer) => this.reoffer(id, offer),
      onConfirmed: (id) => this.onConfirmed(id),
      releaseMedia: (id) => this.#release(id),
      onCall: () => undefined,
      onEnded: (info, reason) => {
        if (!this.#answered.delete(info.id)) this.#recordUnanswered(info, reason);
        // Media that are open are released after this.
        if (this.#lines.get(info.id)?.media === undefined) this.#lines.delete(info.id);
      },
    };
  }

  /** Begins the session of a call of ours that has been answered. */
  take(leg: CallLeg, opening: CallSessionInit['opening'], follow: SessionObserver): void {
    this.#answered.add(leg.id);
    this.#begin(leg, opening, follow);
  }

  onCall(leg: CallLeg): void {
    this.#begin(leg);
  }

  #begin(leg: CallLeg, opening?: CallSessionInit['opening'], follow?: SessionObserver): void {
    const line = this.#lines.get(leg.id);
    if (line?.media === undefined) {
      leg.hangup('media_error');
      return;
    }
    const info: SessionInfo = { direction: leg.info.direction, pii: partiesOf(leg.info) };
    const observe = this.init.observe(leg.id);
    line.session = new CallSession({
      callId: leg.id,
      info,
      recording: this.init.recording?.(info) ?? 'off',
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
      observer: (event) => {
        observe(event);
        follow?.(event);
      },
      ...(opening === undefined ? {} : { opening }),
      supervision: this.init.supervision,
    });
  }

  onEnded(info: CallInfo, reason: Termination, _at: MonoMs): void {
    const line = this.#lines.get(info.id);
    if (line?.session !== undefined) return;
    this.init.rejected(reason);
    if (line === undefined) return;
    this.#recordUnanswered(info, reason);
    if (line.media === undefined) this.#lines.delete(info.id);
  }

  /** A call that was taken and ended before its answer (most often a CANCEL) has a record too, with no turns. */
  #recordUnanswered(info: CallInfo, reason: Termination): void {
    const { journal, scheduler } = this.init.ports;
    const { id: callId, direction, receivedWall: startedAt } = info;
    journal.append({ kind: 'call_started', callId, direction, startedAt, pii: partiesOf(info) });
    journal.append({ kind: 'call_ended', callId, reason, endedAt: scheduler.wall() });
  }
}

function answerTo(media: SdpMediaPort, offer: string): Result<string, MediaRefusal> {
  const answer = media.answerOffer(offer);
  return answer.ok ? ok(answer.value.sdp) : refusal(answer.error);
}

const refusal = ({ status, message, warning }: SdpError): Result<never, MediaRefusal> =>
  err({ status, reason: message, ...(warning && { warning }) });

function partiesOf({ from, to, displayName }: CallInfo): SessionInfo['pii'] {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(displayName === undefined ? {} : { displayName }),
  };
}
