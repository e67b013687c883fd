/** What a stretch of a call sounded like to its listeners. */
export interface Heard {
  readonly lossPercent: number;
  readonly jitterMs: number;
  /** From one end to the other and back, where known. */
  readonly roundTripMs: number | undefined;
}

/** An estimate of how good it sounded. */
export interface Quality {
  /** 1..4.5 (ITU-T P.800). */
  readonly mos: number;
  /** 0..93.2 (ITU-T G.107). */
  readonly r: number;
  readonly verdict: 'good' | 'fair' | 'poor';
}

/** Rating without any impairment (ITU-T G.107, default values). */
const BEST_R = 93.2;
/** Robustness of G.711 with concealment against scattered loss (ITU-T G.113, appendix I). */
const LOSS_ROBUSTNESS = 25.1;
/** Delay beyond which talkers get into each other's way, ms. */
const DELAY_KNEE_MS = 177.3;

/** The E-model of ITU-T G.107 with what is known of a call; delay after Cole and Rosenbluth (2001). */
export function qualityOf({ lossPercent, jitterMs, roundTripMs = 0 }: Heard): Quality {
  // A jitter buffer holds about twice the jitter.
  const delayMs = roundTripMs / 2 + 2 * jitterMs + 20;
  const delayed = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - DELAY_KNEE_MS);
  const lost = (95 * lossPercent) / (lossPercent + LOSS_ROBUSTNESS);
  const r = Math.max(0, BEST_R - delayed - lost);
  const mos = 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r);
  const verdict = mos >= 4 ? 'good' : mos >= 3.6 ? 'fair' : 'poor';
  return { mos: round(Math.max(1, mos), 100), r: round(r, 10), verdict };
}

const round = (value: number, per: number): number => Math.round(value * per) / per;
