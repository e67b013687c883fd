import { declaredOf, PACK_FOLDERS, type Declared } from '../scenarios/declared.js';

/** Voices of the callers. `rms` is the agent's own and, with `kal16`, the one that confidence was tuned with. */
export const VOICES = ['slt', 'awb', 'rms', 'kal16'] as const;
export const LOSSES = [0, 3] as const;

/** A declared conversation in a voice over a line. */
export interface PlannedCall {
  readonly declared: Declared;
  readonly voice: string;
  readonly lossPercent: number;
}

/** What `--only` can name. */
const PARTS = ['pack', 'kind', 'voice', 'loss'] as const;

type Only = Readonly<Partial<Record<(typeof PARTS)[number], readonly string[]>>>;

/**
 * The calls that the command line asks for.
 *
 * @param only - `voice=slt,awb`, `loss=3`, `pack=clinic`, `kind=move,cancel`; what is not named is not restricted
 * @param all - every conversation in every voice over every line, restricted by `only`
 * @returns unless `all` or `only` is given one call of each kind, packs, voices and losses taking turns
 * @throws Error naming what is unknown
 */
export function chooseCalls(only: readonly string[], all: boolean): readonly PlannedCall[] {
  const packs = Object.keys(PACK_FOLDERS) as Declared['pack'][];
  const declared = packs.flatMap((pack) => declaredOf(pack));
  const every = declared.flatMap((one) =>
    VOICES.flatMap((voice) =>
      LOSSES.map((lossPercent): PlannedCall => ({ declared: one, voice, lossPercent })),
    ),
  );
  if (!all && only.length === 0) return sample(declared, packs);
  const restriction = parsed(only, every);
  return every.filter((call) =>
    PARTS.every((part) => restriction[part]?.includes(nameOf(call, part)) ?? true),
  );
}

function sample(declared: readonly Declared[], packs: readonly string[]): readonly PlannedCall[] {
  const kinds = [...new Set(declared.map(({ kind }) => kind))];
  return kinds.flatMap((kind, index) => {
    const own = declared.filter((one) => one.kind === kind);
    const one = own.find(({ pack }) => pack === packs[index % packs.length]) ?? own[0];
    const voice = VOICES[index % VOICES.length];
    // Losses change once every voice has had its turn, so that no voice has one line only.
    const lossPercent = LOSSES[Math.floor(index / VOICES.length) % LOSSES.length];
    return one === undefined || voice === undefined || lossPercent === undefined
      ? []
      : [{ declared: one, voice, lossPercent }];
  });
}

function parsed(only: readonly string[], every: readonly PlannedCall[]): Only {
  const restriction: Partial<Record<(typeof PARTS)[number], readonly string[]>> = {};
  for (const text of only) {
    const [key = '', list = ''] = text.split('=');
    const part = PARTS.find((one) => one === key);
    if (part === undefined) throw new Error(`--only ${text}: ${key} is none of ${PARTS.join(', ')}`);
    const known = [...new Set(every.map((call) => nameOf(call, part)))];
    const names = list.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new Error(`--only ${text}: ${unknown} is no ${part}; they are ${known.join(', ')}`);
    }
    restriction[part] = [...(restriction[part] ?? []), ...names];
  }
  return restriction;
}

function nameOf({ declared, voice, lossPercent }: PlannedCall, part: (typeof PARTS)[number]): string {
  switch (part) {
    case 'pack': {
      return declared.pack;
    }
    case 'kind': {
      return declared.kind;
    }
    case 'voice': {
      return voice;
    }
    case 'loss': {
      return String(lossPercent);
    }
  }
}
