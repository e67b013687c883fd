// PCM16 at 16 kHz to the loudspeaker, the channels one after the other in each sample. Playing begins with 80 ms in hand, and
// begins anew after an underrun. What is heard live must not fall behind: beyond `most` milliseconds in hand it jumps to the newest.
const RATE = 16000;
const START = RATE * 0.08;
const LONGEST = RATE * 60;

class Playback extends AudioWorkletProcessor {
  constructor({ processorOptions: { channels, mostMs } }) {
    super();
    this.channels = channels;
    this.most = mostMs === undefined ? Infinity : (RATE * mostMs) / 1000;
    this.clear();
    this.port.onmessage = ({ data }) => {
      if (data === null) return this.clear();
      if (this.waiting >= LONGEST) return;
      this.queue.push(new Int16Array(data));
      this.waiting += data.byteLength / 2 / channels;
      if (this.waiting > this.most) while (this.waiting > 2 * START && this.queue.length > 1) this.drop();
    };
  }

  clear() {
    this.queue = [];
    this.waiting = 0;
    this.place = 0;
    this.playing = false;
  }

  drop() {
    this.waiting -= this.queue.shift().length / this.channels;
    this.place = 0;
  }

  process(_inputs, [outputs]) {
    const { channels } = this;
    if (this.waiting >= START) this.playing = true;
    for (let n = 0; n < outputs[0].length; n++) {
      const chunk = this.queue[0];
      if (!this.playing || chunk === undefined) {
        this.playing = false;
        break;
      }
      const at = Math.floor(this.place);
      const length = chunk.length / channels;
      const ahead = at + 1 < length ? chunk : (this.queue[1] ?? chunk);
      const next = at + 1 < length ? at + 1 : ahead === chunk ? at : 0;
      for (let c = 0; c < channels; c++) {
        const here = chunk[at * channels + c];
        outputs[c][n] = (here + (ahead[next * channels + c] - here) * (this.place - at)) / 32768;
      }
      this.place += RATE / sampleRate;
      if (this.place >= length) {
        const over = this.place - length;
        this.drop();
        this.place = over;
      }
    }
    return true;
  }
}

registerProcessor('playback', Playback);
