import type { CallHost, CallLeg } from '../../call/host.js';
import type { CallId } from '../../kernel/ids.js';
import type { MonoMs } from '../../kernel/time.js';
import type { MediaPort } from '../../media/ports.js';
import type { Metrics } from '../../telemetry/index.js';

interface Times {
  readonly invitedAt: MonoMs;
  confirmedAt: MonoMs | undefined;
  audible: boolean;
}

/** Times the beginnings of phone calls and counts their keys. */
export class CallTally {
  readonly #calls = new Map<CallId, Times>();

  constructor(private readonly metrics: Metrics) {}

  /** The same host, watched. */
  watch(host: CallHost): CallHost {
    return {
      admit: (info) => {
        this.#calls.set(info.id, { invitedAt: info.receivedAt, confirmedAt: undefined, audible: false });
        return host.admit(info);
      },
      openMedia: (id, offer) => host.openMedia(id, offer),
      acceptAnswer: (id, sdp) => host.acceptAnswer(id, sdp),
      reoffer: (id, offer) => host.reoffer(id, offer),
      onConfirmed: (id) => host.onConfirmed?.(id),
      releaseMedia: (id) => host.releaseMedia(id),
      onCall: (leg) => {
        this.#follow(leg);
        host.onCall(leg);
      },
      onEnded: (info, reason, at) => {
        this.#calls.delete(info.id);
        host.onEnded?.(info, reason, at);
      },
    };
  }

  /** Follows the media of a call. */
  media(id: CallId, media: Pick<MediaPort, 'subscribe'>): void {
    media.subscribe((event) => {
      // Audio comes 50 times a second; only what is rare is looked at.
      if (event.type === 'dtmf') this.metrics.increment('dtmf_digits_total', { source: 'rtp' });
      else if (event.type === 'playout' && event.event === 'started') this.#audible(id, event.at);
    });
  }

  #follow(leg: CallLeg): void {
    const times = this.#calls.get(leg.id);
    leg.subscribe((event) => {
      if (event.type === 'dtmf') this.metrics.increment('dtmf_digits_total', { source: 'info' });
      if (times === undefined) return;
      if (event.type === 'answered') {
        this.metrics.observe('call_answer_ms', {}, event.at - times.invitedAt);
      } else if (event.type === 'confirmed') {
        times.confirmedAt = event.at;
      }
    });
  }

  #audible(id: CallId, at: MonoMs): void {
    const times = this.#calls.get(id);
    if (times === undefined || times.audible) return;
    times.audible = true;
    if (times.confirmedAt === undefined) return;
    this.metrics.observe('call_first_audio_ms', {}, at - times.confirmedAt);
  }
}
