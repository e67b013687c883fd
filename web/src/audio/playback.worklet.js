// PCM16 at 16 kHz to the loudspeaker. Playing begins with 80 ms in hand, and begins anew after an underrun.
const RATE = 16000;
const START = RATE * 0.08;
const LONGEST = RATE * 60;

class Playback extends AudioWorkletProcessor {
  constructor() {
    super();
    this.queue = [];
    this.waiting = 0;
    this.place = 0;
    this.playing = false;
    this.port.onmessage = ({ data }) => {
      if (data === null) {
        this.queue = [];
        this.waiting = 0;
        this.place = 0;
        this.playing = false;
      } else if (this.waiting < LONGEST) {
        this.queue.push(new Int16Array(data));
        this.waiting += data.byteLength / 2;
      }
    };
  }

  process(_inputs, [[output]]) {
    if (this.waiting >= START) this.playing = true;
    for (let n = 0; n < output.length; n++) {
      const chunk = this.queue[0];
      if (!this.playing || chunk === undefined) {
        this.playing = false;
        break;
      }
      const at = Math.floor(this.place);
      const next = chunk[at + 1] ?? this.queue[1]?.[0] ?? chunk[at];
      output[n] = (chunk[at] + (next - chunk[at]) * (this.place - at)) / 32768;
      this.place += RATE / sampleRate;
      if (this.place >= chunk.length) {
        this.place -= chunk.length;
        this.waiting -= chunk.length;
        this.queue.shift();
      }
    }
    return true;
  }
}

registerProcessor('playback', Playback);
