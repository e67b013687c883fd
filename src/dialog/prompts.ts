import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { isLeibnizError, LeibnizError } from '../kernel/errors.js';
import { PROMPT_CATALOGUE } from './core/prompt-catalogue.js';
import type { Persona, Prompt, PromptSet } from './core/context.js';
import { INSTRUCTIONS, type Instruction, type InstructionId } from './core/model/types.js';
import type { FileProblem } from './yaml-file.js';

/** The texts and personas of one language. */
export interface LoadedPrompts {
  readonly prompts: PromptSet;
  readonly personas: Readonly<Record<string, PersonaFile>>;
  /** For language models. */
  readonly instructions: Readonly<Record<InstructionId, Instruction>>;
}

/** A persona with the description that language models are given. */
export interface PersonaFile extends Persona {
  readonly version: number;
  readonly locale: string;
  readonly description: string;
  /** LoRA adapter that speaks as this persona, where the model's server has it. */
  readonly adapter?: string;
}

const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/;

const common = {
  id: z
    .string({ message: 'a text' })
    .regex(/^[a-z][a-z0-9_.-]*$/, { message: 'lower-case words joined by dots' }),
  version: z.number({ message: 'a whole number from 1' }).int().min(1, { message: 'a whole number from 1' }),
  locale: z
    .string({ message: 'a locale such as en-US' })
    .regex(/^[a-z]{2}-[A-Z]{2}$/, { message: 'a locale such as en-US' }),
  vars: z.array(z.string().regex(/^[a-z][a-z0-9_]*$/, { message: 'lower-case names' }), {
    message: 'a list of names',
  }),
};

const promptMatter = z.strictObject(common);
const personaMatter = z.strictObject({
  ...common,
  name: z.string({ message: 'the name the agent gives itself' }).min(1),
  voice: z.string().optional(),
  adapter: z
    .string()
    .regex(/^[\w.-]{1,64}$/, { message: 'name of an adapter' })
    .optional(),
  speed: z.number().min(0.5, { message: '0.5 to 2' }).max(2, { message: '0.5 to 2' }).optional(),
});

/** Where texts and personas lie. */
export interface PromptFolders {
  /** Folders of utterances; a text of an earlier one takes the place of a later one's. At least one is there. */
  readonly utterances: readonly string[];
  /** Folders of personas; the first that holds any counts. */
  readonly personas: readonly string[];
  /** Folders of instructions for models; one of an earlier folder takes the place of a later one's. */
  readonly models: readonly string[];
  readonly locale: string;
}

/**
 * Reads every utterance and persona of a language.
 *
 * Utterances lie under `<folder>/utterances`, personas under `<folder>/personas`, one file each. In an utterance
 * every line of the body is a variant.
 *
 * @param folder - the `prompts` folder
 * @param locale - en-US unless told; files of other locales are left out
 * @throws LeibnizError PROMPT_INVALID that names the file and the key: a wrong front matter, a variable that is
 *   used and not declared or declared and not used, an unknown id, an id that no file has
 */
export async function loadPrompts(folder: string, locale = 'en-US'): Promise<LoadedPrompts> {
  const { problems, ...loaded } = await readPrompts({
    utterances: [join(folder, 'utterances')],
    personas: [join(folder, 'personas')],
    models: [join(folder, 'model')],
    locale,
  });
  const [first] = problems;
  if (first !== undefined) {
    throw new LeibnizError('PROMPT_INVALID', `${first.file}: ${first.message}`, {
      field: `${first.file}#${first.key}`,
    });
  }
  return loaded;
}

