import { randomFillSync } from 'node:crypto';
import type { Rng } from '../kernel/rng.js';

const BATCH = 64;
const numbers = new Uint32Array(BATCH);
let used = BATCH;

/** Unpredictable numbers for SSRCs, sequence numbers and session ids (RFC 3550 section 5.1). */
export const cryptoRng: Rng = {
  uint32(): number {
    if (used === BATCH) {
      randomFillSync(numbers);
      used = 0;
    }
    return numbers[used++] as number;
  },
  float: () => cryptoRng.uint32() / 4_294_967_296,
};
