/** Randomness as an argument. Shells pass crypto-backed sources, tests a seeded one. */
export interface Rng {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
}

/**
 * Seeded generator (mulberry32): the same seed gives the same sequence on every machine.
 * Not for secrets.
 */
export function seededRng(seed: number): Rng {
  let state = seed >>> 0;
  const uint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  return { uint32, float: () => uint32() / 4294967296 };
}

/** Uniform integer in [min, max], both included. */
export function randomInt(rng: Rng, min: number, max: number): number {
  return min + Math.floor(rng.float() * (max - min + 1));
}
