import type { WallMs } from '../kernel/time.js';
import { compact } from './compact.js';
import type { ApiPorts } from './ports.js';
import { instant } from './schemas/common.js';

/** The instants of the query parameters `from` and `to`; a date alone is its midnight in the office. */
export async function windowOf(
  ports: ApiPorts,
  from: string | undefined,
  to: string | undefined,
): Promise<{ readonly fromMs?: WallMs; readonly toMs?: WallMs }> {
  const isDate = (text: string | undefined): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');
  const zone = isDate(from) || isDate(to) ? (await ports.schedule.office()).timezone : 'utc';
  const at = (text: string | undefined): WallMs | undefined =>
    text === undefined ? undefined : instant(text, zone);
  return compact({ fromMs: at(from), toMs: at(to) });
}
