/** Quietest level that is told, dB of full scale. */
const FLOOR_DBFS = -90;

/** How loud both sides of a call are, over stretches of a fixed number of frames. */
export class LevelMeter {
  #caller = 0;
  #agent = 0;
  #samples = 0;
  #frames = 0;

  /** @param frames - of a stretch */
  constructor(private readonly frames: number) {}

  /** Takes the next frame of both sides. @returns the levels of a stretch at its end, dB of full scale */
  push(
    caller: Int16Array,
    agent: Int16Array,
  ): { readonly caller_dbfs: number; readonly agent_dbfs: number } | undefined {
    this.#caller += energy(caller);
    this.#agent += energy(agent);
    this.#samples += caller.length;
    if (++this.#frames < this.frames) return undefined;
    const levels = { caller_dbfs: this.#dbfs(this.#caller), agent_dbfs: this.#dbfs(this.#agent) };
    [this.#caller, this.#agent, this.#samples, this.#frames] = [0, 0, 0, 0];
    return levels;
  }

  #dbfs(sum: number): number {
    const rms = Math.sqrt(sum / Math.max(1, this.#samples)) / 32_768;
    return rms <= 0 ? FLOOR_DBFS : Math.max(FLOOR_DBFS, Math.round(200 * Math.log10(rms)) / 10);
  }
}

function energy(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return sum;
}
