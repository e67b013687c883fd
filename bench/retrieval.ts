import { openUseEmbedder } from '../src/dialog/knowledge/embedder.js';
import { indexTexts, KnowledgeIndex } from '../src/dialog/knowledge/knowledge-index.js';
import { normalized, type Vector } from '../src/dialog/knowledge/core/vector.js';
import { pace } from '../src/dialog/knowledge/pace.js';
import { exactIndex, loadHnswIndex } from '../src/dialog/knowledge/vector-index.js';
import type { KnowledgeDocument } from '../src/kernel/document.js';
import { seededRng } from '../src/kernel/rng.js';
import type { BenchReport } from './report.js';
import { round } from './speech-audio.js';

const PASSAGES = 10_000;
const SENTENCES = 6;
const WORDS = 3000;
const QUESTIONS = 200;

/**
 * A question on 10,000 passages of made text, embedded, searched and answered; and how long a build holds the questions up that come
 * meanwhile. Vectors of the passages are random ones, which are the hardest to search.
 */
export async function run(): Promise<BenchReport> {
  const rng = seededRng(5);
  // Some words are common, most are rare, as in a language.
  const word = (): string => `w${Math.floor(WORDS * rng.float() ** 3).toString(36)}`;
  const sentence = (): string => `${Array.from({ length: 18 }, word).join(' ')}.`;
  const documents = Array.from({ length: PASSAGES }, (_, index): KnowledgeDocument => ({
    ...{ id: `d${index}`, title: `Title ${index}`, tags: [], path: `d${index}.md` },
    sections: [{ headings: [], paragraphs: [Array.from({ length: SENTENCES }, sentence).join(' ')] }],
  }));
  const texts = indexTexts({ documents, synonyms: [] });
  const embedder = await openUseEmbedder();
  const { dimensions } = embedder.capabilities;
  const vectors = texts.parts.map((): Vector =>
    normalized(Array.from({ length: dimensions }, () => rng.float() - 0.5)),
  );
  const createIndex = (await loadHnswIndex()) ?? exactIndex;
  let stallMs = 0;
  let last = performance.now();
  const watch = setInterval(() => {
    stallMs = Math.max(stallMs, performance.now() - last);
    last = performance.now();
  }, 1);
  const startedAt = performance.now();
  const index = await KnowledgeIndex.build(texts, vectors, createIndex, {
    rest: pace(() => performance.now()),
  });
  const buildMs = performance.now() - startedAt;
  clearInterval(watch);
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let i = 0; i < QUESTIONS; i++) {
    const text = Array.from({ length: 8 }, word).join(' ');
    const [began, used] = [performance.now(), process.cpuUsage()];
    const [vector] = await embedder.embed([text]);
    const query = { text, vector: vector ?? new Float32Array(dimensions) };
    index.lookup(query, index.search(query, Date.now()));
    const { user, system } = process.cpuUsage(used);
    wall.push(performance.now() - began);
    cpu.push((user + system) / 1000);
  }
  const at = (times: number[], share: number): number =>
    round(times.sort((a, b) => a - b)[Math.floor(times.length * share)] ?? 0);
  return {
    name: 'retrieval',
    n: QUESTIONS,
    metrics: {
      [index.kind]: {
        passages: index.size,
        ...{
          p50_ms: at(wall, 0.5),
          p95_ms: at(wall, 0.95),
          cpu_p50_ms: at(cpu, 0.5),
          cpu_p95_ms: at(cpu, 0.95),
        },
        ...{ build_ms: round(buildMs), longest_stall_ms: round(stallMs) },
      },
    },
  };
}
