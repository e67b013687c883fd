import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { z } from 'zod';
import { LeibnizError } from '../../kernel/errors.js';
import { projectRoot } from '../../threads/project-root.js';
import { businessSchema, withTimezone } from '../business.js';
import type { Business } from '../core/business.js';
import type { Lexicon } from '../core/nlu/lexicon.js';
import type { Locale } from '../core/nlu/locale.js';
import type { FormSpec } from '../core/tasks/form/spec.js';
import { loadDocuments } from '../knowledge/documents.js';
import { loadLocale } from '../locale.js';
import { readPrompts, type LoadedPrompts } from '../prompts.js';
import {
  checkYaml,
  isProblem,
  problemError,
  readYaml,
  type FileProblem,
  type YamlFile,
} from '../yaml-file.js';
import { checkReferences, type Fault, type Parts } from './references.js';
import { formSchema, guardSchema, intentsSchema, lexiconSchema, toolsSchema } from './schemas.js';
import type { GuardRules, Pack } from './types.js';

/** How a pack is read. */
export interface PackOptions {
  /** Language of its texts. @defaultValue 'en-US' */
  readonly locale?: string;
  /** IANA zone in place of the one in `business.yaml`. */
  readonly timezone?: string;
  /** Folder of utterances in place of the pack's and the default ones. */
  readonly promptsDir?: string;
}

/** A pack as far as it could be read, and everything that is wrong with it. */
export interface CheckedPack {
  /** Absent while there are problems. */
  readonly pack?: Pack;
  readonly problems: readonly FileProblem[];
}

/**
 * Reads a pack.
 *
 * @param dir - its folder; the root of the project is the default pack
 * @throws LeibnizError that names file and line of the first problem, and the remedy
 */
export async function loadPack(dir: string, options: PackOptions = {}): Promise<Pack> {
  const { pack, problems } = await checkPack(dir, options);
  if (pack !== undefined) return pack;
  const [first] = problems;
  throw first === undefined
    ? new LeibnizError('INTERNAL', 'a pack without problems is read')
    : problemError(first);
}

/** Reads a pack and tells everything that is wrong with it, in order of files and lines. */
export async function checkPack(dir: string, options: PackOptions = {}): Promise<CheckedPack> {
  const reader = new PackReader(resolve(dir), options);
  return reader.read();
}

const NO_GUARD: GuardRules = { refuses: [], topics: [], neverSays: [] };

/** Reads the files of one pack and gathers what is wrong with them. */
class PackReader {
  readonly #problems: FileProblem[] = [];
  /** Files by their name in the pack, for the lines of later findings. */
  readonly #files = new Map<string, YamlFile>();

  constructor(
    private readonly dir: string,
    private readonly options: PackOptions,
  ) {}

  async read(): Promise<CheckedPack> {
    if (!(await isFolder(this.dir))) {
      this.#add(
        this.dir,
        1,
        '',
        'there is no such folder; give the folder of a pack, one that holds business.yaml.',
      );
      return { problems: this.#problems };
    }
    const business = await this.#business();
    const intents = await this.#yaml('intents.yaml', intentsSchema, 'put the intents of the office there');
    const words = await this.#yaml('lexicon.yaml', lexiconSchema);
    const toolFile = await this.#yaml('tools.yaml', toolsSchema);
    const tools = toolFile?.tools;
    const guard = (await this.#yaml('guard.yaml', guardSchema)) ?? NO_GUARD;
    const forms = await this.#forms(guard);
    const byName = Object.fromEntries((tools ?? []).map((tool) => [tool.name, tool]));
    const isRead = tools !== undefined || !(await exists(join(this.dir, 'tools.yaml')));
    const formIds = await this.#formIds();
    this.#references({ business, intents, forms, formIds, tools: isRead ? byName : undefined });
    const prompts = await this.#prompts();
    const knowledgeBaseDir = await this.#knowledge();
    const locale = this.#problems.length === 0 ? this.#locale() : undefined;
    const problems = this.#problems.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
    if (problems.length > 0 || business === undefined || intents === undefined || locale === undefined) {
      return { problems };
    }
    const trade = words ?? lexiconSchema.parse({});
    const { situations, answerTypes } = trade;
    const actions = Object.fromEntries(intents.intents.map(({ id, does }) => [id, does]));
    const lexicon = lexiconOf(trade, business, locale);
    return {
      problems,
      pack: {
        dir: this.dir,
        business,
        lexicon,
        trade: { situations, answerTypes },
        intents,
        actions,
        forms,
        tools: byName,
        ...prompts,
        knowledgeBaseDir,
        guard,
        mcp: toolFile?.mcp ?? [],
      },
    };
  }

  #add(file: string, line: number, key: string, message: string): void {
    this.#problems.push({ file, line, key, message, code: 'CONFIG_INVALID' });
  }

