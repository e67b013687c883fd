/** The parts of the API's answers that these tests read. */
export interface CallRecordWire {
  readonly id: string;
  readonly to: string | null;
  readonly reason: string | null;
  readonly duration_ms: number | null;
}

/** One call with its transcript and quality. */
export interface CallWire extends CallRecordWire {
  readonly transcript: readonly { readonly role: string; readonly text: string; readonly heard: string }[];
  readonly quality: {
    readonly media: {
      readonly codec?: string;
      readonly sent: { readonly packets: number };
      readonly received: {
        readonly packets: number;
        readonly malformed: number;
        readonly injected: number;
        readonly unknownPayloadType: number;
      };
    };
  };
}

/** What the person said, keys as `[key 5]`. */
export function saidBy(role: 'user' | 'agent', call: CallWire): string[] {
  return call.transcript.filter((line) => line.role === role).map((line) => line.text);
}