/** Reads texts and personas, and tells everything that is wrong with them. */
export async function readPrompts(
  folders: PromptFolders,
): Promise<LoadedPrompts & { readonly problems: readonly FileProblem[] }> {
  const problems: FileProblem[] = [];
  const prompts: Record<string, Prompt> = {};
  for (const folder of folders.utterances) {
    const found = await readFolder(folder, folders.locale, parsePrompt, problems);
    for (const [id, prompt] of Object.entries(found)) prompts[id] ??= prompt;
  }
  const last = folders.utterances.at(-1) ?? '';
  if ((await markdownFiles(last)).length === 0) {
    problems.push(problem(last, 'utterances', 'the folder cannot be read; the texts belong there'));
    return { prompts, personas: {}, instructions: {} as LoadedPrompts['instructions'], problems };
  }
  for (const id of Object.keys(PROMPT_CATALOGUE)) {
    if (prompts[id] !== undefined) continue;
    problems.push(problem(last, id, `no file has this id for ${folders.locale}; add it`));
  }
  const personas = await readPersonas(folders, problems);
  return { prompts, personas, instructions: await readInstructions(folders, problems), problems };
}

async function readInstructions(
  { models, locale }: PromptFolders,
  problems: FileProblem[],
): Promise<LoadedPrompts['instructions']> {
  const instructions: Record<string, Instruction> = {};
  for (const folder of models) {
    const found = await readFolder(folder, locale, parseInstruction, problems);
    for (const [id, one] of Object.entries(found)) instructions[id] ??= one;
  }
  for (const id of Object.keys(INSTRUCTIONS)) {
    if (instructions[id] !== undefined) continue;
    problems.push(problem(models.at(-1) ?? '', id, `no file has this id for ${locale}; add it`));
  }
  return instructions as LoadedPrompts['instructions'];
}

/**
 * Checks one instruction for a model.
 *
 * @throws LeibnizError PROMPT_INVALID
 */
