import captureUrl from './capture.worklet.js?url&no-inline';

/** Why there is no microphone, in words that say what to do. */
export class MicrophoneError extends Error {}

/** A microphone: PCM16, 16 kHz, mono, 20 ms at a time. */
export class Microphone {
  private constructor(
    private readonly stream: MediaStream,
    private readonly capture: AudioWorkletNode,
  ) {}

  /**
   * Asks for the microphone; call it on a click.
   *
   * @throws MicrophoneError
   */
  static async open(context: AudioContext, onAudio: (pcm: ArrayBuffer) => void): Promise<Microphone> {
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
    await context.audioWorklet.addModule(captureUrl);
    const capture = new AudioWorkletNode(context, 'capture', { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => onAudio(data);
    context.createMediaStreamSource(stream).connect(capture);
    return new Microphone(stream, capture);
  }

  /** Name of the device. */
  get name(): string {
    return this.stream.getAudioTracks()[0]?.label ?? '';
  }

  /** Whether it takes anything up. */
  set on(isOn: boolean) {
    for (const track of this.stream.getAudioTracks()) track.enabled = isOn;
  }

  close(): void {
    this.capture.port.onmessage = null;
    for (const track of this.stream.getTracks()) track.stop();
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
