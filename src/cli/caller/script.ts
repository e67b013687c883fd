import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';

const act = {
  /** Words to speak; `{name}` stands for a variable, `[700]` for a pause of that many milliseconds. */
  say: z.string().min(1).optional(),
  /** A WAV file to play, relative to the script; `{name}` stands for a variable. */
  play: z.string().min(1).optional(),
  /** Keys to press. */
  dtmf: z
    .string()
    .regex(/^[0-9A-D*#]+$/)
    .optional(),
  /** End the call. */
  hangup: z.boolean().optional(),
};

const step = z
  .strictObject({
    ...act,
    /** Taken only when the agent's last words match this expression (case does not matter). */
    when: z.string().optional(),
    /** Interrupt: act this long after the agent began to speak instead of after its last word, ms. */
    barge_in_ms: z.number().int().min(0).max(60_000).optional(),
    /** Groups response gaps in the report, for example `complete` or `free`. */
    tag: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .optional(),
    /** Silence before acting, ms. */
    delay_ms: z.number().int().min(0).max(60_000).optional(),
  })
  .refine((value) => ['say', 'play', 'dtmf', 'hangup'].filter((key) => key in value).length === 1, {
    message: 'give exactly one of say, play, dtmf, hangup',
  });

const rule = z.strictObject({
  /** Expression over the agent's last words. */
  when: z.string(),
  ...act,
  /** Do again what was done last. */
  repeat: z.boolean().optional(),
  /** Considered before the next step, not only when that does not fit: for what a caller would not let pass. */
  first: z.boolean().optional(),
  /** How often the rule may be used in a call. */
  most: z.number().int().min(1).default(3),
});

const variable = z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()])).min(1)]);

const expectation = z.strictObject({
  /** Each must occur in what the agent said, case and punctuation apart. */
  contains: z.array(z.string()).default([]),
  /** None may occur. */
  absent: z.array(z.string()).default([]),
  /** Every response gap must be below this, ms. */
  within_ms: z.number().positive().optional(),
});

const script = z.strictObject({
  name: z.string().min(1),
  voice: z.string().optional(),
  /** Fixed values, or lists from which one is drawn by the seed. */
  vars: z.record(z.string(), variable).default({}),
  steps: z.array(step).min(1),
  /** What to do when no step fits what the agent said. */
  rules: z.array(rule).default([]),
  expect: expectation.default({ contains: [], absent: [] }),
  /** False: the caller does not transcribe the agent while calling, and takes each step when the agent is quiet. */
  listen: z.boolean().default(true),
  /** Longest call, ms. */
  max_ms: z.number().int().positive().default(180_000),
});

/** A declared conversation. */
export type CallScript = z.infer<typeof script>;
/** One thing the caller does. */
export type ScriptStep = z.infer<typeof step>;
/** A reaction that may happen at any time. */
export type ScriptRule = z.infer<typeof rule>;

/**
 * Reads a scenario file.
 *
 * @throws LeibnizError BAD_REQUEST naming the file and the first key that is wrong
 */
export function loadScript(path: string): CallScript {
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new LeibnizError(
      'BAD_REQUEST',
      `cannot read script ${path}: ${error instanceof Error ? error.message : ''}`,
      {
        field: path,
        cause: error,
      },
    );
  }
  return parseScript(raw, path);
}

/** Validates a scenario; `origin` names it in errors. */
export function parseScript(raw: unknown, origin: string): CallScript {
  const parsed = script.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`;
  throw new LeibnizError('BAD_REQUEST', `script ${origin} is not valid: ${where}`, { field: origin });
}

/** Puts variables into a text; an unknown name is an error, so that a typo is not spoken. */
export function fill(text: string, vars: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = vars[name];
    if (value === undefined) {
      throw new LeibnizError('BAD_REQUEST', `script uses {${name}}, which is not a variable`);
    }
    return value;
  });
}

/** The script with every variable put in. */
export function fillScript(source: CallScript, vars: Readonly<Record<string, string>>): CallScript {
  const filled = <T extends Pick<ScriptStep, 'when' | 'say' | 'play'>>(entry: T): T => ({
    ...entry,
    ...(entry.when === undefined ? {} : { when: fill(entry.when, vars) }),
    ...(entry.say === undefined ? {} : { say: fill(entry.say, vars) }),
    ...(entry.play === undefined ? {} : { play: fill(entry.play, vars) }),
  });
  return {
    ...source,
    steps: source.steps.map(filled),
    rules: source.rules.map(filled),
    expect: {
      ...source.expect,
      contains: source.expect.contains.map((text) => fill(text, vars)),
      absent: source.expect.absent.map((text) => fill(text, vars)),
    },
  };
}
