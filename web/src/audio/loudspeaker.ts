import playbackUrl from './playback.worklet.js?url&no-inline';

/** Plays PCM16 at 16 kHz as it comes. */
export class Loudspeaker {
  private constructor(private readonly player: AudioWorkletNode) {}

  /**
   * @param channels - 2: the samples of both sides by turns
   * @param mostMs - what is heard live jumps to the newest when more than this waits; all of it is played unless given
   */
  static async open(context: AudioContext, channels: 1 | 2, mostMs?: number): Promise<Loudspeaker> {
    await context.audioWorklet.addModule(playbackUrl);
    const player = new AudioWorkletNode(context, 'playback', {
      numberOfInputs: 0,
      outputChannelCount: [channels],
      processorOptions: { channels, mostMs },
    });
    player.connect(context.destination);
    return new Loudspeaker(player);
  }

  /** Takes the buffer over; `undefined` throws away what was not played. */
  play(pcm: ArrayBuffer | undefined): void {
    if (pcm === undefined) this.player.port.postMessage(null);
    else this.player.port.postMessage(pcm, [pcm]);
  }

  close(): void {
    this.player.disconnect();
  }
}
