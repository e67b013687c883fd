/** PCM16, little endian, as bytes of their own. */
export function linear16(pcm: Int16Array): Uint8Array {
  const bytes = new Uint8Array(2 * pcm.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < pcm.length; i++) view.setInt16(2 * i, pcm[i] ?? 0, true);
  return bytes;
}
