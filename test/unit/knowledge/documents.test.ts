import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOCUMENT_LIMITS } from '../../../src/documents/core/limits.js';
import { confinedFolder, FOLDER_LIMITS, loadKnowledge } from '../../../src/dialog/knowledge/documents.js';
import { isLeibnizError } from '../../../src/kernel/errors.js';

let root: string;
let base: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'leibniz-documents-')));
  base = join(root, 'base');
  mkdirSync(base);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(base, name), content);

async function failure(
  promise: Promise<unknown>,
): Promise<{ code: string; field: string | undefined; message: string }> {
  const error: unknown = await promise.then(
    () => new Error('did not fail'),
    (reason: unknown) => reason,
  );
  if (!isLeibnizError(error)) throw error;
  return { code: error.code, field: error.field, message: error.message };
}

describe('loadKnowledge', () => {
  it('reads Markdown, text and tables of all sub-folders, in order of path', async () => {
    mkdirSync(join(base, 'sub'));
    put('b.md', '---\nid: bee\ntitle: The bee\ntags: [insect, 7]\n---\n\nBees hum.\n');
    put('a-plain_file.txt', 'Just text.');
    put('c.csv', 'question,answer\nWhy?,Because.\n');
    put(join('sub', 'd.md'), '# Heading\nNo front matter.');
    put('README.md', 'About these files.');
    put('_draft.md', 'Not yet.');
    put('picture.png', new Uint8Array([0, 255]));
    const { documents } = await loadKnowledge(base);
    expect(documents.map(({ id, title, path }) => [id, title, path])).toEqual([
      ['a-plain_file', 'A plain file', 'a-plain_file.txt'],
      ['bee', 'The bee', 'b.md'],
      ['c', 'C', 'c.csv'],
      ['d', 'Heading', 'sub/d.md'],
    ]);
    expect(documents[1]?.tags).toEqual(['insect']);
  });

  it.each([
    ['binary.md', new Uint8Array([0x66, 0xff, 0xfe]), /UTF-8/],
    ['nul.txt', 'a\0b', /not a text file/],
    ['open.md', '---\ntitle: x\nno end', /closing ---/],
    ['yaml.md', '---\ntitle: [\n---\nx', /YAML/],
    ['list.md', '---\n- a\n---\nx', /mapping/],
    ['big.txt', 'x'.repeat(DOCUMENT_LIMITS.textBytes + 1), /larger than/],
  ])('names %s when it cannot be used', async (name, content, reason) => {
    put('good.md', 'Fine.');
    put(name, content);
    const error = await failure(loadKnowledge(base));
    expect(error).toMatchObject({ code: 'DOCUMENT_UNREADABLE', field: name });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(name);
  });

  it('refuses two documents of one id', async () => {
    put('a.md', '---\nid: same\n---\nA.');
    put('b.md', '---\nid: same\n---\nB.');
    expect(await failure(loadKnowledge(base))).toMatchObject({ code: 'DOCUMENT_UNREADABLE', field: 'b.md' });
  });

  it('refuses a link that leads out, and reads one that stays within', async () => {
    put('a.md', 'A.');
    writeFileSync(join(root, 'secret.md'), 'Secret.');
    symlinkSync(join(base, 'a.md'), join(base, 'link.txt'));
    expect((await loadKnowledge(base)).documents).toHaveLength(2);
    symlinkSync(join(root, 'secret.md'), join(base, 'out.md'));
    expect(await failure(loadKnowledge(base))).toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      field: 'out.md',
    });
  });

  it('reads synonyms, and names the file when it is no list of lists', async () => {
    put('a.md', 'A.');
    expect((await loadKnowledge(base)).synonyms).toEqual([]);
    put('synonyms.yaml', '- [dorm, residence hall]\n');
    expect((await loadKnowledge(base)).synonyms).toEqual([['dorm', 'residence hall']]);
    put('synonyms.yaml', 'dorm: residence hall\n');
    expect(await failure(loadKnowledge(base))).toMatchObject({ field: 'synonyms.yaml' });
  });

  it('stops at folders that are too deep', async () => {
    mkdirSync(join(base, ...Array.from({ length: FOLDER_LIMITS.depth + 1 }, () => 'x')), {
      recursive: true,
    });
    expect(await failure(loadKnowledge(base))).toMatchObject({ code: 'DOCUMENT_UNREADABLE' });
  });
});

describe('confinedFolder', () => {
  it('accepts a root and what lies in it', async () => {
    mkdirSync(join(base, 'sub'));
    expect(await confinedFolder(base, [base])).toBe(base);
    expect(await confinedFolder(join(base, 'sub', '..', 'sub'), [base])).toBe(join(base, 'sub'));
  });

  it('refuses everything else alike, whether it exists or not', async () => {
    mkdirSync(join(root, 'base-twin'));
    symlinkSync(root, join(base, 'up'));
    for (const path of [
      root,
      join(base, '..'),
      join(root, 'base-twin'),
      join(root, 'nothing'),
      join(base, 'up'),
      '/',
    ]) {
      expect(await failure(confinedFolder(path, [base]))).toMatchObject({
        code: 'BAD_REQUEST',
        field: 'knowledge_base_path',
      });
    }
  });

  it('says when a folder within the roots is missing or is a file', async () => {
    put('file.md', 'x');
    expect(await failure(confinedFolder(join(base, 'none'), [base]))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failure(confinedFolder(join(base, 'file.md'), [base]))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
