import type { FailureKind } from '../../../kernel/failure.js';
import type { RangeText } from './heard.js';
import type { ClientFrame } from './protocol.js';

/** Settings of a `Recognition`. */
export interface RecognitionOptions {
  readonly sampleRateHz: 8000 | 16000;
  /** Longest time from a request to its answer. Default 5 s. */
  readonly timeoutMs?: number;
}

/** What the shell is to do. Samples are absolute indexes. */
export type RecognitionAction =
  | { readonly type: 'connect'; readonly handle: string | undefined }
  | { readonly type: 'disconnect' }
  | { readonly type: 'send'; readonly frame: ClientFrame }
  | { readonly type: 'audio'; readonly fromSample: number; readonly toSample: number }
  | { readonly type: 'partial'; readonly text: string; readonly toSample: number }
  | ({ readonly type: 'answered'; readonly id: number } & RangeText)
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly kind: FailureKind;
      readonly message: string;
    };
