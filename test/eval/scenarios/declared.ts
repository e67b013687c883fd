import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { LeibnizError } from '../../../src/kernel/errors.js';
import { projectRoot } from '../../../src/threads/project-root.js';

/** Packs that conversations are declared for, and their folders below the project's root. */
export const PACK_FOLDERS = { university: '.', clinic: 'packs/clinic', bank: 'packs/bank' } as const;

const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'write a date as 2026-12-04');
const time = z.string().regex(/^\d{2}:\d{2}$/, 'write a time as 09:30');

const reply = z.strictObject({
  /** Each must occur in what the agent says, whatever the case. */
  contains: z.array(z.string()).default([]),
  /** None may occur. */
  absent: z.array(z.string()).default([]),
  /** Name of the question that is open afterwards, see `questionOf`. */
  asks: z.string().optional(),
});

/** What another caller or the house does between two sentences. */
const meanwhile = z.discriminatedUnion('do', [
  /** Somebody else takes the time. */
  z.strictObject({ do: z.literal('taken'), date, time, resource: z.string().optional() }),
  /** Another caller of the same office says these sentences, one after the other. */
  z.strictObject({ do: z.literal('other_caller'), says: z.array(z.string()).min(1) }),
  /** The caller interrupts: only this much of the last answer is heard. */
  z.strictObject({ do: z.literal('barge_in'), heard: z.string() }),
]);

const step = z
  .strictObject({
    say: z.string().min(1).optional(),
    press: z
      .string()
      .regex(/^[0-9*#]+$/, 'keys are 0 to 9, * and #')
      .optional(),
    /** How many times in a row the caller has been silent. */
    silence: z.number().int().min(1).max(5).optional(),
    meanwhile: meanwhile.optional(),
    expect: reply.optional(),
  })
  .refine(
    (one) => ['say', 'press', 'silence', 'meanwhile'].filter((key) => key in one).length === 1,
    'give exactly one of say, press, silence, meanwhile',
  );

/** Fields of a stored appointment; those that are left out are not compared. */
const appointment = z.strictObject({
  date,
  time,
  /** Id of a service of the pack. */
  service: z.string().optional(),
  /** Name of a person of the staff, or of the desk. */
  resource: z.string().optional(),
  name: z.string().optional(),
});

const given = z.strictObject({
  /** Appointments of the caller. */
  appointments: z
    .array(appointment.extend({ service: z.string(), name: z.string(), number: z.string().optional() }))
    .default([]),
  /** Times that others have, on every resource unless one is named. */
  taken: z
    .array(z.strictObject({ date, times: z.array(time).min(1), resource: z.string().optional() }))
    .default([]),
  /** What goes wrong with the first commit. */
  fault: z.enum(['store_down_at_commit']).optional(),
});

const conversation = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9_]*$/, 'small letters, digits and _'),
  kind: z.string(),
  pack: z.enum(['university', 'clinic', 'bank']),
  /** Local time of the office at the start. */
  clock: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, 'write a clock as 2026-12-02T10:15'),
  /** `withheld`, or a number as +12025550142, which is what is called from unless told. */
  callerNumber: z.string().default('+12025550142'),
  /** A person takes calls that are passed on. */
  person: z.boolean().default(false),
  /** Why the dialog does not do this yet; the test fails when it does, so that this line is removed. */
  knownFault: z.string().optional(),
  given: given.prefault({}),
  steps: z.array(step).min(1),
  end: z.strictObject({
    /** Everything that stands in the calendar for this caller, in order of start. */
    booked: z.array(appointment),
    cancelled: z.array(appointment).default([]),
    callbacks: z.number().int().min(0).default(0),
    hungUp: z.boolean().optional(),
    transferred: z.boolean().default(false),
  }),
});

/** One declared conversation. */
export type Declared = z.infer<typeof conversation>;
export type DeclaredStep = Declared['steps'][number];
export type DeclaredAppointment = z.infer<typeof appointment>;

/**
 * One declared conversation from its file, `<pack>/<kind>.yaml`.
 *
 * @throws LeibnizError BAD_REQUEST naming file, key and what it must be
 */
export function loadDeclared(file: string): Declared {
  const fault = (key: string, why: string): LeibnizError =>
    new LeibnizError('BAD_REQUEST', `${file}: ${key}: ${why}`, { field: key });
  let value: unknown;
  try {
    value = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault('file', `it cannot be read as YAML: ${(error as Error).message}`);
  }
  const result = conversation.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw fault(issue?.path.join('.') || 'file', issue?.message ?? 'another value');
  }
  const { pack, kind } = result.data;
  if (basename(dirname(file)) !== pack) throw fault('pack', `the folder is ${basename(dirname(file))}`);
  if (basename(file, '.yaml') !== kind) throw fault('kind', `the file is ${basename(file)}`);
  return result.data;
}

/** All conversations of a pack, in order of their files. */
export function declaredOf(pack: keyof typeof PACK_FOLDERS): readonly Declared[] {
  const folder = join(projectRoot(), 'test/eval/scenarios/declared', pack);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => loadDeclared(join(folder, name)));
}
