/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Rows that match the filter, on all pages. */
  readonly total: number;
}

/** Which page of a list. */
export interface Paging {
  /** Rows on the page, 1-500; 50 unless told. */
  readonly limit?: number;
  /** Rows to skip; 0 unless told. */
  readonly offset?: number;
}
