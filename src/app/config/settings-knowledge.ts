import { folders, hosts, integer, modelName, path, seconds, secretText, url } from './kinds.js';
import { optional, required } from './setting.js';

/** Documents, their index and where they come from. */
export const KNOWLEDGE_SETTINGS = {
  KNOWLEDGE_BASE_DIR: optional(path, {
    group: 'Knowledge',
    description: 'Folder of the documents that questions are answered from. Unset: the one of the package.',
    example: './knowledge_base',
    isPath: true,
  }),
  KNOWLEDGE_ROOTS: required(folders, '', {
    group: 'Knowledge',
    description:
      'Further folders that a rebuild may read, separated by commas. Every other folder is refused.',
    example: '/srv/documents',
  }),
  INDEX_PATH: optional(path, {
    group: 'Knowledge',
    description:
      'Index file made by `leibniz index build`, in place of KNOWLEDGE_BASE_DIR: an image carries it, every replica reads it.',
    example: './knowledge.idx',
    isPath: true,
  }),
  CHUNK_SIZE: required(integer(200, 4000), '800', {
    group: 'Knowledge',
    description: 'Most characters of a passage.',
    unit: 'characters',
  }),
  CHUNK_OVERLAP: required(integer(0, 1000), '150', {
    group: 'Knowledge',
    description: 'Characters of whole sentences that a passage repeats of the one before.',
    unit: 'characters',
  }),
  RETRIEVAL_TOP_K: required(integer(1, 20), '5', {
    group: 'Knowledge',
    description: 'Passages that an answer may be taken from.',
    unit: 'passages',
  }),
  CACHE_TTL: required(seconds(0, 604_800), '3600', {
    group: 'Knowledge',
    description: 'How long an answer is kept. 0 keeps none.',
    unit: 's',
  }),
  EMBEDDING_MODEL: optional(modelName, {
    group: 'Knowledge',
    description:
      'Model that turns texts into vectors: `gemini://MODEL` with GEMINI_API_KEY, or the name of a model at EMBEDDING_URL. Unset: the encoder of the package, and no text leaves this machine. Another model makes all vectors again.',
    example: 'gemini://gemini-embedding-001',
  }),
  EMBEDDING_URL: optional(url(['http', 'https']), {
    group: 'Knowledge',
    description:
      'OpenAI-compatible server of EMBEDDING_MODEL, with its version: the path /embeddings is added.',
    example: 'http://127.0.0.1:8000/v1',
  }),
  EMBEDDING_API_KEY: optional(secretText, {
    group: 'Knowledge',
    description: 'Key of EMBEDDING_URL, where the server wants one.',
    example: 'the key of your account',
    secret: true,
  }),
  UPLOAD_MAX_MB: required(integer(1, 20), '20', {
    group: 'Knowledge',
    description: 'Largest document that is uploaded.',
    unit: 'MB',
  }),
  CRAWL_HOSTS: required(hosts, '', {
    group: 'Knowledge',
    description:
      'Sites whose pages may be read into the knowledge base, by host name, separated by commas; *.example.org stands for all below it. Empty: none. Addresses of private networks are refused whatever stands here.',
    example: 'www.example.org,docs.example.org',
  }),
} as const;
