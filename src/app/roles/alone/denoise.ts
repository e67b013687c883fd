import { openRnnoise } from '../../../speech/denoise/rnnoise-denoiser.js';
import { Probe } from '../../services/probe.js';
import type { AloneRole } from './alone.js';

/** Noise taken out of files and streams alone. */
export async function startDenoise(): Promise<AloneRole> {
  // A broken module ends the start; the routes open their own.
  await openRnnoise();
  const probe = new Probe(() => openRnnoise().then(() => 'healthy'));
  return {
    routes: ['denoise'],
    ports: {},
    models: ['RNNoise'],
    health: async () => ({ services: { denoise: await probe.status() }, details: {} }),
    stop: () => Promise.resolve(),
  };
}
