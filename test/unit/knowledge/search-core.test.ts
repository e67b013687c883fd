import { extractAnswer, type AnswerPassage } from '../../../src/dialog/knowledge/core/answer.js';
import { Bm25Index } from '../../../src/dialog/knowledge/core/bm25.js';
import { chunkDocument } from '../../../src/dialog/knowledge/core/chunk.js';
import { ANSWER_THRESHOLD, answerConfidence } from '../../../src/dialog/knowledge/core/confidence.js';
import { fuseRankings } from '../../../src/dialog/knowledge/core/fusion.js';
import { terms } from '../../../src/dialog/knowledge/core/terms.js';
import { TtlCache } from '../../../src/dialog/knowledge/core/ttl-cache.js';
import { dot, nearestVectors, normalized } from '../../../src/dialog/knowledge/core/vector.js';
import { hashEmbedder } from '../../../src/dialog/testing/hash-embedder.js';
import { monoMs } from '../../../src/kernel/time.js';

describe('Bm25Index', () => {
  const index = new Bm25Index([
    'parking permits cost forty dollars',
    'the library lends books and more books',
    'permits for parking, parking and parking on a very long and winding page about many other things',
    '',
  ]);

  it('ranks by rare words, short passages first, and leaves out what shares no word', () => {
    expect(index.search('permits', 5).map((hit) => hit.index)).toEqual([0, 2]);
    expect(index.search('a book about parking', 5)[0]?.index).toBe(1);
    expect(index.search('where is the', 5)).toEqual([]);
    expect(index.search('permits parking', 1)).toHaveLength(1);
  });

  it('weighs an unknown word most', () => {
    expect(index.idf('unheard')).toBeGreaterThan(index.idf('permit'));
  });

  it('is empty without passages', () => {
    expect(new Bm25Index([]).search('anything', 5)).toEqual([]);
  });
});

describe('fuseRankings', () => {
  it('gives 1 / (60 + rank) per ranking', () => {
    const fused = fuseRankings([{ indices: [7, 8] }, { indices: [8, 9] }]);
    expect(fused.map((hit) => hit.index)).toEqual([8, 7, 9]);
    expect(fused[0]?.score).toBeCloseTo(1 / 62 + 1 / 61, 12);
  });

  it('counts a weight, and breaks ties by position', () => {
    expect(fuseRankings([{ indices: [5] }, { indices: [6], weight: 2 }])[0]?.index).toBe(6);
    expect(fuseRankings([{ indices: [5] }, { indices: [4] }]).map((hit) => hit.index)).toEqual([4, 5]);
  });
});

describe('vectors', () => {
  it('are brought to length 1; zero stays zero', () => {
    const vector = normalized([3, 4]);
    expect(dot(vector, vector)).toBeCloseTo(1, 6);
    expect([...normalized([0, 0])]).toEqual([0, 0]);
  });

  it('are found by cosine, ties by position', () => {
    const vectors = [normalized([0, 1]), normalized([1, 0]), normalized([1, 0])];
    expect(nearestVectors(vectors, normalized([1, 0.1]), 2).map((hit) => hit.index)).toEqual([1, 2]);
  });
});

describe('answerConfidence', () => {
  const evidence = { sentenceSimilarity: 0.5, askedSimilarity: 0.6, coverage: 0.7 };

  it('rises with every piece of evidence and stays within 0 and 1', () => {
    const base = answerConfidence(evidence);
    expect(answerConfidence({ ...evidence, sentenceSimilarity: 0.55 })).toBeGreaterThan(base);
    expect(answerConfidence({ ...evidence, askedSimilarity: 0.7 })).toBeGreaterThan(base);
    expect(answerConfidence({ ...evidence, coverage: 0.8 })).toBeGreaterThan(base);
    expect(answerConfidence({ sentenceSimilarity: 1, askedSimilarity: 1, coverage: 1 })).toBeLessThan(1);
    expect(answerConfidence({ sentenceSimilarity: -1, askedSimilarity: 0, coverage: 0 })).toBeGreaterThan(0);
  });

  it('is below the threshold without evidence', () => {
    expect(answerConfidence({ sentenceSimilarity: 0.2, askedSimilarity: 0.2, coverage: 0 })).toBeLessThan(
      ANSWER_THRESHOLD,
    );
  });
});

describe('extractAnswer', () => {
  const embedder = hashEmbedder({ dimensions: 512 });
  const answer = async (question: string, ...paragraphs: string[]): Promise<string | undefined> => {
    const sections = paragraphs.map((text) => ({ headings: [], paragraphs: [text] }));
    const [chunk] = chunkDocument({ id: 'd', title: '', tags: [], path: 'd.md', sections });
    if (chunk === undefined) return undefined;
    const passage: AnswerPassage = {
      chunk,
      vectors: await embedder.embed(chunk.sentences.map((sentence) => sentence.text)),
      questionVectors: [],
    };
    const [vector = new Float32Array(512)] = await embedder.embed([question]);
    return extractAnswer({ text: question, vector, idf: () => 1, analyze: terms }, [passage])?.text;
  };

  it('says the one sentence that answers', async () => {
    expect(
      await answer('how much is a permit', 'Trees are green. A permit costs ten dollars. Cats sleep.'),
    ).toBe('A permit costs ten dollars.');
  });

  it('adds the sentence after it when that continues the thought', async () => {
    expect(
      await answer('how much is a permit', 'Trees are green. A permit costs ten dollars. It is sold online.'),
    ).toBe('A permit costs ten dollars. It is sold online.');
  });

  it('puts the sentence before it when it refers back', async () => {
    expect(
      await answer('ten dollars a month', 'Permits are sold online. They cost ten dollars a month.'),
    ).toBe('Permits are sold online. They cost ten dollars a month.');
  });

  it('does not cross into another section', async () => {
    expect(await answer('how much is a permit', 'A permit costs ten dollars.', 'It rains.')).toBe(
      'A permit costs ten dollars.',
    );
  });

  it('prefers a statement over the question that introduces it', async () => {
    expect(
      await answer('what does a permit cost', 'What does a permit cost? A permit costs ten dollars.'),
    ).toMatch(/^A permit/);
  });

  it('is never longer than two sentences and 360 characters', async () => {
    const long = `A permit ${'very '.repeat(60)}costs ten dollars.`;
    const said = await answer('permit', `${long} It ${'really '.repeat(30)}does. This too.`);
    expect(said).toBe(long);
  });

  it('has nothing to say without sentences', async () => {
    expect(await answer('anything')).toBeUndefined();
  });
});

describe('TtlCache', () => {
  it('set, get within and after its time', () => {
    const cache = new TtlCache<number>(10, 1000);
    cache.set('a', 1, monoMs(0));
    expect(cache.get('a', monoMs(999))).toBe(1);
    expect(cache.get('a', monoMs(1000))).toBeUndefined();
    expect(cache.stats()).toEqual({ size: 0, hits: 1, misses: 1, hit_rate: 0.5 });
  });

  it('holds no more than its capacity; the least recently used gives way', () => {
    const cache = new TtlCache<number>(3, 1000);
    for (const [at, key] of ['a', 'b', 'c'].entries()) cache.set(key, at, monoMs(0));
    cache.get('a', monoMs(1));
    cache.set('d', 4, monoMs(2));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key, monoMs(3)))).toEqual([0, undefined, 2, 4]);
    for (let key = 0; key < 1000; key++) cache.set(String(key), key, monoMs(4));
    expect(cache.stats().size).toBe(3);
    cache.clear();
    expect(cache.stats().size).toBe(0);
  });
});
