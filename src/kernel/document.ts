/** Text under one heading. */
export interface Section {
  /** Headings from the outermost to the innermost, the title of the document left out. */
  readonly headings: readonly string[];
  readonly paragraphs: readonly string[];
  /** Questions that the section answers, in callers' words. Searched, never spoken. */
  readonly questions?: readonly string[];
}

/** A text to answer from, whatever file or page it was read from. */
export interface KnowledgeDocument {
  /** Unique within the knowledge base; from the front matter, else the file name. */
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  /** Path relative to the knowledge base, name of the uploaded file, or address of the page. */
  readonly path: string;
  readonly sections: readonly Section[];
  /** BCP 47, where the file tells it. */
  readonly language?: string;
  /** It answers from this instant on; from ever unless given. */
  readonly validFromMs?: number;
  /** It answers before this instant; for ever unless given. */
  readonly validUntilMs?: number;
}
