import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { officeOf } from '../../../src/app/engines.js';
import { openQuestion } from '../../../src/dialog/core/machine/listening.js';
import { openKnowledge, type Knowledge } from '../../../src/dialog/open-knowledge.js';
import { loadPack } from '../../../src/dialog/pack/load.js';
import { wallMs } from '../../../src/kernel/time.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { Talk, WEDNESDAY, type TalkOptions } from '../../support/talk.js';

/** A pack with its documents and classifier, and conversations in it. */
export interface Office {
  readonly context: TalkOptions['context'];
  readonly knowledge: Knowledge;
  talk(options?: Partial<TalkOptions>): Talk;
  close(): Promise<void>;
}

/** Vectors of texts are kept here between runs: only new ones are computed. */
export const EMBEDDINGS_DIR = join(tmpdir(), 'leibniz-eval-embeddings');

/** Opens a pack; the root of the project, the default pack, unless told. */
export async function openOffice(folder = '.'): Promise<Office> {
  const pack = await loadPack(join(projectRoot(), folder));
  const knowledge: Knowledge = await openKnowledge({
    pack,
    knowledgeBaseDir: pack.knowledgeBaseDir,
    cacheDir: EMBEDDINGS_DIR,
    // Words are judged here and not speed: a busy machine must not change what is understood.
    classifyTimeoutMs: 60_000,
    queryTimeoutMs: 60_000,
  });
  // The first sentence compiles the encoder; it would miss its deadline.
  await knowledge.classify('hello', {}, { timeoutMs: 60_000 });
  const context = officeOf(pack);
  return {
    context,
    knowledge,
    talk: (options = {}) => new Talk({ context, knowledge, ...options }),
    close: () => knowledge.close(),
  };
}

/** Name of the open question as the cases use it: open, date, time, offer, purpose, name, confirm, … */
export function questionOf(talk: Talk): string {
  const { id } = openQuestion(talk.state, { ...talk.options.context, wallMs: wallMs(WEDNESDAY) });
  const open = (
    talk.state.stack.at(-1)?.state as { readonly open?: { readonly suggested?: string } } | undefined
  )?.open;
  if (open?.suggested !== undefined) return 'suggest';
  const ask = id.split('.').at(-1) ?? id;
  return NAMES[id] ?? NAMES[ask] ?? ask;
}

const NAMES: Readonly<Record<string, string>> = {
  'callback.offer': 'callback',
  'handoff.offer': 'person',
  anything_else: 'else',
  day: 'date',
  which_day: 'date',
  which_time: 'time',
  service: 'purpose',
  spell: 'name',
  check: 'confirm',
  suggested: 'suggest',
};
