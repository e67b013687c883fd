import { DOCUMENT_LIMITS } from './core/limits.js';
import { pdfSections, type Page, type PageLine } from './core/pdf-sections.js';
import { titleOf, type ReadText, type SourceFile } from './text-file.js';
import { unreadable } from './unreadable.js';

interface TextItem {
  readonly str: string;
  /** The last two are the place; the first four scale and turn the letters. */
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly hasEOL: boolean;
}

/** The part of the library that is used; its own types name those of another package. */
interface PdfDocument {
  readonly numPages: number;
  getPage(number: number): Promise<{
    readonly view: readonly number[];
    getTextContent(): Promise<{ readonly items: readonly unknown[] }>;
    cleanup(): unknown;
  }>;
  getMetadata(): Promise<{ readonly info: object }>;
  destroy(): Promise<void>;
}

/** Letters whose lines differ by less than this share of their size stand on one line. */
const SAME_LINE = 0.4;

/**
 * Reads the text of a PDF.
 *
 * @throws LeibnizError DOCUMENT_UNREADABLE: broken, with a password, too long, or without text
 */
export async function readPdf({ bytes, path }: SourceFile): Promise<ReadText> {
  const { getDocumentProxy } = (await import('unpdf')) as unknown as {
    readonly getDocumentProxy: (data: Uint8Array, options: object) => Promise<PdfDocument>;
  };
  const options = { isEvalSupported: false, disableFontFace: true, useSystemFonts: false, verbosity: 0 };
  // The library takes the buffer for itself.
  const document = await getDocumentProxy(new Uint8Array(bytes), options).catch((cause: unknown) => {
    const isLocked = cause instanceof Error && cause.name === 'PasswordException';
    throw unreadable(path, isLocked ? 'it is protected by a password' : 'it is a broken PDF', cause);
  });
  try {
    if (document.numPages > DOCUMENT_LIMITS.pages) {
      throw unreadable(path, `it has more than ${DOCUMENT_LIMITS.pages} pages`);
    }
    const pages: Page[] = [];
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const [, , , height = 0] = page.view;
      const { items } = await page.getTextContent();
      pages.push({ height, lines: linesOf(items as readonly TextItem[]) });
      page.cleanup();
    }
    const sections = pdfSections(pages);
    if (sections.length === 0) {
      throw unreadable(path, 'it holds no text; the text of scanned pages has to be recognised first');
    }
    const { title, language } = await metaOf(document);
    return {
      title: title ?? sections[0]?.headings[0] ?? titleOf(path),
      tags: [],
      path,
      sections,
      ...(language === undefined ? {} : { language }),
    };
  } finally {
    await document.destroy();
  }
}

async function metaOf(document: PdfDocument): Promise<{ title?: string; language?: string }> {
  const { info } = await document.getMetadata().catch(() => ({ info: {} }));
  const { Title: title, Language: language } = info as { Title?: unknown; Language?: unknown };
  return {
    // Programs write the name of the file that they made it from.
    ...(typeof title === 'string' && title.trim() !== '' && !/\.\w{2,4}$|^untitled|^microsoft/i.test(title)
      ? { title: title.trim() }
      : {}),
    ...(typeof language === 'string' && language !== '' ? { language } : {}),
  };
}

function linesOf(items: readonly TextItem[]): PageLine[] {
  const lines: { text: string; x: number; y: number; size: number; end: number }[] = [];
  let closed = true;
  for (const { str, transform, width, height, hasEOL } of items) {
    const [a = 0, b = 0, , d = 0, x = 0, y = 0] = transform;
    const size = height > 0 ? height : Math.hypot(a, b) || Math.abs(d);
    const line = lines.at(-1);
    if (str !== '') {
      if (closed || line === undefined || Math.abs(line.y - y) > SAME_LINE * Math.max(size, line.size)) {
        lines.push({ text: str, x, y, size, end: x + width });
      } else {
        const isApart = x - line.end > 0.2 * size && !line.text.endsWith(' ') && !str.startsWith(' ');
        line.text += isApart ? ` ${str}` : str;
        line.end = x + width;
        if (str.trim() !== '') line.size = Math.max(line.size, size);
      }
      closed = false;
    }
    if (hasEOL) closed = true;
  }
  return lines;
}
