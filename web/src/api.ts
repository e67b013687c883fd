import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { createClient, type Client } from '../../src/client/client.js';
import { ApiFailure } from '../../src/client/http.js';

const bare = createClient({ fetch: (url, init) => fetch(url, init), base: '' });

/** The API with the cookies of this browser; one that has run out is renewed by one tab for all. */
export const api: Client = createClient({
  fetch: (url, init) => fetch(url, init),
  base: '',
  renew: async () => await navigator.locks.request('leibniz-refresh', renew),
});

/** Gets new cookies; true when the request is worth another attempt. */
export async function renew(): Promise<boolean> {
  try {
    await bare.auth.refresh();
    return true;
  } catch (error) {
    // Another tab was faster: its cookie is here already.
    return error instanceof ApiFailure && error.code === 'REFRESH_RACED';
  }
}

/**
 * Reads something and keeps it fresh.
 *
 * @param key - names what is read; another key is another thing
 * @param refreshMs - how often it is read again while the page is seen; not unless given
 */
export function useApi<T>(
  key: readonly unknown[],
  read: (signal: AbortSignal) => Promise<T>,
  refreshMs?: number,
): UseQueryResult<T> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => read(signal),
    // Another page or filter of a list: the old rows stay until the new ones are here.
    placeholderData: (previous, query) =>
      key.length > 2 && query?.queryKey[0] === key[0] && key[0] !== 'call' ? previous : undefined,
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs }),
  });
}

/** A failure in the words of the API. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'Something went wrong.';
}
