import { ACCOUNT_METHODS, type Accounts } from './account-types.js';
import { INSIGHT_METHODS, type Insights } from './insight-types.js';
import { MATERIAL_METHODS, type Materials } from './material-types.js';
import { OUTBOUND_METHODS, type Outbound } from './outbound-types.js';
import { RECORDING_METHODS, type Recordings } from './recording-types.js';

/** Parts of the store whose methods go from one thread to the other by their names, with nothing between. */
export interface NamedGroups {
  readonly accounts: Accounts;
  readonly materials: Materials;
  readonly recordings: Recordings;
  readonly insights: Insights;
  readonly outbound: Outbound;
}

/** One of {@link NamedGroups}. */
export type NamedGroup = keyof NamedGroups;

/** What may be called of each group. */
export const NAMED_METHODS: Readonly<Record<NamedGroup, readonly string[]>> = {
  accounts: ACCOUNT_METHODS,
  materials: MATERIAL_METHODS,
  recordings: RECORDING_METHODS,
  insights: INSIGHT_METHODS,
  outbound: OUTBOUND_METHODS,
};

/** Calls a method of a group, `undefined` when there is no such one. */
export function callNamed(
  groups: NamedGroups,
  group: NamedGroup,
  method: string,
  args: readonly unknown[],
): Promise<unknown> | undefined {
  if (!Object.hasOwn(NAMED_METHODS, group) || !NAMED_METHODS[group].includes(method)) return undefined;
  const methods = groups[group] as unknown as Readonly<
    Record<string, (...given: readonly unknown[]) => Promise<unknown>>
  >;
  return methods[method]?.(...args);
}

/** The other end of {@link callNamed}: every group, each of whose methods asks. */
export function namedOver(
  ask: (group: NamedGroup, method: string, args: readonly unknown[]) => Promise<unknown>,
): NamedGroups {
  type Ask = (...args: readonly unknown[]) => Promise<unknown>;
  const groups = Object.entries(NAMED_METHODS).map(([name, methods]) => {
    const group = name as NamedGroup;
    const asks = methods.map((method): [string, Ask] => [method, (...args) => ask(group, method, args)]);
    return [group, Object.fromEntries(asks)] as const;
  });
  return Object.fromEntries(groups) as unknown as NamedGroups;
}
