/**
 * Length of the longest common subsequence of two words or short sentences, in UTF-16 units. Takes time in proportion
 * to the product of their lengths.
 */
export function commonLetters(a: string, b: string): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let k = 0; k < b.length; k++) {
      next.push(letter === b[k] ? (row[k] ?? 0) + 1 : Math.max(row[k + 1] ?? 0, next[k] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
