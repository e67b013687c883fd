import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KnowledgeContent } from '../../../src/dialog/knowledge/knowledge-index.js';
import { chunkDocument } from '../../../src/dialog/knowledge/core/chunk.js';
import { loadKnowledge } from '../../../src/dialog/knowledge/documents.js';
import { projectRoot } from '../../../src/threads/project-root.js';

/** The documents that ship with the project, as they are spoken. */
let content: KnowledgeContent;
beforeAll(async () => {
  content = await loadKnowledge(join(projectRoot(), 'knowledge_base'));
});

it('has the documents of an advising office, each with title, tags and questions for every section', () => {
  expect(content.documents.length).toBeGreaterThanOrEqual(18);
  for (const document of content.documents) {
    expect(document.tags.length).toBeGreaterThan(0);
    for (const section of document.sections) {
      const asked = section.questions?.length ?? 0;
      expect({ ...{ document: document.id, section: section.headings }, isAsked: asked > 0 }).toMatchObject({
        isAsked: true,
      });
    }
  }
});

it('speaks in short sentences without digits, symbols and addresses that a voice would spell', () => {
  const sentences = content.documents.flatMap((document) =>
    chunkDocument(document).flatMap((chunk) => chunk.sentences.map((sentence) => sentence.text)),
  );
  for (const sentence of sentences) {
    expect(sentence.length).toBeLessThanOrEqual(180);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(sentence.replace('I-20', '').replace('F-1', '')).not.toMatch(/[\d@#$%&/\\*_<>[\]{}|]|https?:/);
  }
});

it('agrees with the opening hours of business.yaml', () => {
  const business = parse(readFileSync(join(projectRoot(), 'business.yaml'), 'utf8')) as {
    openingHours: Record<string, string[]>;
  };
  const { saturday, sunday, ...weekdays } = business.openingHours;
  expect([saturday, sunday]).toEqual([[], []]);
  expect(Object.values(weekdays)).toEqual(Array.from({ length: 5 }, () => ['09:00-17:00']));
  const hours = content.documents.find((document) => document.id === 'opening-hours');
  expect(hours?.sections[0]?.paragraphs.join(' ')).toContain(
    'opening hours are Monday to Friday, from nine in the morning until five in the afternoon',
  );
});

it('every synonym group has words that no other group holds', () => {
  const all = content.synonyms.flat().map((word) => word.toLowerCase());
  expect(all.filter((word, at) => all.indexOf(word) !== at)).toEqual([]);
});
