import { useSearchParams } from 'wouter';

/**
 * Filters, page and choices that live in the address: back works, and a link shows the same.
 *
 * @returns the values, and a way to change some of them; a change of a filter begins at the first page
 */
export function useUrlState(): readonly [
  values: Readonly<Record<string, string | undefined>>,
  change: (some: Readonly<Record<string, string | number | undefined>>) => void,
] {
  const [params, setParams] = useSearchParams();
  const change = (some: Readonly<Record<string, string | number | undefined>>): void => {
    setParams(
      (now) => {
        const next = new URLSearchParams(now);
        if (!('page' in some)) next.delete('page');
        for (const [key, value] of Object.entries(some)) {
          if (value === undefined || value === '' || (key === 'page' && value === 1)) next.delete(key);
          else next.set(key, String(value));
        }
        return next;
      },
      { replace: !('page' in some) },
    );
  };
  return [Object.fromEntries(params), change];
}

/** The page of a list in the address, from 1. */
export function pageOf(values: Readonly<Record<string, string | undefined>>): number {
  const page = Number(values['page']);
  return Number.isInteger(page) && page > 0 ? page : 1;
}

/** Rows of a list on one page. */
export const PAGE_ROWS = 50;

/** What a list is asked for the rows of a page. */
export const rowsOf = (page: number): { readonly limit: number; readonly offset: number } => ({
  limit: PAGE_ROWS,
  offset: (page - 1) * PAGE_ROWS,
});
