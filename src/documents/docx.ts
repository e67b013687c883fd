import { DOCUMENT_LIMITS } from './core/limits.js';
import { zipEntries } from './core/zip.js';
import { htmlSections } from './html.js';
import { titleOf, type ReadText, type SourceFile } from './text-file.js';
import { unreadable } from './unreadable.js';

/**
 * Reads a Word document (.docx): headings, paragraphs, lists and tables; pictures are left out.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE: broken, too large when unpacked, or without text
 */
export async function readDocx({ bytes, path }: SourceFile): Promise<ReadText> {
  const unpacked = (zipEntries(bytes) ?? []).reduce((sum, entry) => sum + entry.bytes, 0);
  if (unpacked > DOCUMENT_LIMITS.unpackedBytes) {
    throw unreadable(path, `it unpacks to more than ${DOCUMENT_LIMITS.unpackedBytes} bytes`);
  }
  const { default: mammoth } = await import('mammoth');
  const noPicture = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
  const options = { convertImage: noPicture, externalFileAccess: false };
  const { value } = await mammoth
    .convertToHtml({ buffer: Buffer.from(bytes) }, options)
    .catch((cause: unknown) => {
      throw unreadable(path, 'it is a broken Word document', cause);
    });
  const sections = await htmlSections(value);
  if (sections.length === 0) throw unreadable(path, 'it holds no text');
  return { title: sections[0]?.headings[0] ?? titleOf(path), tags: [], path, sections };
}