export function parseInstruction(text: string, file: string): Instruction & { readonly locale: string } {
  const { matter, body } = split(text, file);
  const { id, version, locale, vars } = check(promptMatter, matter, file);
  const given: readonly string[] | undefined = (INSTRUCTIONS as Record<string, readonly string[]>)[id];
  if (given === undefined) throw invalid(file, 'id', `${id} is no instruction of the dialog`);
  const used = new Set([...body.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
  for (const name of [...used, ...vars]) {
    if (!given.includes(name)) throw invalid(file, name, `the dialog gives ${given.join(', ')} only`);
    if (!used.has(name) || !vars.includes(name)) {
      throw invalid(file, name, 'vars lists what the text uses, and nothing else');
    }
  }
  if (body.trim() === '') throw invalid(file, 'body', 'there is no text');
  return { id, version, locale, text: body.trim() };
}

async function readPersonas(
  { personas, locale }: PromptFolders,
  problems: FileProblem[],
): Promise<Readonly<Record<string, PersonaFile>>> {
  for (const folder of personas) {
    const found = await readFolder(folder, locale, parsePersona, problems);
    if (Object.keys(found).length > 0) return found;
  }
  problems.push(problem(personas[0] ?? '', 'personas', `no persona has the locale ${locale}; add one`));
  return {};
}

/** The files of a folder by their ids; a folder that is not there is empty. */
async function readFolder<T extends { readonly id: string; readonly locale: string }>(
  folder: string,
  locale: string,
  parse: (text: string, file: string) => T,
  problems: FileProblem[],
): Promise<Readonly<Record<string, T>>> {
  const found: Record<string, T> = {};
  for (const path of await markdownFiles(folder)) {
    const name = shownPath(path);
    const text = await readFile(path, 'utf8');
    try {
      const one = parse(text, name);
      if (one.locale !== locale) continue;
      if (found[one.id] === undefined) found[one.id] = one;
      else problems.push(problem(name, 'id', `${one.id} stands in another file too`, text));
    } catch (error) {
      if (!isLeibnizError(error)) throw error;
      problems.push(wrongFile(error, name, text));
    }
  }
  return found;
}

/** A file as people name it: from the folder where they stand. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function wrongFile(error: LeibnizError, file: string, text: string): FileProblem {
  const key = error.field?.split('#')[1] ?? '';
  const message = error.message.slice(file.length + 2);
  return { file, line: lineOf(text, key), key, message, code: 'PROMPT_INVALID' };
}

function problem(file: string, key: string, why: string, text = ''): FileProblem {
  return { file, line: lineOf(text, key), key, message: `${key}: ${why}.`, code: 'PROMPT_INVALID' };
}

/** Line of the front matter that sets a key, or of the text that uses a variable; 1 without either. */
function lineOf(text: string, key: string): number {
  const rows = text.split(/\r?\n/);
  const set = rows.findIndex((row) => row.startsWith(`${key}:`));
  return Math.max(0, set === -1 ? rows.findIndex((row) => row.includes(`{${key}}`)) : set) + 1;
}

/**
 * Checks one utterance.
 *
 * @throws LeibnizError PROMPT_INVALID
 */
export function parsePrompt(text: string, file: string): Prompt {
  const { matter, body } = split(text, file);
  const { id, version, locale, vars } = check(promptMatter, matter, file);
  const expected: readonly string[] | undefined = (PROMPT_CATALOGUE as Record<string, readonly string[]>)[id];
  if (expected === undefined) throw invalid(file, 'id', `${id} is no utterance of the dialog`);
  const variants = body
    .split(/\r?\n/)
    .map((row) => row.trim())
    .filter((row) => row !== '');
  if (variants.length === 0) throw invalid(file, 'body', 'there is no text');
  const used = new Set(
    variants.flatMap((variant) => [...variant.matchAll(/\{([^}]*)\}/g)].map((match) => match[1] ?? '')),
  );
  for (const name of used) {
    if (!vars.includes(name)) throw invalid(file, name, 'the text uses it, but vars does not list it');
    if (!expected.includes(name)) {
      throw invalid(file, name, `the dialog gives ${expected.join(', ') || 'no variables'} only`);
    }
  }
  for (const name of vars) {
    if (!used.has(name)) throw invalid(file, name, 'vars lists it, but no text uses it');
  }
  const lacking = expected.find((name) => !vars.includes(name));
  if (lacking !== undefined) {
    throw invalid(file, lacking, 'the dialog gives it, but the text does not say it');
  }
  return { id, version, locale, vars, variants };
}

/**
 * Checks one persona.
 *
 * @throws LeibnizError PROMPT_INVALID
 */
export function parsePersona(text: string, file: string): PersonaFile {
  const { matter, body } = split(text, file);
  const { id, version, locale, name, voice, speed, adapter } = check(personaMatter, matter, file);
  return {
    id,
    version,
    locale,
    name,
    description: body.trim(),
    ...(voice === undefined ? {} : { voice }),
    ...(speed === undefined ? {} : { speed }),
    ...(adapter === undefined ? {} : { adapter }),
  };
}

function split(text: string, file: string): { readonly matter: unknown; readonly body: string } {
  const match = FRONT_MATTER.exec(text);
  if (match === null) {
    throw invalid(file, 'front matter', 'the file must begin with --- id, version, locale, vars ---');
  }
  try {
    return { matter: parseYaml(match[1] ?? ''), body: match[2] ?? '' };
  } catch {
    throw invalid(file, 'front matter', 'it is no valid YAML');
  }
}

function check<T>(schema: z.ZodType<T>, matter: unknown, file: string): T {
  const parsed = schema.safeParse(matter);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  if (issue?.code === 'unrecognized_keys') throw invalid(file, issue.keys[0] ?? '', 'no such key is known');
  throw invalid(file, issue?.path.join('.') ?? '', `it must be ${issue?.message ?? 'another value'}`);
}

const invalid = (file: string, key: string, why: string): LeibnizError =>
  new LeibnizError('PROMPT_INVALID', `${file}: ${key}: ${why}.`, { field: `${file}#${key}` });

async function markdownFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch {
    return [];
  }
}
