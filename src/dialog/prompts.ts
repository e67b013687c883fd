import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LeibnizError } from '../kernel/errors.js';
import { PROMPT_CATALOGUE } from './core/prompt-catalogue.js';
import type { Persona, Prompt, PromptSet } from './core/types.js';

/** The texts and personas of one language. */
export interface LoadedPrompts {
  readonly prompts: PromptSet;
  readonly personas: Readonly<Record<string, PersonaFile>>;
}

/** A persona with the description that language models are given. */
export interface PersonaFile extends Persona {
  readonly version: number;
  readonly locale: string;
  readonly description: string;
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
  speed: z.number().min(0.5, { message: '0.5 to 2' }).max(2, { message: '0.5 to 2' }).optional(),
});

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
  const prompts: Record<string, Prompt> = {};
  for (const file of await markdownFiles(join(folder, 'utterances'), folder)) {
    const prompt = parsePrompt(await readText(file.path), file.name);
    if (prompt.locale !== locale) continue;
    if (prompts[prompt.id] !== undefined) {
      throw invalid(file.name, 'id', `${prompt.id} stands in another file too`);
    }
    prompts[prompt.id] = prompt;
  }
  for (const id of Object.keys(PROMPT_CATALOGUE)) {
    if (prompts[id] === undefined) throw invalid(folder, id, `no file has this id for ${locale}; add it`);
  }
  const personas: Record<string, PersonaFile> = {};
  for (const file of await markdownFiles(join(folder, 'personas'), folder)) {
    const persona = parsePersona(await readText(file.path), file.name);
    if (persona.locale !== locale) continue;
    if (personas[persona.id] !== undefined) {
      throw invalid(file.name, 'id', `${persona.id} stands in another file too`);
    }
    personas[persona.id] = persona;
  }
  if (Object.keys(personas).length === 0) {
    throw invalid(folder, 'personas', `no persona has the locale ${locale}; add one`);
  }
  return { prompts, personas };
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
  const { id, version, locale, name, voice, speed } = check(personaMatter, matter, file);
  return {
    id,
    version,
    locale,
    name,
    description: body.trim(),
    ...(voice === undefined ? {} : { voice }),
    ...(speed === undefined ? {} : { speed }),
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

async function markdownFiles(
  folder: string,
  root: string,
): Promise<readonly { readonly path: string; readonly name: string }[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => ({ path, name: join('prompts', relative(root, path)) }));
  } catch (cause) {
    throw new LeibnizError('PROMPT_INVALID', `${folder} cannot be read: the utterances belong there.`, {
      field: folder,
      cause,
    });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new LeibnizError('PROMPT_INVALID', `${path} cannot be read.`, { field: path, cause });
  }
}
