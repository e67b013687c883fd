import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A caller's turn with the sentence before it. */
export interface Turn {
  /** The agent's sentence; empty at the start. */
  readonly question: string;
  readonly questionActs: readonly string[];
  readonly text: string;
  /** Dialogue acts without their slots. */
  readonly acts: readonly string[];
}

/** Turns of callers of the Schema-Guided Dialogue corpus. */
export function sgdTurns(dataDir: string, part: 'train' | 'dev'): readonly Turn[] {
  const file = join(dataDir, 'acts', `sgd_${part}_user_turns.jsonl.gz`);
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Turn => {
      const [question, questionActs, text, acts] = JSON.parse(line) as [string, string[], string, string[]];
      return { question, questionActs, text, acts: acts.map((act) => act.split(':')[0] ?? act) };
    });
}

/** A sentence with its class. */
export interface Labelled {
  readonly text: string;
  readonly label: string;
}

/** CLINC150: 150 intents; `oos` marks sentences of none. */
export function clincSentences(dataDir: string, part: 'train' | 'val'): readonly Labelled[] {
  const file = join(dataDir, 'intent/clinc150_train_val.json');
  const rows = JSON.parse(readFileSync(file, 'utf8')) as Record<string, [string, string][]>;
  return [...(rows[part] ?? []), ...(rows[`oos_${part}`] ?? [])].map(([text, label]) => ({ text, label }));
}

/** NLU++: sentences of banking and hotels with their modular intents. */
export function nluSentences(
  dataDir: string,
): readonly { readonly text: string; readonly intents: readonly string[] }[] {
  const root = join(dataDir, 'intent/nlupp/data');
  return ['banking', 'hotels'].flatMap((domain) =>
    readdirSync(join(root, domain))
      .sort()
      .flatMap(
        (name) =>
          JSON.parse(readFileSync(join(root, domain, name), 'utf8')) as {
            text: string;
            intents?: string[];
          }[],
      )
      .map(({ text, intents = [] }) => ({ text, intents })),
  );
}

/** Every `n`-th item, so that a sample holds all domains. */
export const everyNth = <T>(items: readonly T[], n: number): readonly T[] =>
  items.filter((_item, k) => k % n === 0);
