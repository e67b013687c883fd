import type { Section } from '../../kernel/document.js';

/** A comment that lists callers' questions: `<!-- asked: when do you open | are you open today -->`. */
const ASKED = /^\s*<!--\s*asked:\s*([\s\S]*?)\s*-->\s*$/i;

/**
 * Reads the text of a Markdown body: headings, paragraphs, list items and table rows become sections of plain
 * paragraphs; code blocks, comments and images are left out; links keep their words. A comment line
 * `<!-- asked: … | … -->` under a heading gives the questions that callers ask about the section. Any text is
 * accepted.
 */
export function markdownSections(body: string): Section[] {
  const sections: { headings: string[]; paragraphs: string[]; questions: string[] }[] = [
    { headings: [], paragraphs: [], questions: [] },
  ];
  const stack: { level: number; text: string }[] = [];
  let paragraph: string[] = [];
  const flush = (): void => {
    const text = paragraph.join(' ').trim();
    paragraph = [];
    if (text !== '') sections.at(-1)?.paragraphs.push(text);
  };
  for (const line of stripBlocks(body).split(/\r?\n/)) {
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line);
    if (heading !== null) {
      flush();
      const level = heading[1]?.length ?? 1;
      while ((stack.at(-1)?.level ?? 0) >= level) stack.pop();
      stack.push({ level, text: plainText(heading[2] ?? '') });
      sections.push({ headings: stack.map((item) => item.text), paragraphs: [], questions: [] });
      continue;
    }
    const asked = ASKED.exec(line)?.[1];
    if (asked !== undefined) {
      flush();
      sections.at(-1)?.questions.push(...asked.split('|').map((question) => question.trim()));
      continue;
    }
    if (line.trim() === '' || /^\s*(?:[-*_]\s*){3,}$/.test(line) || /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(line)) {
      flush();
      continue;
    }
    const item = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$/.exec(line);
    if (item !== null || line.trimStart().startsWith('|')) flush();
    paragraph.push(plainText(item?.[1] ?? tableRow(line)));
  }
  flush();
  return sections.filter((section) => section.paragraphs.length > 0);
}

/** The first-level heading of a body, for documents without a title. */
export function firstHeading(body: string): string | undefined {
  const match = /^ {0,3}#{1,6}\s+(.+?)\s*#*\s*$/m.exec(stripBlocks(body));
  return match?.[1] === undefined ? undefined : plainText(match[1]);
}

/** A text file without markup: paragraphs are separated by blank lines. */
export function plainSections(body: string): Section[] {
  const paragraphs = body
    .split(/\r?\n\s*\r?\n/)
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '');
  return paragraphs.length === 0 ? [] : [{ headings: [], paragraphs }];
}

function stripBlocks(body: string): string {
  return body
    .replace(/<!--(?!\s*asked:)[\s\S]*?-->/gi, '')
    .replace(/^ {0,3}(```|~~~)[\s\S]*?^ {0,3}\1.*$/gm, '');
}

function tableRow(line: string): string {
  const text = line.trim();
  if (!text.startsWith('|')) return text.replace(/^>\s?/, '');
  return text
    .split('|')
    .map((cell) => cell.trim())
    .filter((cell) => cell !== '')
    .join(', ');
}

function plainText(text: string): string {
  return text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/`([^`]*)`/g, '$1')
    .replace(/(\*\*|__|~~)(?=\S)(.+?)\1/g, '$2')
    .replace(/(^|[\s(])[*_](?=\S)(.+?)[*_](?=$|[\s).,;:!?])/g, '$1$2')
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .trim();
}
