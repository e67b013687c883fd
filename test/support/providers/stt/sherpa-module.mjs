// A module with the interface of sherpa-onnx-node that understands the coded words of spoken-code.ts.
const WORDS = ['hello', 'tomorrow', 'morning', 'please', 'at', 'ten', 'yes', 'no', 'seven', 'friday'];
const STEP = 1500 / 32768;

class Stream {
  samples = [];
  done = 0;
  rate = 16000;
  acceptWaveform({ samples, sampleRate }) {
    this.rate = sampleRate;
    this.samples.push(...samples);
  }
}

export class OnlineRecognizer {
  constructor(config) {
    if (config.modelConfig.tokens.includes('broken')) throw new Error('the model cannot be read');
  }
  createStream() {
    return new Stream();
  }
  isReady(stream) {
    return stream.samples.length - stream.done >= stream.rate / 10;
  }
  decode(stream) {
    stream.done += stream.rate / 10;
  }
  isEndpoint() {
    return false;
  }
  getResult(stream) {
    const frame = stream.rate / 50;
    const tokens = [];
    const timestamps = [];
    let height = 0;
    let since;
    for (let at = 0; at + frame <= stream.done; at += frame) {
      const peak = Math.max(...stream.samples.slice(at, at + frame).map(Math.abs));
      if (peak > STEP / 2) {
        since ??= at / stream.rate;
        height = Math.max(height, peak);
      } else if (since !== undefined) {
        tokens.push(`\u2581${WORDS[Math.round(height / STEP) - 1]}`);
        timestamps.push(since);
        since = undefined;
        height = 0;
      }
    }
    return {
      text: tokens.map((token) => token.slice(1)).join(' '),
      tokens,
      timestamps,
      ys_probs: tokens.map(() => -0.1),
    };
  }
}
