import { TranscriptionDesk, type TranscriptEvent, type TranscriptionPorts } from '../transcription.js';

/** Longer than the pause that ends what is said: 1.2 s at 16 kHz. */
const PAUSE_SAMPLES = 19_200;

/** What a person who has taken a call says, written down. */
export class HumanEar {
  readonly #desk: TranscriptionDesk;

  constructor(
    ports: TranscriptionPorts,
    private readonly heard: (event: TranscriptEvent) => void,
  ) {
    this.#desk = new TranscriptionDesk(ports);
    void this.#listen();
  }

  /** Takes 16 kHz as the caller hears it, silence too. */
  push(pcm: Int16Array): void {
    void this.#desk.push('ear', pcm.slice());
  }

  /** Nothing comes for a while: what was said last is over. */
  pause(): void {
    this.push(new Int16Array(PAUSE_SAMPLES));
  }

  /** No more comes; what was said last is still written down. */
  close(): void {
    void this.#desk.end('ear');
  }

  async #listen(): Promise<void> {
    await this.#desk.open('ear');
    for (let isOver = false; !isOver;) {
      const { events, over } = await this.#desk.next('ear');
      for (const event of events) this.heard(event);
      isOver = over;
    }
    await this.#desk.close('ear');
  }
}
