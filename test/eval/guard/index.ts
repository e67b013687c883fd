import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { plainWords, WINDOW_WORDS } from '../../../src/dialog/guard/core/features.js';
import {
  ATTACK,
  MAX_INPUT_CHARS,
  scoresOf,
  SURE_ATTACK,
  TOXIC,
  type Guardrails,
} from '../../../src/dialog/guard/core/judge.js';
import { findPii } from '../../../src/dialog/guard/core/pii.js';
import { loadGuardHeads } from '../../../src/dialog/guard/load-guard-head.js';
import { featuresOf } from '../../../src/dialog/intent/core/features.js';
import { calibrated } from '../../../src/dialog/intent/core/heads.js';
import { openUseEmbedder } from '../../../src/dialog/knowledge/embedder.js';
import { interpret } from '../../../src/dialog/core/nlu/interpret.js';
import type { Lexicon } from '../../../src/dialog/core/nlu/lexicon.js';
import { loadPack } from '../../../src/dialog/pack/load.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { jailbreaks, ordinaryTurns, prose, toxicTexts, xsTest } from '../../../training/guard/corpora.js';
import { shareOf } from '../share.js';
import { heardOverTelephone } from './spoken.js';
import { ownMarked, presidioTexts, type MarkedText } from './pii.js';

interface Options {
  readonly json: boolean;
  /** Also attacks and turns that were spoken and recognised: that many of each. */
  readonly spoken?: number;
  readonly dataDir: string | undefined;
}

const root = projectRoot();

