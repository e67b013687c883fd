import { wilson } from './expected/reliability.js';
import { round } from './speech/statistics.js';

/** A share with its 95 % interval under the names `<name>`, `<name>_low`, `<name>_high`; 0 of nothing. */
export function shareOf(name: string, count: number, n: number): Record<string, number> {
  const { low, high } = wilson(count, n);
  return {
    [name]: round(n === 0 ? 0 : count / n),
    [`${name}_low`]: round(low),
    [`${name}_high`]: round(high),
  };
}
