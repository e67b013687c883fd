import type { WebSocket } from 'ws';
import { SocketStandIn, type StandInConnection, type StandInFaults } from './socket-stand-in.js';
import { CodeEar, samplesOf, type HeardWord } from './spoken-code.js';

export interface AssemblyAiFaults extends StandInFaults {
  /** Each turn comes once more, formatted. */
  repeatFormatted?: boolean;
}

/** How far audio may run ahead of the clock before the service calls it faster than real time. */
const AHEAD_MS = 4000;

/** AssemblyAI's `/v3/ws`. */
export class AssemblyAiStandIn extends SocketStandIn {
  constructor(
    override readonly faults: AssemblyAiFaults = {},
    readonly key = 'aai-key',
  ) {
    super(faults);
  }

  protected override serve(socket: WebSocket, connection: StandInConnection): void {
    if (connection.headers.authorization !== this.key) return void socket.close(1008, 'Not authorized');
    const rate = Number(connection.url.searchParams.get('sample_rate'));
    const ear = new CodeEar(rate);
    const startedAt = performance.now();
    let order = 0;
    let turnMs = 0;
    let told = 0;
    this.send(socket, { type: 'Begin', id: 's1', expires_at: 1_790_000_000 });
    const turn = (isEnd: boolean): void => {
      const unfinished = ear.unfinished === undefined ? [] : [ear.unfinished];
      const words = [...ear.words, ...unfinished].filter((word) => word.startMs >= turnMs);
      const message = turnOf(order, words, isEnd);
      this.send(socket, message);
      if (!isEnd) return;
      if (this.faults.repeatFormatted === true) this.send(socket, { ...message, turn_is_formatted: true });
      order++;
      turnMs = ear.heardMs;
    };
    socket.on('message', (data: Buffer, isBinary) => {
      if (!isBinary) {
        const { type } = JSON.parse(data.toString('utf8')) as { type: string };
        if (type === 'ForceEndpoint') turn(true);
        if (type === 'Terminate') {
          this.send(socket, { type: 'Termination', audio_duration_seconds: ear.heardMs / 1000 });
          socket.close(1000);
        }
        return;
      }
      const chunkMs = (1000 * data.length) / 2 / rate;
      if (chunkMs < 50 || chunkMs > 1000) return void socket.close(3007, 'Input duration violation');
      if (ear.heardMs - (performance.now() - startedAt) > AHEAD_MS) {
        return void socket.close(3007, 'Audio sent faster than real time');
      }
      ear.push(samplesOf(data));
      this.heardWords(socket, ear.words.length);
      const now = ear.words.length + (ear.unfinished === undefined ? 0 : 1);
      if (now !== told) turn(false);
      told = now;
    });
  }
}

function turnOf(order: number, words: readonly HeardWord[], isEnd: boolean): object {
  return {
    type: 'Turn',
    turn_order: order,
    transcript: words.map((word) => word.text).join(' '),
    end_of_turn: isEnd,
    end_of_turn_confidence: isEnd ? 0.9 : 0.1,
    turn_is_formatted: false,
    words: words.map(({ text, startMs, endMs }) => ({
      text,
      start: startMs,
      end: endMs,
      confidence: 0.8,
      word_is_final: true,
    })),
  };
}
