import { z } from 'zod';
import { RECORDING_ACTIONS } from '../../recording/core/recording.js';
import type { RecordingRecord, StoredPeaks } from '../../store/types.js';
import { iso, isoOrNull } from './common.js';

const RECORDED_STATES = ['recording', 'saved', 'failed', 'deleted'] as const;

/** What a call tells of its recording. */
export const recordingSummary = z.object({
  id: z.string(),
  state: z
    .enum(RECORDED_STATES)
    .describe('`failed`: it ends before the call does. `deleted`: nothing but this is left'),
  consent: z.string().describe('`announced` or `given`'),
  duration_ms: z.number().int(),
  channels: z.number().int(),
});

const side = z.object({ min: z.array(z.number().int()), max: z.array(z.number().int()) });

export const recordingView = recordingSummary.extend({
  call_id: z.string(),
  sample_rate: z.number().int(),
  started_at: z.string(),
  offset_ms: z
    .number()
    .int()
    .describe('Its beginning on the clock of the call, which lines of the transcript have'),
  bytes: z.number().int(),
  late_packets: z.number().int().describe("The caller's, too late to be kept"),
  intervals: z
    .array(z.object({ from_ms: z.number(), to_ms: z.number(), why: z.enum(['paused', 'secret']) }))
    .describe('Silence in place of what was said'),
  delete_after: z.string().nullable(),
  deleted_at: z.string().nullable(),
  peaks: z
    .object({
      bucket_ms: z.number().int(),
      channels: z.array(side).describe('Caller, then agent; -128..127'),
    })
    .nullable()
    .describe('Its shape, for drawing; needs calls.audio'),
});

export const recordingCommand = z.strictObject({ action: z.enum(RECORDING_ACTIONS) });

export const recordingAnswer = z.object({
  state: z.enum(['off', 'awaiting_consent', 'recording', 'paused', 'stopped', 'deleted']),
});

/** The wire form of a recording within its call. */
export const viewRecordingSummary = (r: RecordingRecord): z.output<typeof recordingSummary> => ({
  id: r.id,
  state: r.state,
  consent: r.consent,
  duration_ms: Math.round(r.durationMs),
  channels: r.channels,
});

/** The wire form of a recording. */
export function viewRecording(
  r: RecordingRecord,
  peaks: StoredPeaks | undefined,
): z.output<typeof recordingView> {
  return {
    ...viewRecordingSummary(r),
    call_id: r.callId,
    sample_rate: r.sampleRateHz,
    started_at: iso(r.startedAtMs),
    offset_ms: r.offsetMs,
    bytes: r.bytes,
    late_packets: r.latePackets,
    intervals: r.intervals.map(({ fromMs, toMs, why }) => ({
      from_ms: Math.round(fromMs),
      to_ms: Math.round(toMs),
      why,
    })),
    delete_after: isoOrNull(r.deleteAfterMs),
    deleted_at: isoOrNull(r.deletedAtMs),
    peaks: peaks === undefined ? null : viewPeaks(peaks),
  };
}

function viewPeaks({ bucketMs, base64 }: StoredPeaks): NonNullable<z.output<typeof recordingView>['peaks']> {
  const bytes = Buffer.from(base64, 'base64');
  const count = Math.floor(bytes.length / 4);
  const column = (place: number): number[] =>
    Array.from({ length: count }, (_none, k) => bytes.readInt8(4 * k + place));
  return {
    bucket_ms: bucketMs,
    channels: [
      { min: column(0), max: column(1) },
      { min: column(2), max: column(3) },
    ],
  };
}
