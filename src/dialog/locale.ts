import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LeibnizError } from '../kernel/errors.js';
import type { Locale } from './core/nlu/locale.js';
import { calendarSchema } from './locale-calendar.js';
import { nameWords, namesSchema, vocabularySchema } from './locale-names.js';

/** Meaning of a phrase list -> phrases. One meaning stands in one file. */
const phrasesSchema = z.record(
  z.string().regex(/^[a-z][a-z_]*$/),
  z.array(z.string().min(1).max(800)).max(500),
);

/** Files with a shape of their own; all others hold phrases. */
const OWN_SHAPE: ReadonlySet<string> = new Set(['calendar.yaml', 'names.yaml', 'vocabulary.yaml']);

/**
 * Reads the words of a language.
 *
 * @param dir - folder named after the language (`locales/en-US`) that holds `calendar.yaml`, `names.yaml`, `vocabulary.yaml`
 *   and files of phrases
 * @throws LeibnizError CONFIG_INVALID when a file cannot be read, is no YAML, or holds a wrong value
 */
export function loadLocale(dir: string): Locale {
  return {
    id: basename(dir),
    calendar: checked(join(dir, 'calendar.yaml'), calendarSchema),
    names: nameWords(
      checked(join(dir, 'names.yaml'), namesSchema),
      checked(join(dir, 'vocabulary.yaml'), vocabularySchema),
    ),
    phrases: loadPhrases(dir),
  };
}

function loadPhrases(dir: string): Locale['phrases'] {
  const phrases: Record<string, readonly string[]> = {};
  for (const name of readdirSync(dir).sort()) {
    if (!name.endsWith('.yaml') || OWN_SHAPE.has(name)) continue;
    const file = join(dir, name);
    for (const [meaning, list] of Object.entries(checked(file, phrasesSchema))) {
      if (Object.hasOwn(phrases, meaning)) {
        throw new LeibnizError('CONFIG_INVALID', `${file}: ${meaning}: stands in another file too.`, {
          field: meaning,
        });
      }
      phrases[meaning] = list;
    }
  }
  return phrases;
}

function checked<T>(file: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(readYaml(file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue?.path.join('.') ?? '';
  throw new LeibnizError('CONFIG_INVALID', `${file}: ${key}: ${issue?.message ?? 'wrong value'}.`, {
    field: key,
  });
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new LeibnizError('CONFIG_INVALID', `${file} cannot be read: ${reason}`, { field: file, cause });
  }
}
