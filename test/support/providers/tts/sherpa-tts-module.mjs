/** The interface of sherpa-onnx-node's OfflineTts, with tones in place of a model. */
export class OfflineTts {
  numSpeakers = 2;
  sampleRate = 22050;

  static async createAsync(config) {
    if (JSON.stringify(config).includes('broken')) throw new Error('cannot read the model');
    return new OfflineTts();
  }

  async generateAsync({ text, generationConfig: { sid, speed }, onProgress }) {
    const words = text.split(/\s+/).filter((word) => /\w/.test(word));
    const length = Math.round((0.3 * this.sampleRate) / speed);
    const samples = new Float32Array(words.length * length);
    for (let i = 0; i < samples.length; i++) {
      if (i % length < 0.8 * length)
        samples[i] = 0.3 * Math.sin((2 * Math.PI * (400 + 150 * sid) * (i + 0.5)) / this.sampleRate);
    }
    for (let at = 0; at < samples.length; at += length * 3) {
      await new Promise((resolve) => setImmediate(resolve));
      if (onProgress({ samples: samples.subarray(at, at + length * 3), progress: 0 }) === 0) break;
    }
    return { samples, sampleRate: this.sampleRate };
  }
}
