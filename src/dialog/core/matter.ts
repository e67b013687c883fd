/** Something the caller wants, in their own words. */
export interface Matter {
  readonly text: string;
  readonly confidence: number;
}
