import type { Result } from '../kernel/result.js';
import type { Failure } from '../net/failure.js';
import { openProviders, type Probed } from '../speech/index.js';
import type { Config } from './config/index.js';

/** Asks every recogniser and voice outside of the program whether it would work. One sentence for each that would not. */
export async function speechProblems({ speech }: Pick<Config, 'speech'>): Promise<string[]> {
  const engines = await openProviders(speech);
  try {
    const found = await Promise.all(engines.map(async (engine) => sentenceOf(engine, await engine.probe())));
    return found.flat();
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

function sentenceOf({ setting, name }: Probed, result: Result<string, Failure>): string[] {
  if (result.ok) return [];
  const { kind, message } = result.error;
  return [kind === 'auth' ? `${setting}: ${name} refuses the key` : `${setting}: ${name}: ${message}`];
}
