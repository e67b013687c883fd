import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A dialogue act of the corpus: its name, slot, values as said, and canonical ones. */
export type CorpusAct = readonly [
  name: string,
  slot: string,
  values: readonly string[],
  canonical: readonly string[],
];

/** What the caller has asked for so far, as people who read the dialog wrote it down. */
export interface Goal {
  /** YYYY-MM-DD. */
  readonly date?: string;
  /** HH:MM. */
  readonly time?: string;
  readonly service?: string;
}

/** A turn of a caller at the service that makes appointments, with the sentence before it. */
export interface CorpusTurn {
  readonly system: readonly CorpusAct[];
  readonly text: string;
  readonly acts: readonly CorpusAct[];
  readonly goal: Goal;
}

/** A conversation of the corpus. */
export interface CorpusDialog {
  /** The caller asks for nothing else, such as the weather on that day. */
  readonly oneService: boolean;
  readonly turns: readonly CorpusTurn[];
}

interface Row {
  readonly split: string;
  readonly services: readonly string[];
  readonly turns: readonly {
    readonly s: 'U' | 'S';
    readonly u: string;
    readonly acts: Readonly<Record<string, readonly CorpusAct[]>>;
    readonly state?: Readonly<
      Record<string, { readonly slots: Readonly<Record<string, readonly string[]>> }>
    >;
  }[];
}

/** The service of the dev part that makes appointments. */
const SERVICE = 'Services_4';

/**
 * The dialogs of the dev part of the Schema-Guided Dialogue corpus that make an appointment, turn by turn as long as the corpus
 * has a goal for it.
 *
 * @param dataDir - `LEIBNIZ_DATA_DIR`
 */
export async function devDialogs(dataDir: string): Promise<readonly CorpusDialog[]> {
  const file = await readFile(join(dataDir, 'dialogs', 'sgd_services_dialogs.jsonl.gz'));
  return gunzipSync(file)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ split }) => split === 'dev')
    .map((row) => ({ oneService: row.services.length === 1, turns: turnsOf(row) }));
}

function turnsOf({ turns }: Row): readonly CorpusTurn[] {
  const canonical = canonicalValues(turns);
  let system: readonly CorpusAct[] = [];
  const own: CorpusTurn[] = [];
  for (const { s, u: text, acts, state } of turns) {
    if (s === 'S') {
      system = Object.values(acts).flat();
      continue;
    }
    const slots = state?.[SERVICE]?.slots;
    if (slots === undefined) continue;
    const value = (slot: string): string | undefined => {
      const [said] = slots[slot] ?? [];
      return said === undefined ? undefined : (canonical.get(`${slot} ${said.toLowerCase()}`) ?? said);
    };
    const [date, time, service] = [value('appointment_date'), value('appointment_time'), value('type')];
    own.push({
      ...{ system, text, acts: acts[SERVICE] ?? [] },
      goal: {
        ...(date === undefined ? {} : { date }),
        ...(time === undefined ? {} : { time }),
        ...(service === undefined ? {} : { service }),
      },
    });
  }
  return own;
}

/** States hold words as they were said; the acts say what they mean. */
function canonicalValues(turns: Row['turns']): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { acts } of turns) {
    for (const [, slot, said, meant] of Object.values(acts).flat()) {
      for (const [index, text] of said.entries()) {
        values.set(`${slot} ${text.toLowerCase()}`, meant[index] ?? text);
      }
    }
  }
  return values;
}
