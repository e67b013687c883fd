import { DocumentReader } from '../../../src/documents/reader.js';
import { makeDocx, makePdf, wordParagraph } from '../../support/document-files.js';

const pdf = makePdf([[{ text: 'The desk opens at nine.', y: 700 }]]);

it('reads one file after the other in a thread of its own, which a broken one leaves standing', async () => {
  const reader = new DocumentReader();
  const read = (path: string, bytes: Uint8Array): Promise<unknown> => reader.read({ path, bytes });
  const results = await Promise.allSettled([
    read('a.pdf', pdf),
    read('b.pdf', Buffer.from('%PDF-1.7 broken')),
    read('c.docx', makeDocx(wordParagraph('Hello.'))),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await reader.close();
});

it('a file that takes too long ends with its thread; the next one is read by a new one', async () => {
  const reader = new DocumentReader({ readMs: 1 });
  const error = {
    code: 'DOCUMENT_UNREADABLE',
    message: expect.stringMatching(/longer than 0.001 s/) as string,
  };
  await expect(reader.read({ path: 'slow.pdf', bytes: pdf })).rejects.toMatchObject(error);
  await reader.close();
  const patient = new DocumentReader();
  expect((await patient.read({ path: 'slow.pdf', bytes: pdf })).document.sections[0]?.paragraphs).toEqual([
    'The desk opens at nine.',
  ]);
  await patient.close();
});

it('more files than may wait are refused', async () => {
  const reader = new DocumentReader({ maxWaiting: 1 });
  const first = reader.read({ path: 'a.pdf', bytes: pdf });
  await expect(reader.read({ path: 'b.pdf', bytes: pdf })).rejects.toMatchObject({ code: 'CAPACITY_FULL' });
  await first;
  await reader.close();
});
