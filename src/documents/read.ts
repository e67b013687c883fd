import { isLeibnizError } from '../kernel/errors.js';
import { kindOf, type FileKind } from './core/kind.js';
import { DOCUMENT_LIMITS } from './core/limits.js';
import { zipEntries } from './core/zip.js';
import { readDocx } from './docx.js';
import { readHtml, type PageFacts } from './html.js';
import { readPdf } from './pdf.js';
import { readTextFile, type ReadText, type SourceFile } from './text-file.js';
import { unreadable } from './unreadable.js';

/** What was read from a file. */
export interface Reading {
  readonly document: ReadText;
  readonly kind: FileKind;
  /** Of HTML files only. */
  readonly page?: PageFacts;
}

/**
 * Reads one file of any kind on the calling thread. Files of strangers are read by a `DocumentReader`, which bounds time
 * and memory.
 *
 * @param contentType - what the transport says of a page
 * @throws LeibnizError DOCUMENT_UNREADABLE with the one reason
 */
export async function readDocument(file: SourceFile, contentType?: string): Promise<Reading> {
  const { bytes, path } = file;
  if (bytes.length > DOCUMENT_LIMITS.bytes) {
    throw unreadable(path, `it is larger than ${DOCUMENT_LIMITS.bytes} bytes`);
  }
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const verdict = kindOf(
    bytes.subarray(0, 1024),
    path,
    isZip ? (zipEntries(bytes) ?? []).map(({ name }) => name) : [],
  );
  if (!verdict.ok) throw unreadable(path, verdict.reason);
  const { kind } = verdict;
  try {
    const reading = await readKind(file, kind, contentType);
    const chars = reading.document.sections.reduce(
      (sum, { paragraphs }) => sum + paragraphs.join('').length,
      0,
    );
    if (chars > DOCUMENT_LIMITS.textChars) {
      throw unreadable(path, `its text is longer than ${DOCUMENT_LIMITS.textChars} characters`);
    }
    return reading;
  } catch (cause) {
    if (isLeibnizError(cause)) throw cause;
    throw unreadable(path, 'it could not be parsed', cause);
  }
}

async function readKind(file: SourceFile, kind: FileKind, contentType: string | undefined): Promise<Reading> {
  switch (kind) {
    case 'markdown':
    case 'text':
    case 'csv':
      return { kind, document: readTextFile(file, kind) };
    case 'pdf':
      return { kind, document: await readPdf(file) };
    case 'docx':
      return { kind, document: await readDocx(file) };
    case 'html': {
      const { page, ...document } = await readHtml(file, contentType);
      return { kind, document, page };
    }
  }
}
