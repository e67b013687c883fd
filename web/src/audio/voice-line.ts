import { Loudspeaker } from './loudspeaker.js';
import { Microphone } from './microphone.js';

/** Microphone and loudspeaker of one conversation: PCM16, 16 kHz, mono. */
export class VoiceLine {
  private constructor(
    private readonly context: AudioContext,
    private readonly loudspeaker: Loudspeaker,
    private readonly microphone: Microphone,
  ) {}

  /**
   * Asks for the microphone; call it on a click.
   *
   * @param onAudio - gets 20 ms at a time
   * @throws MicrophoneError
   */
  static async open(onAudio: (pcm: ArrayBuffer) => void): Promise<VoiceLine> {
    // At the rate of the device: Firefox refuses a microphone in a context of another rate.
    const context = new AudioContext();
    try {
      const microphone = await Microphone.open(context, onAudio);
      return new VoiceLine(context, await Loudspeaker.open(context, 1), microphone);
    } catch (error) {
      void context.close();
      throw error;
    }
  }

  /** Plays audio; `undefined` throws away what was not played. */
  play(pcm: ArrayBuffer | undefined): void {
    this.loudspeaker.play(pcm);
  }

  /** Whether the microphone is heard. */
  set on(isOn: boolean) {
    this.microphone.on = isOn;
  }

  close(): void {
    this.microphone.close();
    void this.context.close();
  }
}
