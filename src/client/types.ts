import type { z } from 'zod';
import type {
  auditView,
  linkView,
  meView,
  newUser,
  ownChange,
  sessionList,
  tokenView,
  userChange,
  userView,
} from '../api/schemas/accounts.js';
import type { appointmentView, changedAppointment, newAppointment } from '../api/schemas/appointments.js';
import type {
  breakdownView,
  feedbackView,
  noteBody,
  questionView,
  ratingBody,
  seriesView,
  settleBody,
  summaryView,
} from '../api/schemas/analytics.js';
import type { callbackView, completion, waitingView } from '../api/schemas/callbacks.js';
import type { callDetail, callSummary } from '../api/schemas/calls.js';
import type { recordingView } from '../api/schemas/recordings.js';
import type {
  handBackBody,
  instructionAnswer,
  takeAnswer,
  takeBody,
  whisperBody,
} from '../api/live/schemas.js';
import type { materialView } from '../api/schemas/materials.js';
import type { officeView, settingView } from '../api/schemas/office.js';

export type { CacheReport, ConversationControl, ConversationEvent } from '../api/ports.js';
export type { Permission, Role } from '../api/core/permissions.js';
export type { JobView } from '../api/routes/jobs.js';
export type { AnswerView, ClassificationView } from '../api/routes/knowledge.js';
export type { HealthView } from '../api/routes/system.js';

/** A list answer; `total` counts what the filter finds, not what the page holds. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
}

// The API's own schemas, so that the client cannot drift from them; only their types come along.
export type Me = z.output<typeof meView>;
export type UserView = z.output<typeof userView>;
export type NewUser = z.input<typeof newUser>;
export type UserChange = z.input<typeof userChange>;
export type OwnChange = z.input<typeof ownChange>;
export type LinkView = z.output<typeof linkView>;
export type SessionView = z.output<typeof sessionList>['items'][number];
export type TokenView = z.output<typeof tokenView>;
export type AuditView = z.output<typeof auditView>;
export type CallSummary = z.output<typeof callSummary>;
export type CallDetail = z.output<typeof callDetail>;
export type RecordingView = z.output<typeof recordingView>;
export type CallLine = CallDetail['transcript'][number];
export type AppointmentView = z.output<typeof appointmentView>;
export type NewAppointment = z.input<typeof newAppointment>;
export type ChangedAppointment = z.input<typeof changedAppointment>;
export type CallbackView = z.output<typeof callbackView>;
export type Completion = z.input<typeof completion>;
export type WaitingView = z.output<typeof waitingView>;
export type SummaryView = z.output<typeof summaryView>;
export type SeriesView = z.output<typeof seriesView>;
export type BreakdownView = z.output<typeof breakdownView>;
export type QuestionView = z.output<typeof questionView>;
export type Settlement = z.input<typeof settleBody>;
export type FeedbackView = z.output<typeof feedbackView>;
export type NewRating = z.input<typeof ratingBody>;
export type NewNote = z.input<typeof noteBody>;
export type MaterialView = z.output<typeof materialView>;
export type Whisper = z.input<typeof whisperBody>;
export type InstructionAnswer = z.output<typeof instructionAnswer>;
export type Take = z.input<typeof takeBody>;
export type TakeAnswer = z.output<typeof takeAnswer>;
export type HandBack = z.input<typeof handBackBody>;
export type OfficeView = z.output<typeof officeView>;
export type SettingView = z.output<typeof settingView>;

/** What `POST /api/v1/synthesize` answers. */
export interface SpokenFile {
  readonly audio_url: string;
  readonly duration_ms: number;
  readonly provider: string;
  readonly cache_hit: boolean;
}
