/** One talker's 20 ms. */
export interface Spoken {
  readonly id: string;
  readonly pcm: Int16Array;
}

/** Adds samples to others, never beyond full scale. */
export function addInto(out: Int16Array, pcm: Int16Array): void {
  const length = Math.min(out.length, pcm.length);
  for (let i = 0; i < length; i++) {
    const sum = (out[i] as number) + (pcm[i] as number);
    out[i] = sum > 32_767 ? 32_767 : sum < -32_768 ? -32_768 : sum;
  }
}

/**
 * What a person at a console hears: the caller left, the agent and everybody else who talks right. Rows hear columns;
 * nobody hears themselves:
 *
 * | hears | caller | agent | talker who barges or has taken | other talkers |
 * | --- | --- | --- | --- | --- |
 * | caller | - | yes | yes | yes |
 * | agent (recogniser) | yes | - | no | no |
 * | talker | yes | yes | - | yes |
 * | who only listens | yes | yes | yes | yes |
 *
 * @param stereo - takes the result, two samples for each of `caller`
 * @param self - whose ears they are; their own voice is left out
 */
export function consoleView(
  stereo: Int16Array,
  caller: Int16Array,
  agent: Int16Array,
  spoken: readonly Spoken[],
  self: string,
): void {
  const right = agent.slice(0, caller.length);
  for (const { id, pcm } of spoken) if (id !== self) addInto(right, pcm);
  for (let i = 0; i < caller.length; i++) {
    stereo[2 * i] = caller[i] as number;
    stereo[2 * i + 1] = right[i] ?? 0;
  }
}
