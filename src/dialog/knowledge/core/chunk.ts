import type { KnowledgeDocument } from '../../../kernel/document.js';
import { splitSentences, wrapSentence } from './sentences.js';

/** A sentence with its place in its document. */
export interface Sentence {
  readonly text: string;
  /** Position in the document, from 0. */
  readonly position: number;
  /** Sentences of the same section belong together. */
  readonly section: number;
  /** True for the first sentence of its section. */
  readonly opensSection: boolean;
  /** Innermost heading; empty above the first one. */
  readonly heading: string;
}

/** A wording under which a section is looked for. */
export interface AskedQuestion {
  readonly text: string;
  readonly section: number;
}

/** A passage that is searched as one. */
export interface Chunk {
  /** `document id#number`, from 1. */
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly path: string;
  /** Headings the passage stands under, outermost first. */
  readonly headings: readonly string[];
  readonly sentences: readonly Sentence[];
  /** Headings and callers' questions of the sections the passage holds. */
  readonly questions: readonly AskedQuestion[];
  /** The sentences joined. */
  readonly text: string;
  /** As of its document. */
  readonly validFromMs?: number;
  readonly validUntilMs?: number;
}

/** Sizes of {@link chunkDocument}. */
export interface ChunkOptions {
  /** Most characters of a passage. Default 800. */
  readonly maxChars?: number;
  /** Characters of whole sentences repeated from the passage before, within a section. Default 150. */
  readonly overlapChars?: number;
}

/**
 * Cuts a document into passages of whole sentences. A new section begins a new passage once the current one is
 * half full; a section that is cut repeats its last sentences, up to `overlapChars`, in the next passage.
 */
export function chunkDocument(document: KnowledgeDocument, options: ChunkOptions = {}): Chunk[] {
  const maxChars = options.maxChars ?? 800;
  const overlapChars = options.overlapChars ?? 150;
  const sentences = documentSentences(document, maxChars);
  const groups: Sentence[][] = [];
  let group: Sentence[] = [];
  let size = 0;
  for (const sentence of sentences) {
    const newSection = group.length > 0 && group.at(-1)?.section !== sentence.section;
    const full = group.length > 0 && size + 1 + sentence.text.length > maxChars;
    if (full || (newSection && size >= maxChars / 2)) {
      groups.push(group);
      group = newSection ? [] : overlap(group, sentence, overlapChars, maxChars);
      size = joined(group).length;
    }
    group.push(sentence);
    size += (size === 0 ? 0 : 1) + sentence.text.length;
  }
  if (group.length > 0) groups.push(group);
  return groups.map((items, index) => toChunk(document, items, index));
}

function documentSentences(document: KnowledgeDocument, maxChars: number): Sentence[] {
  const texts = document.sections.flatMap((section, index) =>
    section.paragraphs
      .flatMap(splitSentences)
      .flatMap((sentence) => wrapSentence(sentence, maxChars))
      .map((text, at) => ({
        text,
        section: index,
        opensSection: at === 0,
        heading: section.headings.at(-1) ?? '',
      })),
  );
  return texts.map((sentence, position) => ({ ...sentence, position }));
}

/** The last sentences of a full passage that the next one repeats, where they leave room for `next`. */
function overlap(
  group: readonly Sentence[],
  next: Sentence,
  overlapChars: number,
  maxChars: number,
): Sentence[] {
  const kept: Sentence[] = [];
  let size = 0;
  for (const sentence of [...group].reverse()) {
    const grown = size + sentence.text.length + 1;
    if (sentence.section !== next.section || grown > overlapChars || grown + next.text.length > maxChars) {
      break;
    }
    kept.unshift(sentence);
    size = grown;
  }
  return kept.length === group.length ? [] : kept;
}

function toChunk(document: KnowledgeDocument, sentences: readonly Sentence[], index: number): Chunk {
  const headings = sentences.map((sentence) => sentence.heading).filter((heading) => heading !== '');
  return {
    id: `${document.id}#${index + 1}`,
    documentId: document.id,
    title: document.title,
    tags: document.tags,
    path: document.path,
    headings: [...new Set(headings)],
    sentences,
    questions: [...new Set(sentences.map((sentence) => sentence.section))].flatMap((section) =>
      askedQuestions(document, section),
    ),
    text: joined(sentences),
    ...(document.validFromMs === undefined ? {} : { validFromMs: document.validFromMs }),
    ...(document.validUntilMs === undefined ? {} : { validUntilMs: document.validUntilMs }),
  };
}

function askedQuestions(document: KnowledgeDocument, section: number): AskedQuestion[] {
  const { headings, questions = [] } = document.sections[section] ?? { headings: [] };
  const heading = headings.at(-1);
  return [...(heading === undefined ? [] : [heading]), ...questions].map((text) => ({ text, section }));
}

function joined(sentences: readonly Sentence[]): string {
  return sentences.map((sentence) => sentence.text).join(' ');
}
