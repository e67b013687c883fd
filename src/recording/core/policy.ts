import type { RecordingPolicy } from '../../kernel/vocab.js';

/** Policies by called number; the first that fits counts. */
export interface LinePolicies {
  /** Of numbers that are not listed. */
  readonly usual: RecordingPolicy;
  /** A number, or the beginning of numbers with `*` at its end. */
  readonly lines: readonly { readonly line: string; readonly policy: RecordingPolicy }[];
}

/** The policy of a called number; the usual one where the number is not known. */
export function policyOf({ usual, lines }: LinePolicies, called: string | undefined): RecordingPolicy {
  if (called === undefined) return usual;
  const number = bare(called);
  return lines.find(({ line }) => fits(bare(line), number))?.policy ?? usual;
}

/** Numbers are the same with and without their plus. */
const bare = (number: string): string => number.replace(/^\+/, '');

const fits = (line: string, number: string): boolean =>
  line.endsWith('*') ? number.startsWith(line.slice(0, -1)) : number === line;
