import type { App, RouteContext } from './context.js';
import { liveRoutes } from './live/routes.js';
import { accountRoutes } from './routes/accounts.js';
import { analyticsRoutes } from './routes/analytics.js';
import { appointmentSessionRoutes } from './routes/appointment-sessions.js';
import { appointmentRoutes } from './routes/appointments.js';
import { authRoutes } from './routes/auth.js';
import { cacheRoutes } from './routes/caches.js';
import { calendarRoutes } from './routes/calendar.js';
import { callbackRoutes } from './routes/callbacks.js';
import { conversationRoutes } from './routes/conversation.js';
import { denoiseRoutes } from './routes/denoise.js';
import { guardRoutes } from './routes/guard.js';
import { feedbackRoutes, questionRoutes } from './routes/insights.js';
import { jobRoutes } from './routes/jobs.js';
import { intentRoutes, knowledgeRoutes } from './routes/knowledge.js';
import { llmRoutes } from './routes/llm.js';
import { materialRoutes } from './routes/materials.js';
import { outboundRoutes } from './routes/outbound.js';
import { officeRoutes } from './routes/office.js';
import { recordRoutes } from './routes/records.js';
import { recordingRoutes } from './routes/recordings.js';
import { speechRoutes } from './routes/speech.js';
import type { RouteGroup } from './group-names.js';

/** Routes that belong together, by name; a role serves some of them. */
const ROUTES: Readonly<
  Record<Exclude<RouteGroup, 'transcription'>, (app: App, context: RouteContext) => void>
> = {
  accounts: (app, context) => {
    authRoutes(app, context);
    accountRoutes(app, context);
  },
  conversation: conversationRoutes,
  intent: intentRoutes,
  knowledge: knowledgeRoutes,
  appointment_sessions: (app, context) =>
    appointmentSessionRoutes(app, context, '/api/v1/appointment/session'),
  records: recordRoutes,
  recordings: recordingRoutes,
  appointments: appointmentRoutes,
  calendar: calendarRoutes,
  callbacks: callbackRoutes,
  jobs: jobRoutes,
  materials: materialRoutes,
  insights: (app, context) => {
    analyticsRoutes(app, context);
    questionRoutes(app, context);
    feedbackRoutes(app, context);
  },
  outbound: outboundRoutes,
  caches: cacheRoutes,
  office: officeRoutes,
  denoise: denoiseRoutes,
  speech: speechRoutes,
  models: llmRoutes,
  live: liveRoutes,
  guard: guardRoutes,
  appointment_sessions_alone: (app, context) => appointmentSessionRoutes(app, context, '/api/v1/session'),
};

/** Adds the routes of a group. */
export const routesOf = (
  group: Exclude<RouteGroup, 'transcription'>,
): ((app: App, context: RouteContext) => void) => ROUTES[group];
