/** Scale and shift that make a score honest (Platt 1999), by gradient descent on the log loss. */
export function platt(
  scores: readonly number[],
  targets: readonly number[],
): { readonly scale: number; readonly shift: number } {
  let [scale, shift] = [1, 0];
  for (let step = 0; step < 2000; step++) {
    let [toScale, toShift] = [0, 0];
    scores.forEach((score, k) => {
      const error = 1 / (1 + Math.exp(-(scale * score + shift))) - (targets[k] ?? 0);
      toScale += (error * score) / scores.length;
      toShift += error / scores.length;
    });
    scale -= 0.1 * toScale;
    shift -= 0.5 * toShift;
  }
  return { scale, shift };
}
