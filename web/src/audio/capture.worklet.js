// Microphone to PCM16 at 16 kHz, 20 ms at a time. Each output sample is the mean of the input samples it stands for,
// which keeps what is above 8 kHz from folding back into speech.
const RATE = 16000;
const FRAME = 320;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.sum = 0;
    this.count = 0;
    this.filled = 0;
    this.frame = new Int16Array(FRAME);
    this.length = 0;
  }

  process([input]) {
    for (const sample of input?.[0] ?? []) {
      this.sum += sample;
      this.count += 1;
      this.filled += 1;
      if (this.filled < this.step) continue;
      this.filled -= this.step;
      this.frame[this.length++] = Math.max(-1, Math.min(1, this.sum / this.count)) * 32767;
      this.sum = 0;
      this.count = 0;
      if (this.length < FRAME) continue;
      this.port.postMessage(this.frame.buffer, [this.frame.buffer]);
      this.frame = new Int16Array(FRAME);
      this.length = 0;
    }
    return true;
  }
}

registerProcessor('capture', Capture);
