import { readDocument, type Reading } from '../../../src/documents/read.js';
import { makeDocx, makePdf, makeZip, wordParagraph } from '../../support/document-files.js';

const read = (path: string, content: string | Uint8Array): Promise<Reading> =>
  readDocument({ path, bytes: typeof content === 'string' ? Buffer.from(content) : content });

describe('a PDF', () => {
  const foot = (page: number): { text: string; y: number; size: number } => ({
    text: `Handbook - page ${page}`,
    y: 30,
    size: 9,
  });
  const pdf = makePdf([
    [
      { text: 'Parking', y: 720, size: 20 },
      { text: 'Permits are sold at the front desk. They cost forty dol-', y: 690 },
      { text: 'lars a month and are valid at once.', y: 677 },
      { text: 'Visitors', y: 640, size: 15 },
      { text: 'Visitors park free for two hours.', y: 620 },
      foot(1),
    ],
    [{ text: '\u0095 Bring your plate number.', y: 700 }, { text: '\u0095 Pay by card.', y: 686 }, foot(2)],
  ]);

  it('becomes sections under its larger letters, without the foot of each page, with cut words joined', async () => {
    const { kind, document } = await read('parking.pdf', pdf);
    expect(kind).toBe('pdf');
    expect(document.title).toBe('Parking');
    expect(document.sections).toEqual([
      {
        headings: ['Parking'],
        paragraphs: [
          'Permits are sold at the front desk. They cost forty dollars a month and are valid at once.',
        ],
      },
      {
        headings: ['Parking', 'Visitors'],
        paragraphs: ['Visitors park free for two hours.', 'Bring your plate number.', 'Pay by card.'],
      },
    ]);
  });

  it('is known by its content, whatever its name', async () => {
    expect((await read('parking.txt', pdf)).kind).toBe('pdf');
  });

  it('takes its own title, unless that is the name of a file', async () => {
    const page = [[{ text: 'Text of the page.', y: 700 }]];
    expect((await read('x.pdf', makePdf(page, 'The guide'))).document.title).toBe('The guide');
    expect((await read('the-fees.pdf', makePdf(page, 'guide.docx'))).document.title).toBe('The fees');
  });
});

describe('a Word document', () => {
  it('becomes sections under its headings; a table names its columns', async () => {
    const cell = (text: string): string => `<w:tc>${wordParagraph(text)}</w:tc>`;
    const row = (cells: readonly string[], head = ''): string =>
      `<w:tr>${head}${cells.map(cell).join('')}</w:tr>`;
    const table = `<w:tbl>${row(['Room', 'Price'], '<w:trPr><w:tblHeader/></w:trPr>')}${row(['Small', '20 dollars'])}</w:tbl>`;
    const body = `${wordParagraph('Rooms', 'Heading1')}${wordParagraph('Rooms are let by the hour.')}${wordParagraph('Prices', 'Heading2')}${table}`;
    const { kind, document } = await read('rooms.docx', makeDocx(body));
    expect(kind).toBe('docx');
    expect(document).toMatchObject({ title: 'Rooms', path: 'rooms.docx' });
    expect(document.sections).toEqual([
      { headings: ['Rooms'], paragraphs: ['Rooms are let by the hour.'] },
      { headings: ['Rooms', 'Prices'], paragraphs: ['Room: Small; Price: 20 dollars.'] },
    ]);
  });
});

describe('an HTML page', () => {
  const page = `<!doctype html><html lang="en-GB"><head><title>Fees | The Office</title><meta name="robots" content="noindex, follow">
    <link rel="canonical" href="/fees"><script>var fees = 'secret';</script></head><body>
    <nav><a href="/">Home</a> <a href="/contact">Contact us</a></nav>
    <main><h1>Fees</h1><p>A permit costs <b>forty</b> dollars. See <a href="https://www.example.org/fees/all?x=1">https://www.example.org/fees/all?x=1</a>.[3]</p>
    <h2>Where</h2><p>The desk<br>12 Main Street<br>Springfield</p><dl><dt>Phone</dt><dd>555 0100</dd></dl>
    <ul><li>• Cash</li><li>Card</li></ul><a rel="nofollow" href="/admin">in</a></main>
    <footer>Copyright 2026</footer></body></html>`;

  it('keeps its main content in the order of its headings, for the ear', async () => {
    const { document } = await read('fees.html', page);
    expect(document).toMatchObject({ title: 'Fees', language: 'en-GB' });
    expect(document.sections).toEqual([
      { headings: [], paragraphs: ['A permit costs forty dollars. See example.org/fees/all.'] },
      {
        headings: ['Where'],
        paragraphs: ['The desk, 12 Main Street, Springfield', 'Phone: 555 0100', 'Cash', 'Card', 'in'],
      },
    ]);
  });

  it('tells of its address, its links and what robots may do', async () => {
    expect((await read('fees.html', page)).page).toEqual({
      canonical: '/fees',
      links: ['/', '/contact', 'https://www.example.org/fees/all?x=1'],
      noIndex: true,
      noFollow: false,
    });
  });

  it('is read in the encoding that it names', async () => {
    const latin = Buffer.from(
      '<html><head><meta charset="iso-8859-1"></head><body><p>Caf\xe9 at nine.</p></body></html>',
      'latin1',
    );
    expect((await read('cafe.html', latin)).document.sections[0]?.paragraphs).toEqual(['Café at nine.']);
  });

  it('bears tags that nobody closes and a depth that nobody needs', async () => {
    const { document } = await read('x.html', `<html>${'<div>'.repeat(3000)}<p>Deep.</p>`);
    expect(document.sections).toEqual([]);
    expect((await read('y.html', '<html><p>One<p>Two')).document.sections[0]?.paragraphs).toEqual([
      'One',
      'Two',
    ]);
  });
});

it.each([
  ['scan.pdf', makePdf([[]]), /no text/],
  ['broken.pdf', Buffer.from('%PDF-1.7\nnothing'), /broken PDF/],
  ['named.pdf', Buffer.from('just text'), /is no PDF/],
  ['named.docx', Buffer.from('just text'), /is no Word document/],
  ['sheet.docx', makeZip({ 'xl/workbook.xml': '<x/>' }), /holds no Word document/],
  ['torn.docx', makeDocx(wordParagraph('x')).subarray(0, 300), /holds no Word document/],
  ['wrong.docx', makeZip({ 'word/document.xml': '<w:document' }), /broken Word document/],
  ['old.doc', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), /old Word/],
  ['picture.txt', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d]), /picture/],
  ['run.md', Buffer.from([0x7f, 0x45, 0x4c, 0x46]), /program/],
  ['long.txt', Buffer.alloc(2_000_001, 'a'), /larger than/],
])('%s has one error that names it and the reason', async (name, content, reason) => {
  await expect(read(name, content)).rejects.toMatchObject({
    code: 'DOCUMENT_UNREADABLE',
    field: name,
    message: expect.stringMatching(reason) as string,
  });
});
