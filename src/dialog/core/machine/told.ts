import { terms } from '../../knowledge/core/terms.js';
import type { KnowledgeAnswer } from '../effects.js';
import type { Matter } from '../matter.js';
import type { Draft } from './draft.js';

/** Share of a question's words that a fact must hold to be its answer, 0..1. */
const SHARED = 0.5;

/** The answer of the documents, unless a person has told a fact that answers the question: that comes first. */
export function withTold(
  { state }: Draft,
  { text }: Matter,
  answer: KnowledgeAnswer | undefined,
): KnowledgeAnswer | undefined {
  const asked = new Set(terms(text));
  if (asked.size === 0) return answer;
  const scored = (state.facts ?? []).map((fact) => {
    const held = new Set(terms(fact));
    return { fact, share: [...asked].filter((term) => held.has(term)).length / asked.size };
  });
  const [best] = scored.sort((a, b) => b.share - a.share);
  if (best === undefined || best.share < SHARED) return answer;
  const { fact, share } = best;
  return {
    found: true,
    answer: fact,
    sources: [{ id: 'told', title: 'told by a person' }],
    confidence: share,
  };
}
