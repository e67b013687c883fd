import type { Knowledge } from '../../../src/dialog/knowledge/types.js';

/** A knowledge base to try, and what it can answer. */
export interface KnowledgeSubject {
  readonly knowledge: Knowledge;
  readonly answerable: { readonly question: string; readonly says: RegExp };
  readonly unanswerable: string;
}

/** What every knowledge base must do, the fake included. */
export function knowledgeContract(name: string, open: () => Promise<KnowledgeSubject>): void {
  describe(`knowledge: ${name}`, () => {
    let subject: KnowledgeSubject;
    beforeAll(async () => {
      subject = await open();
    }, 60_000);
    afterAll(() => subject.knowledge.close());

    it('answers in words to be spoken, with sources and a time for every part', async () => {
      const reply = await subject.knowledge.query(subject.answerable.question);
      expect(reply.found).toBe(true);
      expect(reply.answer).toMatch(subject.answerable.says);
      expect(reply.answer.match(/[.!?](?:\s|$)/g)?.length ?? 0).toBeLessThanOrEqual(2);
      expect(reply.confidence).toBeGreaterThan(0);
      expect(reply.confidence).toBeLessThanOrEqual(1);
      expect(reply.sources.length).toBeGreaterThan(0);
      expect(Object.keys(reply.timing_breakdown).sort()).toEqual(
        ['cache_check_ms', 'embedding_ms', 'generation_ms', 'retrieval_ms', 'total_ms'].sort(),
      );
    });

    it('says nothing rather than something wrong', async () => {
      const reply = await subject.knowledge.query(subject.unanswerable);
      expect(reply).toMatchObject({ found: false, answer: '', sources: [] });
    });

    it('knows plain intents, with a confidence', async () => {
      const plain = await subject.knowledge.classify('I want to book an appointment');
      expect(plain.intent).toBe('APPOINTMENT_SCHEDULING');
      const other = await subject.knowledge.classify('purple elephants dance on the moon');
      expect(other.intent).toBe('OUT_OF_SCOPE');
      expect(other.confidence).toBeGreaterThan(0);
      expect(other.confidence).toBeLessThanOrEqual(1);
    });

    it.each(['', '   ', '?!', '\0\u{1f600}', 'x'.repeat(20_000), 'what '.repeat(2000), '日本語の質問'])(
      'takes any text (%#)',
      async (text) => {
        await expect(subject.knowledge.query(text)).resolves.toMatchObject({ found: false });
        await expect(subject.knowledge.classify(text)).resolves.toHaveProperty('intent');
      },
    );

    it('rebuilds while it answers', async () => {
      const [report, reply] = await Promise.all([
        subject.knowledge.rebuild(),
        subject.knowledge.query(subject.answerable.question),
      ]);
      expect(report.status).toBe('success');
      expect(report.documents_indexed).toBeGreaterThan(0);
      expect(reply.found).toBe(true);
      const stats = await subject.knowledge.stats();
      expect(stats).toMatchObject({ index_loaded: true, index_version: report.index_version, pending: 0 });
    });
  });
}
