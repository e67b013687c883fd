import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { SocketStandIn, type StandInConnection, type StandInFaults } from './socket-stand-in.js';
import { CodeEar, samplesOf, type HeardWord } from './spoken-code.js';

export interface DeepgramFaults extends StandInFaults {
  /** Every other interim result lacks its last word. */
  shrink?: boolean;
  /** An empty final before each that has words. */
  emptyFinals?: boolean;
  /** Flux: words come without times. */
  noTimes?: boolean;
  /** Segments end by themselves after so much silence, ms of audio. Default never. */
  endpointMs?: number;
  /** Closes after so long without audio or KeepAlive, as the service does after 10 s. */
  idleMs?: number;
}

const seconds = (ms: number): number => ms / 1000;
const wordOf = ({ text, startMs, endMs }: HeardWord): object => ({
  word: text,
  punctuated_word: text,
  start: seconds(startMs),
  end: seconds(endMs),
  confidence: 0.9,
});

/** Deepgram's `/v1/listen` and `/v2/listen` (Flux). */
export class DeepgramStandIn extends SocketStandIn {
  constructor(
    override readonly faults: DeepgramFaults = {},
    readonly key = 'dg-key',
  ) {
    super(faults);
  }

  protected override refuse(request: IncomingMessage): ReturnType<SocketStandIn['refuse']> {
    if (request.headers.authorization === `Token ${this.key}`) return undefined;
    return { status: 401, headers: { 'dg-error': 'Invalid credentials.', 'dg-request-id': 'r1' } };
  }

  protected override serve(socket: WebSocket, connection: StandInConnection): void {
    const rate = Number(connection.url.searchParams.get('sample_rate'));
    if (connection.url.pathname === '/v2/listen') {
      serveFlux(socket, new CodeEar(rate), this.faults.noTimes === true, (m) => this.send(socket, m));
    } else this.#serveListen(socket, new CodeEar(rate));
  }

  #serveListen(socket: WebSocket, ear: CodeEar): void {
    let segmentMs = 0;
    let interimMs = 0;
    let interims = 0;
    let idle = this.#idle(socket);
    const results = (isFinal: boolean, more: object = {}): void => {
      const unfinished = ear.unfinished === undefined ? [] : [ear.unfinished];
      const heard = [...ear.words, ...unfinished].filter((word) => word.startMs >= segmentMs);
      const isShort = !isFinal && this.faults.shrink === true && interims++ % 2 === 1;
      const words = isShort ? heard.slice(0, -1) : heard;
      const message = (list: readonly HeardWord[]): object => ({
        type: 'Results',
        channel_index: [0, 1],
        start: seconds(segmentMs),
        duration: seconds(ear.heardMs - segmentMs),
        is_final: isFinal,
        speech_final: false,
        channel: {
          alternatives: [
            { transcript: list.map((word) => word.text).join(' '), confidence: 0.9, words: list.map(wordOf) },
          ],
        },
        metadata: { request_id: 'r1' },
        ...more,
      });
      if (isFinal && this.faults.emptyFinals === true && words.length > 0) {
        this.send(socket, { ...message([]), duration: 0 });
      }
      this.send(socket, message(words));
      if (isFinal) segmentMs = ear.heardMs;
    };
    socket.on('message', (data: Buffer, isBinary) => {
      clearTimeout(idle);
      idle = this.#idle(socket);
      if (!isBinary) {
        const { type } = JSON.parse(data.toString('utf8')) as { type: string };
        if (type === 'Finalize') results(true, { from_finalize: true });
        if (type === 'CloseStream') {
          results(true);
          this.send(socket, { type: 'Metadata', duration: seconds(ear.heardMs), request_id: 'r1' });
          socket.close(1000);
        }
        return;
      }
      // An empty binary frame ends the stream.
      if (data.length === 0) return void socket.close(1000);
      ear.push(samplesOf(data));
      this.heardWords(socket, ear.words.length);
      const last = ear.words.findLast((word) => word.startMs >= segmentMs);
      const quietMs = ear.unfinished === undefined ? ear.heardMs - (last?.endMs ?? ear.heardMs) : 0;
      if (last !== undefined && quietMs >= (this.faults.endpointMs ?? Infinity)) results(true);
      if (ear.heardMs - interimMs < 240) return;
      interimMs = ear.heardMs;
      results(false);
    });
    socket.on('close', () => clearTimeout(idle));
  }

  #idle(socket: WebSocket): NodeJS.Timeout {
    return setTimeout(() => socket.close(1011, 'NET-0001'), this.faults.idleMs ?? 10_000);
  }
}

function serveFlux(socket: WebSocket, ear: CodeEar, noTimes: boolean, send: (message: object) => void): void {
  let sentMs = 0;
  let turn = 0;
  let turnMs = 0;
  let isEager = false;
  send({ type: 'Connected', request_id: 'r1', sequence_id: 0 });
  const info = (event: string): void => {
    const unfinished = ear.unfinished === undefined ? [] : [ear.unfinished];
    const words = [...ear.words, ...unfinished].filter((word) => word.startMs >= turnMs);
    send({
      type: 'TurnInfo',
      event,
      turn_index: turn,
      transcript: words.map((word) => word.text).join(' '),
      words: words.map((word) => (noTimes ? { word: word.text, confidence: 0.9 } : wordOf(word))),
      end_of_turn_confidence: 0.5,
      audio_window_start: seconds(turnMs),
      audio_window_end: seconds(ear.heardMs),
    });
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return void socket.close(1000);
    ear.push(samplesOf(data));
    const last = ear.words.findLast((word) => word.startMs >= turnMs);
    const quietMs = ear.unfinished === undefined ? ear.heardMs - (last?.endMs ?? ear.heardMs) : 0;
    if (isEager && quietMs === 0) {
      isEager = false;
      info('TurnResumed');
    } else if (last !== undefined && quietMs >= 160 && !isEager) {
      isEager = true;
      info('EagerEndOfTurn');
    } else if (last !== undefined && quietMs >= 900) {
      info('EndOfTurn');
      isEager = false;
      turn++;
      turnMs = ear.heardMs;
    } else if (ear.heardMs - sentMs >= 240) {
      sentMs = ear.heardMs;
      info('Update');
    }
  });
}
