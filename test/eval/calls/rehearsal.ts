import type { PromptSet } from '../../../src/dialog/core/context.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { playDeclared } from '../../support/declared-talk.js';
import { openOffice } from '../conversation/office.js';
import { PACK_FOLDERS, type Declared } from '../scenarios/declared.js';
import { questionReader, type ReadQuestion } from './question.js';
import { wishesOf, type Wishes } from './wishes.js';

/** A conversation as it goes in text: what a caller who is understood hears, and wants, after each step. */
export interface Rehearsal {
  readonly replies: readonly string[];
  readonly wishes: readonly Wishes[];
}

/** A pack, and its conversations in text. */
export interface RehearsedPack {
  readonly business: Business;
  readonly prompts: PromptSet;
  readonly read: ReadQuestion;
  readonly of: ReadonlyMap<Declared, Rehearsal>;
}

/** Plays conversations of one pack as text. */
export async function rehearse(
  pack: Declared['pack'],
  conversations: readonly Declared[],
): Promise<RehearsedPack> {
  const office = await openOffice(PACK_FOLDERS[pack]);
  try {
    const { business, prompts } = office.context;
    const read = questionReader(prompts);
    const of = new Map<Declared, Rehearsal>();
    for (const declared of new Set(conversations)) {
      const { replies } = await playDeclared(declared, office);
      of.set(declared, { replies, wishes: wishesOf(declared, replies, business, read) });
    }
    return { business, prompts, read, of };
  } finally {
    await office.close();
  }
}
