import type { RoleSpec } from './alone.js';
import { startApiAlone } from './api.js';
import { startAppointment } from './appointment.js';
import { startConversation } from './conversation.js';
import { startDenoise } from './denoise.js';
import { startGuard } from './guard.js';
import { startIntent, startRag } from './knowledge.js';
import { startStt } from './stt.js';
import { startTts } from './tts.js';
import { startWorker } from './worker.js';

/** Roles that run alone, by name. `call` and `all` are the whole agent: see `serve.ts`. */
export const ROLES = {
  conversation: { port: 8000, about: 'conversations over WebSocket', start: startConversation },
  stt: { port: 8001, about: 'speech to text', start: startStt },
  intent: { port: 8002, about: 'what a sentence is about', start: startIntent },
  rag: { port: 8003, about: 'answers from the documents', start: startRag },
  tts: { port: 8004, about: 'text to speech', start: startTts },
  appointment: { port: 8005, about: 'appointments, call-backs, waiting list', start: startAppointment },
  worker: { port: 8007, about: 'follow-up jobs', start: startWorker },
  api: { port: 8008, about: 'records, appointments and jobs for operators', start: startApiAlone },
  denoise: { port: 9200, about: 'noise taken out of files and streams', start: startDenoise },
  guard: { port: 9300, about: 'what may be dealt with and said', start: startGuard },
} as const satisfies Readonly<Record<string, RoleSpec>>;

/** Name of a role that runs alone. */
export type RoleName = keyof typeof ROLES;