  /** Reads a file of the pack; one that need not be there may be missing. */
  async #yaml<T>(name: string, schema: z.ZodType<T>, remedy?: string): Promise<T | undefined> {
    const yaml = await this.#open(name, remedy);
    if (yaml === undefined) return undefined;
    return this.#checked(yaml, schema);
  }

  async #open(name: string, remedy?: string): Promise<YamlFile | undefined> {
    const text = await readFile(join(this.dir, name), 'utf8').catch(() => undefined);
    if (text === undefined) {
      if (remedy !== undefined) this.#add(this.#shown(name), 1, '', `the file cannot be read; ${remedy}.`);
      return undefined;
    }
    const yaml = readYaml(text, this.#shown(name));
    if (isProblem(yaml)) {
      this.#problems.push(yaml);
      return undefined;
    }
    this.#files.set(name, yaml);
    return yaml;
  }

  #checked<T>(yaml: YamlFile, schema: z.ZodType<T>): T | undefined {
    const checked = checkYaml(yaml, schema);
    if ('value' in checked) return checked.value;
    this.#problems.push(...checked.problems);
    return undefined;
  }

  /** How a file is named to people: from where they stand. */
  #shown(name: string): string {
    const path = relative(process.cwd(), join(this.dir, name));
    return path.startsWith('..') ? join(this.dir, name) : path;
  }

  async #business(): Promise<Business | undefined> {
    const yaml = await this.#open('business.yaml', 'put the facts of the office there');
    if (yaml === undefined) return undefined;
    const { timezone } = this.options;
    const value = withTimezone(yaml.value, timezone === undefined ? {} : { timezone });
    return this.#checked({ ...yaml, value }, businessSchema);
  }

  /** Names of the files of forms. */
  async #formIds(): Promise<readonly string[]> {
    const names = await readdir(join(this.dir, 'tasks')).catch((): string[] => []);
    return names
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => basename(name, '.yaml'))
      .sort();
  }

  async #forms(guard: GuardRules): Promise<Readonly<Record<string, FormSpec>>> {
    const forms: Record<string, FormSpec> = {};
    for (const id of await this.#formIds()) {
      const name = join('tasks', `${id}.yaml`);
      const form = await this.#yaml(name, formSchema);
      if (form === undefined) continue;
      if (form.id !== id) {
        const line = this.#files.get(name)?.lineOf(['id']) ?? 1;
        this.#add(this.#shown(name), line, 'id', `id is ${form.id}; allowed: the name of the file (${id}).`);
      }
      forms[form.id] = guard.refuses.length === 0 ? form : { ...form, refuses: guard.refuses };
    }
    return forms;
  }

  #references(parts: Parts): void {
    for (const { where, path, message } of checkReferences(parts)) {
      const name = fileOf(where);
      const line = this.#files.get(name)?.lineOf(path) ?? 1;
      this.#add(this.#shown(name), line, path.join('.'), message);
    }
  }

  #locale(): Locale | undefined {
    const folder = join(projectRoot(), 'locales', this.options.locale ?? 'en-US');
    try {
      return loadLocale(folder);
    } catch (error) {
      this.#add(folder, 1, '', error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  async #prompts(): Promise<LoadedPrompts> {
    const root = join(projectRoot(), 'prompts');
    const { promptsDir } = this.options;
    const folders = promptsDir === undefined ? [join(this.dir, 'prompts'), root] : [promptsDir];
    const { problems, ...loaded } = await readPrompts({
      utterances: [...new Set(folders)].map((folder) => join(folder, 'utterances')),
      personas: [join(this.dir, 'personas'), ...folders.map((folder) => join(folder, 'personas'))],
      models: [...new Set([...folders, root])].map((folder) => join(folder, 'model')),
      locale: this.options.locale ?? 'en-US',
    });
    this.#problems.push(...problems);
    return loaded;
  }

  async #knowledge(): Promise<string> {
    const folder = join(this.dir, 'knowledge_base');
    const shown = this.#shown('knowledge_base');
    if (!(await isFolder(folder))) {
      this.#add(
        shown,
        1,
        '',
        'there is no such folder; put the documents that questions are answered from there.',
      );
      return folder;
    }
    try {
      await loadDocuments(folder);
    } catch (error) {
      this.#add(shown, 1, '', error instanceof Error ? error.message : String(error));
    }
    return folder;
  }
}

function fileOf(where: Fault['where']): string {
  return typeof where === 'string' ? `${where}.yaml` : join('tasks', `${where.form}.yaml`);
}

const exists = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined)) !== undefined;

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;

/** The words of a pack and its locale, as readers take them. */
function lexiconOf(trade: z.infer<typeof lexiconSchema>, business: Business, locale: Locale): Lexicon {
  const { personWords, appointmentWords, pronunciations, alerts } = trade;
  const named = ({ id, name, aliases }: Lexicon['services'][number]): Lexicon['services'][number] => ({
    id,
    name,
    aliases,
  });
  return {
    locale,
    services: business.services.map(named),
    staff: business.staff.map(named),
    personWords,
    appointmentWords,
    alerts,
    pronunciations,
  };
}
