import { chunkDocument } from '../../../src/dialog/knowledge/core/chunk.js';
import type { KnowledgeDocument } from '../../../src/kernel/document.js';
import { csvSections } from '../../../src/documents/core/csv.js';
import { firstHeading, markdownSections, plainSections } from '../../../src/documents/core/markdown.js';

const documentOf = (sections: KnowledgeDocument['sections']): KnowledgeDocument => ({
  ...{ id: 'doc', title: 'Doc', tags: ['tag'], path: 'doc.md', sections },
});
const sentence = (number: number): string => `Sentence number ${String(number).padStart(3, '0')} is here.`;
const run = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => sentence(from + at)).join(' ');

describe('markdownSections', () => {
  it('keeps headings as context and turns lists, tables, links and emphasis into plain sentences', () => {
    const sections = markdownSections(
      [
        'Intro with **bold** and [a link](http://x.y).',
        '# Top',
        '## Inner *part*',
        '- first item.',
        '- second `code` item.',
        '',
        '| Name | Fee |',
        '| --- | --- |',
        '| Permit | 40 |',
        '```js',
        'ignored();',
        '```',
        '<!-- hidden -->',
        '## Next',
        'Last.',
      ].join('\n'),
    );
    expect(sections).toEqual([
      { headings: [], paragraphs: ['Intro with bold and a link.'], questions: [] },
      {
        headings: ['Top', 'Inner part'],
        paragraphs: ['first item.', 'second code item.', 'Name, Fee', 'Permit, 40'],
        questions: [],
      },
      { headings: ['Top', 'Next'], paragraphs: ['Last.'], questions: [] },
    ]);
  });

  it("reads callers' questions from a comment, and never speaks them", () => {
    const [section] = markdownSections(
      '## Hours\n\n<!-- asked: when do you open | are you open -->\n\nAt nine.',
    );
    expect(section).toEqual({
      headings: ['Hours'],
      paragraphs: ['At nine.'],
      questions: ['when do you open', 'are you open'],
    });
  });

  it.each(['', '#', '```', '<!--', '| | |', '- ', '\0', '[](', '**'])('accepts %j', (body) => {
    expect(() => markdownSections(body)).not.toThrow();
  });

  it('finds the first heading for documents without a title', () => {
    expect(firstHeading('text\n## The *title* ##\nmore')).toBe('The title');
    expect(firstHeading('text')).toBeUndefined();
  });
});

it('plain text is cut at blank lines', () => {
  expect(plainSections('One\nline.\n\nTwo.\r\n\r\n')).toEqual([
    { headings: [], paragraphs: ['One line.', 'Two.'] },
  ]);
  expect(plainSections('  ')).toEqual([]);
});

describe('csvSections', () => {
  it('reads questions and answers', () => {
    const sections = csvSections('Question,Answer\n"When, exactly?","At ""nine"".\nDaily."\n');
    expect(sections).toEqual([{ headings: ['When, exactly?'], paragraphs: ['At "nine". Daily.'] }]);
  });

  it('makes one sentence of any other row', () => {
    expect(csvSections('Lot,Fee,Note\nC,40,\n\n')).toEqual([
      { headings: ['C'], paragraphs: ['Lot: C; Fee: 40.'] },
    ]);
    expect(csvSections('')).toEqual([]);
  });
});

describe('chunkDocument', () => {
  it('cuts a long section at sentences, within the size, and repeats the last ones', () => {
    const chunks = chunkDocument(documentOf([{ headings: ['Long'], paragraphs: [run(0, 60)] }]));
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) {
      expect(chunk.text.length).toBeLessThanOrEqual(800);
      expect(chunk.headings).toEqual(['Long']);
    }
    const [first, second] = chunks;
    const repeated = first?.sentences.filter((item) => second?.sentences.includes(item)) ?? [];
    const overlap = repeated.map((item) => item.text).join(' ').length;
    expect(overlap).toBeGreaterThan(100);
    expect(overlap).toBeLessThanOrEqual(150);
    const all = new Set(chunks.flatMap((chunk) => chunk.sentences.map((item) => item.position)));
    expect(all.size).toBe(60);
  });

  it('begins a new passage with a new section once the current one is half full, without overlap', () => {
    const sections = [
      { headings: ['A'], paragraphs: [run(0, 18)] },
      { headings: ['B'], paragraphs: [run(20, 22)] },
      { headings: ['C'], paragraphs: [run(30, 32)] },
    ];
    const chunks = chunkDocument(documentOf(sections));
    expect(chunks.map((chunk) => chunk.headings)).toEqual([['A'], ['B', 'C']]);
    expect(chunks[1]?.sentences[0]?.opensSection).toBe(true);
  });

  it('carries headings and callers’ questions by section', () => {
    const chunks = chunkDocument(
      documentOf([{ headings: ['Top', 'Hours'], paragraphs: ['At nine.'], questions: ['when'] }]),
    );
    expect(chunks[0]?.questions).toEqual([
      { text: 'Hours', section: 0 },
      { text: 'when', section: 0 },
    ]);
  });

  it('bounds a passage even when a text has no sentence ends', () => {
    const chunks = chunkDocument(documentOf([{ headings: [], paragraphs: ['word '.repeat(2000)] }]));
    expect(Math.max(...chunks.map((chunk) => chunk.text.length))).toBeLessThanOrEqual(800);
    expect(chunkDocument(documentOf([]))).toEqual([]);
  });
});
