import type { LinkPurpose } from '../store/types.js';
import type { ResolvedApiOptions } from './options.js';

/** What of the options says where people reach the API. */
export type Reached = Pick<ResolvedApiOptions, 'publicUrl' | 'reachedAt'>;

/**
 * The page of the console on which a one-time link is used.
 *
 * @param port - that is listened on; needed where no public address is set
 */
export function consoleUrl(
  { publicUrl, reachedAt }: Reached,
  port: number | undefined,
  purpose: LinkPurpose,
  secret: string,
): string {
  const host = reachedAt.includes(':') && !reachedAt.startsWith('[') ? `[${reachedAt}]` : reachedAt;
  const base = publicUrl ?? `http://${host}${port === undefined ? '' : `:${port}`}`;
  return `${base.replace(/\/+$/, '')}/console/${purpose}?token=${encodeURIComponent(secret)}`;
}
