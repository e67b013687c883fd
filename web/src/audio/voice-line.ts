import captureUrl from './capture.worklet.js?url&no-inline';
import playbackUrl from './playback.worklet.js?url&no-inline';

/** Why there is no microphone, in words that say what to do. */
export class MicrophoneError extends Error {}

/** Microphone and loudspeaker of one conversation: PCM16, 16 kHz, mono. */
export class VoiceLine {
  private constructor(
    private readonly context: AudioContext,
    private readonly player: AudioWorkletNode,
    private readonly stream: MediaStream,
  ) {}

  /**
   * Asks for the microphone; call it on a click.
   *
   * @param onAudio - gets 20 ms at a time
   * @throws MicrophoneError
   */
  static async open(onAudio: (pcm: ArrayBuffer) => void): Promise<VoiceLine> {
    // On plain HTTP, other than localhost, browsers have no microphone at all.
    const devices = (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
    if (devices === undefined) {
      throw new MicrophoneError(
        'The microphone works over https or on localhost only: open the console there.',
      );
    }
    const stream = await devices
      .getUserMedia({
        audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
      })
      .catch((error: unknown) => {
        throw new MicrophoneError(reasonOf(error));
      });
    // At the rate of the device: Firefox refuses a microphone in a context of another rate.
    const context = new AudioContext();
    await Promise.all([
      context.audioWorklet.addModule(captureUrl),
      context.audioWorklet.addModule(playbackUrl),
    ]);
    const player = new AudioWorkletNode(context, 'playback', { numberOfInputs: 0, outputChannelCount: [1] });
    player.connect(context.destination);
    const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => onAudio(data);
    context.createMediaStreamSource(stream).connect(capture);
    return new VoiceLine(context, player, stream);
  }

  /** Plays audio; `undefined` throws away what was not played. */
  play(pcm: ArrayBuffer | undefined): void {
    if (pcm === undefined) this.player.port.postMessage(null);
    else this.player.port.postMessage(pcm, [pcm]);
  }

  /** Whether the microphone is heard. */
  set on(isOn: boolean) {
    for (const track of this.stream.getAudioTracks()) track.enabled = isOn;
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') {
    return 'The browser may not use the microphone: allow it in the address bar.';
  }
  if (name === 'NotFoundError') return 'This machine has no microphone.';
  return 'The microphone cannot be opened; another program may hold it.';
}
