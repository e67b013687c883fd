import { join } from 'node:path';
import {
  pairFeatures,
  readActs,
  readRelevance,
  type CalibratedHead,
  type SentenceHeads,
} from '../../src/dialog/intent/core/heads.js';
import { featuresOf, type Features } from '../../src/dialog/intent/core/features.js';
import { beginTraining, learn, logits, type LinearHead } from '../../src/dialog/intent/core/softmax.js';
import { saveHeads } from '../../src/dialog/intent/load-heads.js';
import { normalized, type Vector } from '../../src/dialog/knowledge/core/vector.js';
import { projectRoot } from '../../src/threads/project-root.js';
import { platt } from './platt.js';
import { areaUnderCurve, calibrationError, f1 } from './measures.js';
import { clincSentences, everyNth, sgdTurns, type Turn } from './corpora.js';
import { openVectors } from './vectors.js';

/**
 * Trains the heads for dialogue acts and relevance, and reports on turns that had no part in it.
 *
 * `node dist/training/heads/train.js <folder for vectors>` with LEIBNIZ_DATA_DIR set.
 */

/** Acts of the corpus -> acts of the head. */
const ACTS: Readonly<Record<string, string>> = {
  AFFIRM: 'AFFIRM',
  AFFIRM_INTENT: 'AFFIRM',
  NEGATE: 'NEGATE',
  NEGATE_INTENT: 'NEGATE',
  INFORM: 'INFORM',
  INFORM_INTENT: 'INFORM_INTENT',
  SELECT: 'SELECT',
  REQUEST: 'REQUEST',
  REQUEST_ALTS: 'REQUEST_ALTS',
  THANK_YOU: 'THANK_YOU',
  GOODBYE: 'GOODBYE',
};
const LABELS = [...new Set(Object.values(ACTS))];

interface Row {
  readonly features: Features;
  readonly targets: readonly number[];
}

const OPTIONS = { rate: 0.1, decay: 1e-5 } as const;
const EPOCHS = 6;
/** Every fifth row calibrates and is not learned from. */
const HELD = 5;

function train(rows: readonly Row[], labels: readonly string[], dimensions: number): CalibratedHead {
  const training = beginTraining(labels, dimensions);
  const learned = rows.filter((_row, k) => k % HELD !== 0);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const { features, targets } of learned) {
      const errors = logits(training, features).map(
        (score, k) => 1 / (1 + Math.exp(-score)) - (targets[k] ?? 0),
      );
      learn(training, features, errors, OPTIONS);
    }
  }
  const head: LinearHead = { labels, dimensions, weights: training.weights };
  const held = rows.filter((_row, k) => k % HELD === 0);
  const scores = held.map((row) => logits(head, row.features));
  const fits = labels.map((_label, k) =>
    platt(
      scores.map((s) => s[k] ?? 0),
      held.map((row) => row.targets[k] ?? 0),
    ),
  );
  return { head, scale: fits.map((fit) => fit.scale), shift: fits.map((fit) => fit.shift) };
}

const dataDir = process.env['LEIBNIZ_DATA_DIR'] ?? '';
const vectors = await openVectors(process.argv[2] ?? '', false);
const [trainTurns, devTurns] = [
  everyNth(sgdTurns(dataDir, 'train'), 14),
  everyNth(sgdTurns(dataDir, 'dev'), 10),
];

interface EmbeddedTurn extends Turn {
  readonly features: Features;
  readonly asked: Vector;
}

async function embedded(turns: readonly Turn[]): Promise<readonly EmbeddedTurn[]> {
  const [said, asked] = [
    await vectors(turns.map((t) => t.text)),
    await vectors(turns.map((t) => t.question)),
  ];
  return turns.map((turn, k) => ({
    ...turn,
    features: featuresOf(turn.text, said[k] ?? new Float32Array(512)),
    asked: asked[k] ?? new Float32Array(512),
  }));
}

const targetsOf = ({ acts }: Turn): readonly number[] =>
  LABELS.map((label) => Number(acts.some((act) => ACTS[act] === label)));

/** Each turn with its own question, and with one of another kind from elsewhere. */
function pairs(
  turns: readonly EmbeddedTurn[],
): readonly { readonly turn: EmbeddedTurn; readonly asked: Vector; readonly fits: number }[] {
  const answered = turns.filter((turn) => turn.question !== '');
  return answered.flatMap((turn, k) => {
    const kind = (one: Turn): string => one.questionActs.join(' ');
    const other = Array.from(
      { length: 50 },
      (_one, n) => answered[(k * 7919 + n * 104_729 + 13) % answered.length],
    ).find((one) => one !== undefined && kind(one) !== kind(turn));
    return [
      { turn, asked: turn.asked, fits: 1 },
      ...(other === undefined ? [] : [{ turn, asked: other.asked, fits: 0 }]),
    ];
  });
}

const [learnFrom, reportOn] = [await embedded(trainTurns), await embedded(devTurns)];
const acts = train(
  learnFrom.map((turn) => ({ features: turn.features, targets: targetsOf(turn) })),
  LABELS,
  512,
);
const relevance = train(
  pairs(learnFrom).map(({ turn, asked, fits }) => ({
    features: pairFeatures(turn.features, asked),
    targets: [fits],
  })),
  ['RELEVANT'],
  512 * 3,
);
/** What an office of any kind may be asked as well. */
const ANY_OFFICE = new Set(
  'greeting goodbye repeat schedule_meeting yes no maybe thank_you cancel cancel_reservation confirm_reservation change_speed meeting_schedule calendar calendar_update what_can_i_ask_you accept_reservations'.split(
    ' ',
  ),
);

/** Two means a class of CLINC150's training part, the out-of-scope sentences one by one. */
async function backgroundVectors(): Promise<readonly Vector[]> {
  const rows = everyNth(clincSentences(dataDir, 'train'), 3).filter(({ label }) => !ANY_OFFICE.has(label));
  const said = await vectors(rows.map((row) => row.text));
  const groups = new Map<string, Vector[]>();
  rows.forEach(({ label }, k) => {
    const key = label === 'oos' ? `oos ${k}` : `${label} ${k % 2}`;
    const vector = said[k];
    if (vector !== undefined) groups.set(key, [...(groups.get(key) ?? []), vector]);
  });
  return [...groups.values()].map((group) =>
    normalized(
      Array.from({ length: 512 }, (_one, i) => group.reduce((sum, vector) => sum + (vector[i] ?? 0), 0)),
    ),
  );
}

const background = await backgroundVectors();
const heads: SentenceHeads = { model: 'use-lite-en-0.2.0-lower', acts, relevance, background };
saveHeads(join(projectRoot(), 'locales/en-US/heads.json'), heads);
const judged = reportOn.map((turn) => ({ values: readActs(heads, turn.features), targets: targetsOf(turn) }));
const report = LABELS.map((label, k) => {
  const rows = judged.map(({ values, targets }) => ({ value: values[label] ?? 0, target: targets[k] ?? 0 }));
  return {
    act: label,
    n: rows.filter((row) => row.target === 1).length,
    ...f1(rows),
    ece: calibrationError(rows),
  };
});
const relevant = pairs(reportOn).map(({ turn, asked, fits }) => ({
  value: readRelevance(heads, turn.features, asked),
  target: fits,
}));
process.stdout.write(
  `${JSON.stringify({ background: background.length, turns: reportOn.length, acts: report, relevance: { n: relevant.length, auc: areaUnderCurve(relevant), ...f1(relevant), ece: calibrationError(relevant) } }, null, 1)}\n`,
);
