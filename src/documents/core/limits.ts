/** Bounds of one file or page, whoever it comes from. */
export const DOCUMENT_LIMITS = {
  /** A longer Markdown, text or table file is no document. */
  textBytes: 2_000_000,
  /** A longer PDF, Word or HTML file is not opened. */
  bytes: 20_000_000,
  /** Characters of text that a document may give. */
  textChars: 1_000_000,
  /** Pages of a PDF. */
  pages: 500,
  /** Bytes that a Word file may unpack to. */
  unpackedBytes: 100_000_000,
  /** Longest time of reading one file. */
  readMs: 30_000,
  /** Memory of the thread that reads files of strangers, MB. */
  memoryMb: 512,
} as const;