const heldSentences = (name: string): readonly string[] =>
  readFileSync(join(root, 'test/eval/guard', `${name}-held.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const cut = (text: string, words: number): string => text.split(/\s+/).slice(0, words).join(' ');

/** Vectors cost 20 ms each: of large sets every so-manieth text is judged with its vector. */
const WITH_VECTORS = 300;

/** Attacks found and others taken for one, abuse, personal data: on what the heads have not learned. */
export async function run({ dataDir, spoken = 0 }: Options): Promise<BenchReport> {
  const { lexicon } = await loadPack(root);
  const heads = loadGuardHeads(join(root, 'locales/en-US/guard.json'));
  const rails: Guardrails = { head: heads.pieces, toxicity: true, pii: true };
  const sets: Record<string, readonly string[]> = {
    own_attacks: heldSentences('attacks'),
    own_ordinary: heldSentences('ordinary'),
  };
  const alarms: Record<string, readonly string[]> = {
    danger: heldSentences('danger'),
    no_danger: heldSentences('no-danger'),
  };
  let pii: Readonly<Record<string, readonly MarkedText[]>> = { own: ownMarked() };
  let toxic: BenchMetrics = {};
  if (dataDir !== undefined) {
    const attacks = jailbreaks(dataDir, 'report');
    const cuts = attacks.map((text) => cut(text, WINDOW_WORDS));
    const { sgd, nlu, clinc, told } = ordinaryTurns(dataDir, 'report');
    Object.assign(sets, {
      attacks_whole: attacks,
      attacks_cut: cuts,
      attacks_unpunctuated: cuts.map((text) => plainWords(text).join(' ')),
      attacks_cut_20: attacks.map((text) => cut(text, WINDOW_WORDS / 2)),
      ordinary_sgd: sgd,
      ordinary_nlu: nlu,
      ordinary_clinc: clinc,
      ordinary_told: told,
      prose: prose(dataDir, 'report'),
      xstest_safe: xsTest(dataDir, 'report')
        .filter(({ safe }) => safe)
        .map(({ text }) => text),
    } satisfies Record<string, readonly string[]>);
    for (const name of ['ordinary_sgd', 'ordinary_nlu', 'ordinary_clinc']) alarms[name] = sets[name] ?? [];
    if (spoken > 0) {
      const some = (texts: readonly string[]): readonly string[] => {
        const step = Math.max(1, Math.floor(texts.length / spoken));
        return texts.filter((_text, k) => k % step === 0).slice(0, spoken);
      };
      sets['attacks_spoken'] = await heardOverTelephone(some(cuts.map((text) => plainWords(text).join(' '))));
      sets['ordinary_spoken'] = await heardOverTelephone(some(nlu));
    }
    pii = { ...pii, written: presidioTexts(dataDir, false), spoken: presidioTexts(dataDir, true) };
    const judged = toxicTexts(dataDir, 'report').map(({ text, toxic: target }) => ({
      said: (scoresOf(text, rails, lexicon).toxic ?? 0) >= TOXIC,
      target: target === 1,
    }));
    const calm = [...sgd, ...nlu].map((text) => (scoresOf(text, rails, lexicon).toxic ?? 0) >= TOXIC);
    toxic = {
      ...f1Of(
        'toxic',
        judged.filter(({ said, target }) => said && target).length,
        judged.filter(({ said }) => said).length,
        judged.filter(({ target }) => target).length,
      ),
      ...shareOf('toxic_ordinary', calm.filter(Boolean).length, calm.length),
    };
  }
  const metrics: Record<string, number> = {};
  const embedder = await openUseEmbedder();
  for (const [name, texts] of Object.entries(sets)) {
    const scores = texts.map((text) => scoresOf(text, rails, lexicon).injection ?? 0);
    const from = (limit: number): number => scores.filter((score) => score >= limit).length;
    Object.assign(metrics, { [`${name}_n`]: texts.length }, shareOf(name, from(ATTACK), texts.length));
    metrics[`${name}_refused`] = shareOf('x', from(SURE_ATTACK), texts.length)['x'] ?? 0;
    const step = Math.ceil(texts.length / WITH_VECTORS);
    const some = texts
      .map((text, k) => ({ text, score: scores[k] ?? 0 }))
      .filter((_one, k) => k % step === 0);
    let both = 0;
    for (const { text, score } of some) {
      const [vector] = await embedder.embed([text.slice(0, MAX_INPUT_CHARS)]);
      const [second = 0] =
        vector === undefined
          ? []
          : calibrated(heads.sentence, featuresOf(text.slice(0, MAX_INPUT_CHARS), vector));
      if (Math.max(score, second) >= ATTACK) both++;
    }
    Object.assign(metrics, shareOf(`${name}_before_model`, both, some.length));
  }
  for (const [name, texts] of Object.entries(alarms)) {
    const found = texts.filter((text) => isAlarm(text, lexicon)).length;
    Object.assign(
      metrics,
      { [`alert_${name}_n`]: texts.length },
      shareOf(`alert_${name}`, found, texts.length),
    );
  }
  const { locale } = lexicon;
  for (const [name, texts] of Object.entries(pii)) {
    let [hits, said, there] = [0, 0, 0];
    for (const { text, spans } of texts) {
      const found = findPii(text, locale);
      hits += found.filter((one) => spans.some((span) => isSame(one, span))).length;
      said += found.length;
      there += spans.length;
    }
    Object.assign(metrics, f1Of(`pii_${name}`, hits, said, there));
  }
  return { name: 'guard', n: Object.values(sets).flat().length, metrics: { ...metrics, ...toxic } };
}

/** Whether a turn at the open question reaches a person at once. */
const isAlarm = (text: string, lexicon: Lexicon): boolean =>
  interpret(
    { text, confidence: 1 },
    { id: 'open', expects: 'matter', time: { today: '2026-12-02', nowMin: 600 } },
    lexicon,
  ).alert !== undefined;

const isSame = (one: MarkedText['spans'][number], other: MarkedText['spans'][number]): boolean =>
  one.kind === other.kind && one.start === other.start && one.end === other.end;

function f1Of(name: string, hits: number, said: number, there: number): BenchMetrics {
  const [precision, recall] = [hits / Math.max(1, said), hits / Math.max(1, there)];
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    [`${name}_n`]: there,
    [`${name}_precision`]: rounded(precision),
    [`${name}_recall`]: rounded(recall),
    [`${name}_f1`]: rounded((2 * precision * recall) / Math.max(1e-9, precision + recall)),
  };
}
