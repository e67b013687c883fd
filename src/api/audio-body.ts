import type { App } from './context.js';

/** Types of bodies that are audio. */
export const AUDIO_TYPES = [
  'application/octet-stream',
  'audio/pcm',
  'audio/l16',
  'audio/wav',
  'audio/x-wav',
  'audio/wave',
] as const;

/** Lets routes take audio as their body; each bounds it by its own `bodyLimit`. */
export function takeAudioBodies(app: App): void {
  app.addContentTypeParser([...AUDIO_TYPES], { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
}
