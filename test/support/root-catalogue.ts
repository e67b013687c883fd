import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Lexicon } from '../../src/dialog/core/nlu/lexicon.js';
import { catalogueOf, type Catalogue, type IntentSpec } from '../../src/dialog/intent/core/catalogue.js';
import type { KnowledgePack } from '../../src/dialog/open-knowledge.js';
import { loadLocale } from '../../src/dialog/locale.js';
import { projectRoot } from '../../src/threads/project-root.js';

/** What the knowledge worker takes from a pack, read without the rest of it. */
export function knowledgePack(dir: string = projectRoot()): KnowledgePack {
  const yaml = (name: string): unknown => parse(readFileSync(join(dir, name), 'utf8'));
  const { intents, out_of_scope = [] } = yaml('intents.yaml') as {
    intents: (Omit<IntentSpec, 'not'> & { not?: string[] })[];
    out_of_scope?: string[];
  };
  const { personWords, appointmentWords } = yaml('lexicon.yaml') as Pick<
    Lexicon,
    'personWords' | 'appointmentWords'
  >;
  const lexicon: Lexicon = {
    ...{ locale: loadLocale(join(projectRoot(), 'locales/en-US')), services: [], staff: [] },
    ...{ personWords, appointmentWords, alerts: {}, pronunciations: [] },
  };
  return {
    intents: {
      intents: intents.map((intent) => ({ ...intent, not: intent.not ?? [] })),
      outOfScope: out_of_scope,
    },
    lexicon,
    trade: { situations: {}, answerTypes: {} },
  };
}

/** What a pack's classifier learns from. */
export function packCatalogue(dir: string = projectRoot()): Catalogue {
  const { intents, lexicon } = knowledgePack(dir);
  return catalogueOf(intents, lexicon);
}
