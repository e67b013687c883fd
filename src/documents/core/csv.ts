import type { Section } from '../../kernel/document.js';

/**
 * Reads comma-separated values (RFC 4180) with a header row. A row with `question` and `answer` columns becomes
 * a section of that heading; any other row becomes the sentence `column: value; column: value.` under its first
 * value.
 */
export function csvSections(text: string): Section[] {
  const [header, ...rows] = parseCsv(text).filter((row) => row.some((cell) => cell.trim() !== ''));
  if (header === undefined) return [];
  const names = header.map((name) => name.trim());
  const question = names.findIndex((name) => name.toLowerCase() === 'question');
  const answer = names.findIndex((name) => name.toLowerCase() === 'answer');
  return rows.map((row) => {
    const cells = row.map((cell) => cell.replace(/\s+/g, ' ').trim());
    if (question >= 0 && answer >= 0) {
      return { headings: [cells[question] ?? ''], paragraphs: [cells[answer] ?? ''] };
    }
    const pairs = names
      .map((name, index) => `${name}: ${cells[index] ?? ''}`)
      .filter((pair) => !pair.endsWith(': '));
    return { headings: [cells[0] ?? ''], paragraphs: [`${pairs.join('; ')}.`] };
  });
}

/** Rows of cells (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(i + 1) === '"') cell += text.charAt(i++);
      else quoted = false;
    } else if (char === '"' && cell === '') {
      quoted = true;
    } else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')]);
      row = [];
      cell = '';
    } else {
      cell += char;
    }
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}
