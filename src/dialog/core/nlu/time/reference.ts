import type { WallMs } from '../../../../kernel/time.js';
import { toLocal } from './local-date.js';
import type { TimeReference } from './types.js';

/** The moment that days and times are read against, in the office's zone. */
export function timeNow(ctx: {
  readonly wallMs: WallMs;
  readonly business: { readonly timezone: string };
}): TimeReference {
  const { date, minute } = toLocal(ctx.wallMs, ctx.business.timezone);
  return { today: date, nowMin: minute };
}
