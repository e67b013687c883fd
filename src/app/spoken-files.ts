import { join } from 'node:path';
import type { ApiPorts } from '../api/ports.js';
import { SynthesisDesk } from '../session/synthesis.js';
import type { TtsEngine } from '../speech/index.js';
import { openFolderBlobs } from '../store/blobs/folder-blobs.js';
import { BlobSigner } from '../store/blobs/signatures.js';
import type { BlobStore } from '../store/blobs/types.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { authKey } from './auth-key.js';
import type { Config } from './config/index.js';

/** Files that the agent keeps, and who may fetch them by a signed address. */
export interface KeptFiles {
  readonly blobs: BlobStore;
  readonly signer: BlobSigner;
}

/** @throws LeibnizError DATA_DIR_UNUSABLE */
export async function openKeptFiles({ http, store }: Config): Promise<KeptFiles> {
  const signer = new BlobSigner(authKey(http.auth.secret, store.dataDir));
  const blobs = await openFolderBlobs({
    dir: join(store.dataDir, 'blobs'),
    maxBytes: store.blobMaxBytes,
    signer,
    baseUrl: http.publicUrl?.replace(/\/+$/, ''),
    wall: () => realScheduler.wall(),
  });
  return { blobs, signer };
}

/** What the API may ask of voices and files. */
export function speechPorts(tts: TtsEngine, { blobs, signer }: KeptFiles): ApiPorts['speech'] {
  const desk = new SynthesisDesk(tts, blobs);
  return {
    synthesize: (request) => desk.synthesize(request),
    voices: () => desk.voices(),
    file: async (key, expiresS, signature) => {
      if (!signer.holds(key, expiresS, signature, realScheduler.wall())) return undefined;
      return (await blobs.get(key))?.bytes;
    },
  };
}
