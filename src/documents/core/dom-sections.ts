import type { Section } from '../../kernel/document.js';
import { forEar } from './ear.js';

/** The part of a DOM node that is read. */
export interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: Iterable<DomNode>;
}

const TEXT = 3;
const ELEMENT = 1;
const HEADING = /^H([1-6])$/;
/** Elements that are never text. */
const LEFT_OUT = new Set(
  'HEAD SCRIPT STYLE NOSCRIPT TEMPLATE SVG IFRAME OBJECT BUTTON SELECT TEXTAREA INPUT NAV DIALOG CANVAS AUDIO VIDEO'.split(
    ' ',
  ),
);
/** Elements that end the paragraph before them and their own. */
const BLOCKS = new Set(
  'ADDRESS ARTICLE ASIDE BLOCKQUOTE BODY DD DETAILS DIV DL DT FIELDSET FIGCAPTION FIGURE FOOTER FORM HEADER HR LI MAIN OL P PRE SECTION SUMMARY TABLE TBODY TD TH THEAD TR UL'.split(
    ' ',
  ),
);
/** Deeper nesting is not followed. */
const MAX_DEPTH = 200;

interface Draft {
  readonly headings: readonly string[];
  readonly paragraphs: string[];
}

/**
 * Sections of a tree of HTML: headings open them, blocks are paragraphs, a row of a table is one paragraph that names its
 * columns, a line break within a paragraph is heard as a comma.
 */
export function domSections(root: DomNode): Section[] {
  const walker = new Walker();
  walker.walk(root, 0);
  return walker.sections();
}

class Walker {
  readonly #drafts: Draft[] = [{ headings: [], paragraphs: [] }];
  readonly #stack: { readonly level: number; readonly text: string }[] = [];
  #line = '';
  /** A term whose definition follows. */
  #term = '';

  sections(): Section[] {
    this.#flush();
    return this.#drafts.filter(({ paragraphs }) => paragraphs.length > 0);
  }

  walk(node: DomNode, depth: number): void {
    if (node.nodeType === TEXT) {
      this.#line += node.textContent ?? '';
      return;
    }
    const name = node.nodeName.toUpperCase();
    if (LEFT_OUT.has(name) || depth > MAX_DEPTH) return;
    const level = HEADING.exec(name)?.[1];
    if (level !== undefined) return this.#heading(Number(level), node);
    if (name === 'TABLE' && this.#table(node)) return;
    if (name === 'BR') {
      this.#line = withComma(this.#line);
      return;
    }
    const isBlock = BLOCKS.has(name);
    if (isBlock) this.#flush();
    for (const child of node.childNodes) this.walk(child, depth + 1);
    if (name === 'DT') this.#takeTerm();
    else if (isBlock) this.#flush();
  }

  #takeTerm(): void {
    this.#term = `${this.#line.trim().replace(/:$/, '')}: `;
    this.#line = '';
  }

  #heading(level: number, node: DomNode): void {
    this.#flush();
    const text = forEar(node.textContent ?? '');
    if (text === '') return;
    while ((this.#stack.at(-1)?.level ?? 0) >= level) this.#stack.pop();
    this.#stack.push({ level, text });
    this.#drafts.push({ headings: this.#stack.map((item) => item.text), paragraphs: [] });
  }

  /** @returns false for a table that only lays out a page */
  #table(table: DomNode): boolean {
    const rows = rowsOf(table, 0);
    const [header, ...rest] = rows;
    if (header === undefined) return true;
    if (rows.every((row) => row.cells.length < 2)) return false;
    this.#flush();
    const names = header.isHeader && rest.length > 0 ? header.cells : [];
    for (const { cells } of names.length > 0 ? rest : rows) this.#add(rowText(cells, names));
    return true;
  }

  #flush(): void {
    const text = this.#line;
    this.#line = '';
    if (text.trim() === '') return;
    this.#add(this.#term + text);
    this.#term = '';
  }

  #add(text: string): void {
    const heard = forEar(text).replace(/,$/, '');
    if (/[\p{L}\p{N}]/u.test(heard)) this.#drafts.at(-1)?.paragraphs.push(heard);
  }
}

const withComma = (line: string): string =>
  /[\p{L}\p{N})"”]\s*$/u.test(line) ? `${line.trimEnd()}, ` : `${line} `;

interface Row {
  readonly isHeader: boolean;
  readonly cells: readonly string[];
}

function rowsOf(node: DomNode, depth: number): Row[] {
  if (depth > 4) return [];
  const rows: Row[] = [];
  for (const child of node.childNodes) {
    if (child.nodeType !== ELEMENT) continue;
    const name = child.nodeName.toUpperCase();
    if (name !== 'TR') {
      rows.push(...rowsOf(child, depth + 1));
      continue;
    }
    const cells = [...child.childNodes].filter(({ nodeName }) => /^T[DH]$/i.test(nodeName));
    if (cells.length === 0) continue;
    rows.push({
      isHeader: cells.every(({ nodeName }) => /^TH$/i.test(nodeName)),
      cells: cells.map((cell) => forEar(cell.textContent ?? '')),
    });
  }
  return rows;
}

/** "Name: value; name: value." with the names of the columns, else the cells one after the other. */
function rowText(cells: readonly string[], names: readonly string[]): string {
  const filled = cells.flatMap((cell, index) => {
    if (cell === '') return [];
    const name = names[index] ?? '';
    return [name === '' ? cell : `${name}: ${cell}`];
  });
  const text = filled.join(names.length > 0 ? '; ' : ', ');
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
