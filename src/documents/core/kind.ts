/** Kinds of files that documents are read from. */
export const FILE_KINDS = ['markdown', 'text', 'csv', 'html', 'pdf', 'docx'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Endings of names, with the kind that they claim. */
export const KIND_OF_ENDING: Readonly<Record<string, FileKind>> = {
  md: 'markdown',
  markdown: 'markdown',
  txt: 'text',
  csv: 'csv',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  pdf: 'pdf',
  docx: 'docx',
};

/** Beginnings of files that are no documents, with what they are. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ['\xD0\xCF\x11\xE0', 'it is an old Word or Office file; save it as .docx or .pdf'],
  ['{\\rtf', 'it is an RTF file; save it as .docx or .pdf'],
  ['\x1F\x8B', 'it is an archive'],
  ['Rar!', 'it is an archive'],
  ['\x89PNG', 'it is a picture; it has no text to read'],
  ['\xFF\xD8\xFF', 'it is a picture; it has no text to read'],
  ['GIF8', 'it is a picture; it has no text to read'],
  ['\x7FELF', 'it is a program'],
  ['MZ', 'it is a program'],
];

/** What a file is, or why it is none that can be read. */
export type KindVerdict =
  { readonly ok: true; readonly kind: FileKind } | { readonly ok: false; readonly reason: string };

/**
 * The kind of a file by its content. The ending of its name only tells kinds of plain text apart; one that claims what the
 * content is not is refused.
 *
 * @param head - the first bytes, 1,024 are enough
 * @param name - name of the file, for its ending
 * @param zipNames - names inside, where the file is a ZIP archive
 */
export function kindOf(head: Uint8Array, name: string, zipNames: readonly string[] = []): KindVerdict {
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  const claimed = KIND_OF_ENDING[ending];
  const start = String.fromCharCode(...head.subarray(0, 1024));
  if (start.includes('%PDF-')) return { ok: true, kind: 'pdf' };
  if (start.startsWith('PK')) {
    return zipNames.includes('word/document.xml')
      ? { ok: true, kind: 'docx' }
      : { ok: false, reason: 'it is an archive that holds no Word document' };
  }
  const foreign = FOREIGN.find(([magic]) => start.startsWith(magic))?.[1];
  if (foreign !== undefined) return { ok: false, reason: foreign };
  if (claimed === 'pdf') return { ok: false, reason: 'it is named .pdf and is no PDF' };
  if (claimed === 'docx') return { ok: false, reason: 'it is named .docx and is no Word document' };
  if (claimed === 'markdown' || claimed === 'csv') return { ok: true, kind: claimed };
  if (looksLikeHtml(start)) return { ok: true, kind: 'html' };
  return { ok: true, kind: claimed ?? 'text' };
}

const looksLikeHtml = (start: string): boolean =>
  /^(?:\xEF\xBB\xBF)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i.test(
    start,
  );
