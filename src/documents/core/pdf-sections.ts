import type { Section } from '../../kernel/document.js';
import { forEar } from './ear.js';

/** A line of text on a page, in points; `y` grows upwards. */
export interface PageLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Size of the letters. */
  readonly size: number;
}

/** One page of a PDF. */
export interface Page {
  readonly height: number;
  readonly lines: readonly PageLine[];
}

/** Letters this much larger than the body are a heading. */
const HEADING_RATIO = 1.15;
const LONGEST_HEADING_CHARS = 120;
/** A gap of this many line heights ends a paragraph. */
const PARAGRAPH_GAP = 1.6;
/** Share of the page at its top and bottom where lines may be those of every page. */
const MARGIN = 0.1;
const LIST_ITEM = /^\s*(?:[•●▪■◦‣–·➢]|-\s|\d{1,2}[.)]\s|[a-z][.)]\s)/;

/**
 * Sections of a PDF, which knows lines only: lines that stand on most pages are left out, larger letters are headings, a
 * gap, a full stop before a new line that begins further in, or the sign of a list ends a paragraph, words cut at the end of a line are joined.
 */
export function pdfSections(pages: readonly Page[]): Section[] {
  const repeated = repeatedLines(pages);
  const lines = pages.flatMap((page) =>
    page.lines.filter((line) => line.text.trim() !== '' && !isFurniture(page, line, repeated)),
  );
  const body = bodySize(lines);
  const drafts: { headings: string[]; paragraphs: string[] }[] = [{ headings: [], paragraphs: [] }];
  const stack: { readonly size: number; readonly text: string }[] = [];
  let paragraph = '';
  let previous: PageLine | undefined;
  const flush = (): void => {
    const text = forEar(paragraph);
    paragraph = '';
    if (/[\p{L}\p{N}]/u.test(text)) drafts.at(-1)?.paragraphs.push(text);
  };
  for (const line of lines) {
    if (isHeading(line, body)) {
      const continues =
        previous !== undefined &&
        isSameHeading(previous, line, body) &&
        drafts.at(-1)?.paragraphs.length === 0;
      flush();
      const before = continues ? stack.pop() : undefined;
      if (before !== undefined) drafts.pop();
      while ((stack.at(-1)?.size ?? Infinity) <= line.size + 0.1) stack.pop();
      stack.push({ size: line.size, text: forEar(`${before?.text ?? ''} ${line.text}`) });
      drafts.push({ headings: stack.map((item) => item.text), paragraphs: [] });
    } else {
      if (previous !== undefined && endsParagraph(previous, line)) flush();
      paragraph = joined(paragraph, line.text);
    }
    previous = line;
  }
  flush();
  return drafts.filter(({ paragraphs }) => paragraphs.length > 0);
}

/** Running titles and feet, without their numbers. */
function repeatedLines(pages: readonly Page[]): ReadonlySet<string> {
  const seen = new Map<string, number>();
  for (const page of pages) {
    const own = new Set(
      page.lines.filter((line) => inMargin(page, line)).map((line) => withoutNumbers(line.text)),
    );
    for (const text of own) seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  const least = Math.max(2, pages.length / 2);
  return new Set([...seen].filter(([, count]) => count >= least).map(([text]) => text));
}

const inMargin = ({ height }: Page, { y }: PageLine): boolean =>
  y < height * MARGIN || y > height * (1 - MARGIN);

const withoutNumbers = (text: string): string =>
  text.replace(/\d+/g, '#').replace(/\s+/g, ' ').trim().toLowerCase();

function isFurniture(page: Page, line: PageLine, repeated: ReadonlySet<string>): boolean {
  if (!inMargin(page, line)) return false;
  return (
    repeated.has(withoutNumbers(line.text)) ||
    /^(?:page\s+)?[\divxlc]{1,6}(?:\s*(?:\/|of)\s*\d{1,5})?$/i.test(line.text.trim())
  );
}

/** The size that most characters have. */
function bodySize(lines: readonly PageLine[]): number {
  const chars = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    chars.set(rounded, (chars.get(rounded) ?? 0) + text.length);
  }
  return [...chars].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}

const isHeading = ({ size, text }: PageLine, body: number): boolean =>
  size >= body * HEADING_RATIO && text.trim().length <= LONGEST_HEADING_CHARS && /\p{L}/u.test(text);

/** A heading of two lines. */
const isSameHeading = (before: PageLine, line: PageLine, body: number): boolean =>
  isHeading(before, body) &&
  Math.abs(before.size - line.size) < 0.1 &&
  before.y > line.y &&
  before.y - line.y < line.size * 2;

function endsParagraph(before: PageLine, line: PageLine): boolean {
  if (LIST_ITEM.test(line.text)) return true;
  // A paragraph goes on over the end of a page or column unless a sentence ended there.
  if (line.y >= before.y) return /[.!?:]["”)]?\s*$/.test(before.text);
  const isInset = line.x > before.x + before.size && /[.!?]["”)]?\s*$/.test(before.text);
  return isInset || before.y - line.y > before.size * PARAGRAPH_GAP;
}

function joined(paragraph: string, line: string): string {
  const text = line.trim();
  if (paragraph === '') return text;
  // A word that was cut goes on in lower case; "state-" before "of-the-art" is taken for one too.
  if (/\p{Ll}[-\u00AD]$/u.test(paragraph) && /^\p{Ll}/u.test(text)) return paragraph.slice(0, -1) + text;
  return `${paragraph} ${text}`;
}
