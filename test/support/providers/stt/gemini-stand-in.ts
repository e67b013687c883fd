import type { WebSocket } from 'ws';
import { SocketStandIn, type StandInConnection, type StandInFaults } from './socket-stand-in.js';
import { CodeEar, samplesOf } from './spoken-code.js';

export interface GeminiFaults extends StandInFaults {
  /** Takes the setup and never answers it. */
  noSetupComplete?: boolean;
  /** Says that it will close, once so many utterances have been written down. */
  goAwayAfter?: number;
  /** Handles that are known; others are refused. All unless given. */
  handles?: readonly string[];
  /** Writes nothing down and ends the turn all the same. */
  emptyTurns?: boolean;
}

interface ClientMessage {
  readonly setup?: { readonly model: string; readonly sessionResumption?: { readonly handle?: string } };
  readonly realtimeInput?: {
    readonly audio?: { readonly data: string; readonly mimeType: string };
    readonly activityStart?: object;
    readonly activityEnd?: object;
    readonly audioStreamEnd?: boolean;
  };
}

/** The Gemini Live API. Its messages are binary frames of JSON, as the service's are. */
export class GeminiStandIn extends SocketStandIn {
  readonly setups: NonNullable<ClientMessage['setup']>[] = [];
  #turns = 0;

  constructor(
    override readonly faults: GeminiFaults = {},
    readonly key = 'gm-key',
  ) {
    super(faults);
  }

  protected override serve(socket: WebSocket, connection: StandInConnection): void {
    if (connection.url.searchParams.get('key') !== this.key) {
      return void socket.close(1007, 'API key not valid. Please pass a valid API key.');
    }
    let ear: CodeEar | undefined;
    let isSetUp = false;
    let transcribes = false;
    const say = (message: object): void => this.send(socket, message, true);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString('utf8')) as ClientMessage;
      if (message.setup !== undefined) {
        this.setups.push(message.setup);
        transcribes = message.setup.model.includes('transcribe');
        isSetUp = this.#setUp(socket, message.setup, say);
        return;
      }
      const input = message.realtimeInput;
      if (!isSetUp || input === undefined) {
        socket.close(1007, 'Request contains an invalid argument.');
        return;
      }
      if (input.activityStart !== undefined) ear = new CodeEar(16_000);
      if (input.audio !== undefined) {
        const rate = Number(/rate=(\d+)/.exec(input.audio.mimeType)?.[1]);
        if (transcribes || ear !== undefined) ear = this.#hear(ear, rate, input.audio.data, say, transcribes);
        this.heardWords(socket, ear?.words.length ?? 0);
      }
      if (input.activityEnd !== undefined || input.audioStreamEnd === true) {
        if (ear !== undefined) this.#write(ear, say, transcribes);
        ear = undefined;
      }
    });
  }

  #setUp(
    socket: WebSocket,
    setup: NonNullable<ClientMessage['setup']>,
    say: (message: object) => void,
  ): boolean {
    const handle = setup.sessionResumption?.handle;
    if (handle !== undefined && this.faults.handles?.includes(handle) === false) {
      socket.close(1008, 'BidiGenerateContent session not found');
      return false;
    }
    if (this.faults.noSetupComplete === true) return false;
    say({ setupComplete: {} });
    say({ sessionResumptionUpdate: { newHandle: `h${this.setups.length}`, resumable: true } });
    return true;
  }

  #hear(
    before: CodeEar | undefined,
    rate: number,
    data: string,
    say: (message: object) => void,
    transcribes: boolean,
  ): CodeEar {
    const isFirst = before === undefined || before.heardMs === 0;
    const ear = isFirst ? new CodeEar(rate) : before;
    const known = ear.words.length;
    ear.push(samplesOf(Buffer.from(data, 'base64')));
    if (transcribes && ear.words.length > known) {
      say({
        serverContent: { interimInputTranscription: { text: ear.words.map(({ text }) => text).join(' ') } },
      });
    }
    return ear;
  }

  #write(ear: CodeEar, say: (message: object) => void, transcribes: boolean): void {
    ear.end();
    this.#turns++;
    if (this.faults.emptyTurns !== true) {
      for (const [index, { text }] of ear.words.entries()) {
        say({ serverContent: { inputTranscription: { text: index === 0 ? text : ` ${text}` } } });
      }
    }
    if (!transcribes) {
      const audio = Buffer.alloc(960).toString('base64');
      const inlineData = { mimeType: 'audio/pcm;rate=24000', data: audio };
      say({ serverContent: { modelTurn: { parts: [{ inlineData }] }, outputTranscription: { text: 'ok' } } });
    }
    say({ serverContent: { generationComplete: true } });
    say({ serverContent: { turnComplete: true }, usageMetadata: { totalTokenCount: 9 } });
    say({ sessionResumptionUpdate: { resumable: false } });
    if (this.#turns === this.faults.goAwayAfter) say({ goAway: { timeLeft: '10s' } });
  }
}
