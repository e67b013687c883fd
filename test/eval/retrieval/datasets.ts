import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KnowledgeDocument } from '../../../src/kernel/document.js';
import { projectRoot } from '../../../src/threads/project-root.js';

/** A question whose answer is in the documents. */
export interface Answerable {
  readonly question: string;
  /** Documents that hold the answer. */
  readonly documents: readonly string[];
  /** True for a spoken answer that is right. */
  readonly isRight: (answer: string) => boolean;
}

/** Questions with the documents they are asked of. */
export interface QuestionSet {
  readonly answerable: readonly Answerable[];
  readonly unanswerable: readonly string[];
}

interface QuestionFile {
  readonly answerable: readonly {
    readonly q: string;
    readonly doc: string;
    readonly alt?: string;
    readonly says: string;
  }[];
  readonly unanswerable: readonly string[];
}

/** The project's own questions over `knowledge_base/`: `dev` for tuning, `test` held out. */
export function ownQuestions(split: 'dev' | 'test'): QuestionSet {
  const file = join(projectRoot(), 'test/eval/retrieval', `questions-${split}.yaml`);
  const { answerable, unanswerable } = parse(readFileSync(file, 'utf8')) as QuestionFile;
  return {
    answerable: answerable.map(({ q, doc, alt, says }) => ({
      question: q,
      documents: alt === undefined ? [doc] : [doc, alt],
      isRight: (answer) => new RegExp(says, 'i').test(answer),
    })),
    unanswerable,
  };
}

interface SquadFile {
  readonly data: readonly {
    readonly title: string;
    readonly paragraphs: readonly {
      readonly context: string;
      readonly qas: readonly {
        readonly question: string;
        readonly answers: readonly { readonly text: string }[];
      }[];
    }[];
  }[];
}

/**
 * XQuAD English: every paragraph is a document, without a title. Every third article is left out of the
 * documents; its questions are the unanswerable ones.
 */
export function xquad(dataDir: string): QuestionSet & { readonly documents: readonly KnowledgeDocument[] } {
  const { data } = JSON.parse(readFileSync(join(dataDir, 'retrieval/xquad_en.json'), 'utf8')) as SquadFile;
  const documents: KnowledgeDocument[] = [];
  const answerable: Answerable[] = [];
  const unanswerable: string[] = [];
  for (const [number, article] of data.entries()) {
    for (const [at, { context, qas }] of article.paragraphs.entries()) {
      if (number % 3 === 2) {
        unanswerable.push(...qas.map((qa) => qa.question));
        continue;
      }
      const id = `${article.title}-${at}`;
      documents.push(documentOf(id, '', context));
      for (const { question, answers } of qas) {
        const texts = answers.map((answer) => squeeze(answer.text));
        answerable.push({
          question,
          documents: [id],
          isRight: (said) => texts.some((text) => squeeze(said).includes(text)),
        });
      }
    }
  }
  return { documents, answerable, unanswerable };
}

/**
 * MedQuAD SeniorHealth: every answer is a document whose title is the disease; the questions name both. Many
 * answers share one question ("What are the treatments for …"): each of them is right.
 */
export function medquad(dataDir: string): QuestionSet & { readonly documents: readonly KnowledgeDocument[] } {
  const folder = join(dataDir, 'retrieval/medquad/7_SeniorHealth_QA');
  const documents: KnowledgeDocument[] = [];
  const byQuestion = new Map<string, string[]>();
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.xml'))
    .sort()) {
    const xml = readFileSync(join(folder, name), 'utf8');
    const focus = unescapeXml(/<Focus>([\s\S]*?)<\/Focus>/.exec(xml)?.[1] ?? '');
    const pairs = xml.matchAll(
      /<Question qid="([^"]+)"[^>]*>([\s\S]*?)<\/Question>\s*<Answer>([\s\S]*?)<\/Answer>/g,
    );
    for (const [, id = '', asked = '', answer = ''] of pairs) {
      const question = unescapeXml(asked);
      documents.push(documentOf(id, focus, unescapeXml(answer)));
      byQuestion.set(question, [...(byQuestion.get(question) ?? []), id]);
    }
  }
  const answerable = [...byQuestion].map(([question, ids]) => ({
    question,
    documents: ids,
    isRight: () => true,
  }));
  return { documents, answerable, unanswerable: [] };
}

function documentOf(id: string, title: string, text: string): KnowledgeDocument {
  return { id, title, tags: [], path: `${id}.txt`, sections: [{ headings: [], paragraphs: [text] }] };
}

function squeeze(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function unescapeXml(text: string): string {
  return text
    .replace(/<[^>]+>/g, ' ')
    .replace(/&apos;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}
