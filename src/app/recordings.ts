import { join } from 'node:path';
import type { RecordingPorts } from '../api/ports.js';
import { RecordingDesk } from '../session/recording/recording-desk.js';
import type { LiveDesk } from '../session/live/live-desk.js';
import { openFolderStreams } from '../store/blobs/folder-streams.js';
import type { Store } from '../store/types.js';
import type { Metrics } from '../telemetry/index.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';
import type { RoleStatus } from './roles/role.js';

/**
 * Recordings of calls in `DATA_DIR/recordings`, those of earlier runs among them.
 *
 * @throws LeibnizError DATA_DIR_UNUSABLE
 */
export async function openRecordings(
  { recording, store: { dataDir } }: Config,
  { recordings }: Pick<Store, 'recordings'>,
  live: LiveDesk,
  metrics: Metrics,
  log: AppLog,
): Promise<RecordingDesk> {
  const desk = new RecordingDesk({
    scheduler: realScheduler,
    policies: recording.policies,
    files: await openFolderStreams(join(dataDir, 'recordings')),
    recordings,
    keepDays: recording.keepDays,
    counted: (outcome) => metrics.increment('recordings_total', { outcome }),
    late: (packets) => metrics.increment('recording_late_packets_total', {}, packets),
    show: (callId, state, consent) => live.recording(callId, state, consent),
    log: (fields, message) => log.warn(fields, message),
  });
  await desk.open();
  return desk;
}

/** How recording is doing; nothing where no line is recorded. */
export function recordingHealth(
  { recording }: Config,
  desk: RecordingDesk,
): { readonly status: RoleStatus; readonly details: Readonly<Record<string, unknown>> } | undefined {
  const { usual, lines } = recording.policies;
  if (usual === 'off' && lines.every(({ policy }) => policy === 'off')) return undefined;
  const { isWell, ...details } = desk.health();
  return { status: isWell ? 'healthy' : 'degraded', details };
}

/** What the API may ask of recordings. */
export const recordingPorts = (desk: RecordingDesk, live: Pick<LiveDesk, 'find'>): RecordingPorts => ({
  find: (callId) => desk.find(callId),
  size: (id) => desk.size(id),
  read: (id, from, length) => desk.read(id, from, length),
  remove: (callId, by) => desk.remove(callId, by),
  command: async (callId, action, by) => {
    // Who is late is told so.
    live.find(callId);
    return { state: desk.command(callId, action, by) };
  },
});
