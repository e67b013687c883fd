import type { Section } from '../kernel/document.js';
import { domSections, type DomNode } from './core/dom-sections.js';
import { forEar } from './core/ear.js';
import { titleOf, type ReadText, type SourceFile } from './text-file.js';

/** What a page tells beside its text. */
export interface PageFacts {
  /** The address that it gives itself. */
  readonly canonical?: string;
  /** Addresses of its links, as they stand there. */
  readonly links: readonly string[];
  /** It asks not to be searched, not to be followed (`<meta name="robots">`). */
  readonly noIndex: boolean;
  readonly noFollow: boolean;
}

/** Links of one page that are looked at. */
const MAX_LINKS = 2000;
/** Elements whose text belongs to the site, not to the page. */
const FURNITURE =
  'nav, header, footer, aside, form, [role=navigation], [role=banner], [role=contentinfo], [role=search], [aria-hidden=true], [hidden]';
/** Readability must keep this share of the text, else the page is taken without its furniture only. */
const KEPT_SHARE = 0.3;

/** The part of the DOM that is used; the library's own types ask for a browser's. */
interface Node extends DomNode {
  readonly documentElement: Element;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}
interface Element extends DomNode {
  getAttribute(name: string): string | null;
  remove(): void;
}

/** Reads an HTML file: its main content, without what stands on every page of a site. */
export async function readHtml(
  { bytes, path }: SourceFile,
  contentType = '',
): Promise<ReadText & { page: PageFacts }> {
  const html = decodeHtml(bytes, contentType);
  const { parseHTML } = await import('linkedom');
  const { Readability } = await import('@mozilla/readability');
  const parse = (text: string): Node => (parseHTML(text) as unknown as { document: Node }).document;
  const document = parse(html);
  const page = pageFacts(document);
  const language = document.documentElement.getAttribute('lang')?.trim() ?? '';
  const heading = document.querySelector('h1')?.textContent ?? '';
  const shown = document.querySelector('title')?.textContent ?? '';
  const all = contentSections(document);
  // It changes the document, so it is the last to see it.
  const article = new Readability(parse(html), { maxElemsToParse: 50_000 }).parse();
  const content = article?.content ?? '';
  const main = content === '' ? [] : contentSections(parse(`<html><body>${content}</body></html>`));
  const sections = lengthOf(main) >= KEPT_SHARE * lengthOf(all) ? main : all;
  return {
    title: forEar(heading) || forEar(article?.title ?? '') || forEar(shown) || titleOf(path),
    tags: [],
    path,
    sections: [...sections],
    ...(language === '' ? {} : { language }),
    page,
  };
}

/** Sections of an HTML text as it is, such as another reader makes. */
export async function htmlSections(html: string): Promise<Section[]> {
  const { parseHTML } = await import('linkedom');
  const { document } = parseHTML(`<html><body>${html}</body></html>`) as unknown as { document: Node };
  return domSections(document.documentElement);
}

function contentSections(document: Node): Section[] {
  for (const element of [...document.querySelectorAll(FURNITURE)]) {
    // The heading of an article may stand in a header of its own.
    if (element.nodeName.toUpperCase() !== 'HEADER' || !hasArticle(element)) element.remove();
  }
  return domSections(document.documentElement);
}

function hasArticle(element: Element): boolean {
  return (element as unknown as { closest(selector: string): unknown }).closest('article, main') !== null;
}

const lengthOf = (sections: readonly Section[]): number =>
  sections.reduce((sum, { paragraphs }) => sum + paragraphs.join('').length, 0);

function pageFacts(document: Node): PageFacts {
  const robots = [...document.querySelectorAll('meta[name=robots], meta[name=leibniz]')]
    .map((meta) => meta.getAttribute('content') ?? '')
    .join(',')
    .toLowerCase();
  const canonical = document.querySelector('link[rel=canonical]')?.getAttribute('href') ?? undefined;
  const links: string[] = [];
  for (const anchor of document.querySelectorAll('a[href]')) {
    const isFollowed = !/\bnofollow\b/i.test(anchor.getAttribute('rel') ?? '');
    if (isFollowed) links.push(anchor.getAttribute('href') ?? '');
    if (links.length >= MAX_LINKS) break;
  }
  return {
    links,
    noIndex: /\b(?:noindex|none)\b/.test(robots),
    noFollow: /\b(?:nofollow|none)\b/.test(robots),
    ...(canonical === undefined ? {} : { canonical }),
  };
}

/** By byte order mark, the transport's word, the page's word, and UTF-8 (WHATWG, 13.2.3), in that order. */
function decodeHtml(bytes: Uint8Array, contentType: string): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024));
  const said =
    /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(head)?.[1];
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined;
  for (const label of [mark, said]) {
    if (label === undefined) continue;
    try {
      return new TextDecoder(label).decode(bytes);
    } catch {
      // An unknown name of an encoding; the others are tried.
    }
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
