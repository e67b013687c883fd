/** Letters that typesetters join. */
const LIGATURES = /[\uFB00-\uFB06]/g;
/** Marks without a sound: soft hyphens, zero-width spaces and joiners, byte order marks. */
const SILENT = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;
const BULLET = /^\s*[•●▪■◦‣⁃·➢✓✔]+\s*/;
const ADDRESS = /\bhttps?:\/\/(?:www\.)?([\w.-]+)((?:\/[\w.~-]+)*)[^\s<>"'()[\]]*/gi;
/** Longest path of an address that is said with it. */
const SAID_PATH_CHARS = 24;

/**
 * A line of a document as it can be read out: no bullets, no footnote marks, no invisible characters, addresses of pages
 * without scheme and parameters. Words are left as they are.
 */
export function forEar(text: string): string {
  return text
    .replace(LIGATURES, (letters) => letters.normalize('NFKC'))
    .replace(SILENT, '')
    .replace(BULLET, '')
    .replace(ADDRESS, spokenAddress)
    .replace(/(?<=[\p{L}.,;:!?”"])\[\d{1,3}\]/gu, '')
    .replace(/\s*(?:\.\s?){4,}\s*/g, ', ')
    .replace(/\s+/g, ' ')
    .trim();
}

function spokenAddress(whole: string, hostName: string, path: string): string {
  const tail = /[.,;:!?]$/.exec(whole)?.[0] ?? '';
  const said = path.length <= SAID_PATH_CHARS ? path : '';
  return `${hostName.replace(/\.$/, '')}${said.replace(/\.$/, '')}${tail}`;
}
