import Srf from 'drachtio-srf';
import { startSipServer, type SipServer, type SipServerOptions } from '../../../src/sipserver/index.js';

/** What these tests use of drachtio-srf, as it behaves. */
export interface TestMessage {
  readonly body: string;
  readonly method: string;
  readonly status: number;
  readonly calledNumber: string;
  get(header: string): string;
  has(header: string): boolean;
}

export interface TestRequest extends TestMessage {
  on(event: 'cancel', listener: () => void): void;
  on(event: 'response', listener: (response: TestMessage, ack: () => void) => void): void;
  cancel(callback?: (error: unknown) => void): void;
}

export interface TestResponse {
  send(
    status: number,
    options?: { headers?: Record<string, string>; body?: string },
    callback?: (error: unknown) => void,
  ): void;
}

export interface TestDialog {
  readonly id: string;
  readonly sip: { callId: string; localTag: string; remoteTag: string };
  on(event: string, listener: (request: TestMessage, response: TestResponse & string) => void): void;
  destroy(options?: { headers?: Record<string, string> }): Promise<TestMessage>;
  modify(sdp: string): Promise<string>;
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<TestMessage>;
}

interface UacOptions {
  readonly localSdp?: string;
  readonly callingNumber?: string;
  readonly auth?: { username: string; password: string };
  readonly headers?: Record<string, string>;
  readonly proxy?: string;
}

export interface TestSrf {
  connect(options: { host: string; port: number; secret: string; enablePing?: boolean }): void;
  disconnect(): void;
  on(
    event: 'connect' | 'error',
    listener: (error: Error | null, hostPort?: string, version?: string) => void,
  ): void;
  use(method: string, listener: (request: TestRequest, response: TestResponse) => void): void;
  invite(listener: (request: TestRequest, response: TestResponse) => void): void;
  createUAS(request: TestRequest, response: TestResponse, options: { localSdp: string }): Promise<TestDialog>;
  createUAC(
    uri: string,
    options: UacOptions,
    progress?: {
      cbRequest?: (error: unknown, request: TestRequest) => void;
      cbProvisional?: (response: TestMessage) => void;
    },
  ): Promise<TestDialog>;
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string>; auth?: UacOptions['auth']; body?: string },
    callback: (error: unknown, request: TestRequest) => void,
  ): void;
}

/** An SDP with this direction. */
export function sdp(direction = 'sendrecv', port = 30000): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}

/** An embedded server with a drachtio-srf application connected to it. */
export interface SrfApp {
  readonly server: SipServer;
  readonly srf: TestSrf;
  /** URI of a user at this server. */
  uri(user: string, params?: string): string;
  close(): Promise<void>;
}

/** Starts both on a free port. */
export async function openApp(options: Partial<SipServerOptions> = {}): Promise<SrfApp> {
  const server = await startSipServer({ host: '127.0.0.1', port: 0, ...options });
  const srf = new (Srf as unknown as new () => TestSrf)();
  srf.connect({ host: server.controlHost, port: server.controlPort, secret: server.secret });
  await new Promise<void>((resolve, reject) => {
    srf.on('connect', (error) => (error === null ? resolve() : reject(error)));
  });
  srf.on('error', () => undefined);
  return {
    server,
    srf,
    uri: (user, params = '') => `sip:${user}@127.0.0.1:${server.port}${params}`,
    close: async () => {
      srf.disconnect();
      await server.close();
    },
  };
}

/** Waits until the condition holds. */
export async function until(condition: () => boolean, what: string, timeoutMs = 5000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
