import type { EmbeddingSpec } from '../../dialog/open-knowledge.js';
import type { SettingValues } from './settings.js';

/** Documents, their index and where they come from. */
export interface KnowledgeSettings {
  /** `undefined` = the one of the pack. */
  readonly baseDir: string | undefined;
  readonly roots: readonly string[];
  readonly indexPath: string | undefined;
  readonly chunks: { readonly maxChars: number; readonly overlapChars: number };
  readonly topK: number;
  readonly answerTtlMs: number;
  /** `undefined` = the encoder of the package alone. */
  readonly embedding: EmbeddingSpec | undefined;
  readonly uploadMaxBytes: number;
  /** Lower case; `*.` before a name stands for all below it. */
  readonly crawlHosts: readonly string[];
}

const GEMINI = 'gemini://';

/** @param absolute - resolves a path */
export function knowledgeSettings(
  v: SettingValues,
  absolute: (path: string | undefined) => string | undefined,
): KnowledgeSettings {
  return {
    baseDir: absolute(v.KNOWLEDGE_BASE_DIR),
    roots: v.KNOWLEDGE_ROOTS.flatMap((root) => absolute(root) ?? []),
    indexPath: absolute(v.INDEX_PATH),
    chunks: { maxChars: v.CHUNK_SIZE, overlapChars: Math.min(v.CHUNK_OVERLAP, v.CHUNK_SIZE / 2) },
    topK: v.RETRIEVAL_TOP_K,
    answerTtlMs: v.CACHE_TTL * 1000,
    embedding: embeddingOf(v),
    uploadMaxBytes: v.UPLOAD_MAX_MB * 1_000_000,
    crawlHosts: v.CRAWL_HOSTS,
  };
}

function embeddingOf(v: SettingValues): EmbeddingSpec | undefined {
  const {
    EMBEDDING_MODEL: model,
    EMBEDDING_URL: url,
    EMBEDDING_API_KEY: apiKey,
    GEMINI_API_KEY: geminiKey,
  } = v;
  if (model === undefined) return undefined;
  if (model.startsWith(GEMINI)) {
    return geminiKey === undefined
      ? undefined
      : { kind: 'gemini', model: model.slice(GEMINI.length), apiKey: geminiKey };
  }
  return url === undefined
    ? undefined
    : { kind: 'openai', model, url, ...(apiKey === undefined ? {} : { apiKey }) };
}
