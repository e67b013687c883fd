/**
 * When a role is left alone: after two failures in a row, since an engine of this process stands in at once, and for
 * little time, since a role that was started again is back within seconds.
 */
export const SERVICE_BREAKER = { failures: 2, openMs: 2000, maxOpenMs: 30_000 } as const;
