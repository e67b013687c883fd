import { ApiFailure, Http, type HttpOptions, type Query } from './http.js';
import type {
  AnswerView,
  AppointmentView,
  AuditView,
  BreakdownView,
  CacheReport,
  CallbackView,
  CallDetail,
  CallSummary,
  ChangedAppointment,
  ClassificationView,
  Completion,
  FeedbackView,
  HandBack,
  HealthView,
  InstructionAnswer,
  JobView,
  LinkView,
  Me,
  MaterialView,
  NewAppointment,
  NewNote,
  NewRating,
  NewUser,
  OfficeView,
  OwnChange,
  Page,
  Permission,
  QuestionView,
  SeriesView,
  RecordingView,
  SessionView,
  SettingView,
  Settlement,
  SpokenFile,
  SummaryView,
  Take,
  TakeAnswer,
  TokenView,
  UserChange,
  UserView,
  WaitingView,
  Whisper,
} from './types.js';

const V1 = '/api/v1';
const id = encodeURIComponent;
const liveCall = (callId: string): string => `${V1}/live/calls/${id(callId)}`;

/** The HTTP API of Leibniz, typed by its own schemas. Every method rejects with an `ApiFailure`. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- a client is what this makes
export function createClient(options: HttpOptions) {
  const http = new Http(options);
  return {
    http,
    auth: authCalls(http),
    users: userCalls(http),
    system: systemCalls(http),
    calls: callCalls(http),
    analytics: {
      summary: (query: Query, signal?: AbortSignal) =>
        http.get<SummaryView>(`${V1}/analytics/summary`, query, signal),
      series: (query: Query, signal?: AbortSignal) =>
        http.get<SeriesView>(`${V1}/analytics/series`, query, signal),
      breakdown: (query: Query, signal?: AbortSignal) =>
        http.get<BreakdownView>(`${V1}/analytics/breakdown`, query, signal),
    },
    materials: {
      list: (query: Query = {}, signal?: AbortSignal) =>
        http.get<Page<MaterialView>>(`${V1}/materials`, query, signal),
      remove: (materialId: string) => http.request<void>('DELETE', `${V1}/materials/${id(materialId)}`),
    },
    gaps: {
      list: (query: Query = {}, signal?: AbortSignal) =>
        http.get<Page<QuestionView>>(`${V1}/knowledge/gaps`, query, signal),
      settle: (questionId: string, body: Settlement) =>
        http.request<QuestionView>('PATCH', `${V1}/knowledge/gaps/${id(questionId)}`, { body }),
    },
    appointments: appointmentCalls(http),
    callbacks: {
      list: (query: Query = {}, signal?: AbortSignal) =>
        http.get<Page<CallbackView>>(`${V1}/callbacks`, query, signal),
      complete: (callbackId: string, body: Completion) =>
        http.post<CallbackView>(`${V1}/callbacks/${id(callbackId)}/complete`, body),
    },
    waiting: {
      list: (query: Query = {}, signal?: AbortSignal) =>
        http.get<Page<WaitingView>>(`${V1}/waiting-list`, query, signal),
      remove: (entryId: string) => http.request<void>('DELETE', `${V1}/waiting-list/${id(entryId)}`),
    },
    jobs: {
      list: (query: Query = {}, signal?: AbortSignal) => http.get<Page<JobView>>(`${V1}/jobs`, query, signal),
      retry: (jobId: string) => http.post<JobView>(`${V1}/jobs/${id(jobId)}/retry`),
    },
    live: liveCalls(http),
    knowledge: {
      /** An answer from the documents. */
      ask: (query: string) => http.post<AnswerView>(`${V1}/query`, { query }),
      classify: (text: string) => http.post<ClassificationView>(`${V1}/classify`, { text }),
      /** @param path - another folder, inside the configured ones */
      rebuild: (path?: string) =>
        http.post<{ documents_indexed: number }>(
          `${V1}/admin/rebuild_index`,
          path === undefined ? {} : { knowledge_base_path: path },
        ),
    },
    conversations: {
      create: () => http.post<{ session_id: string; created_at: number }>(`${V1}/session/create`),
    },
    speech: {
      voices: (signal?: AbortSignal) => http.get<Record<string, string[]>>(`${V1}/voices`, undefined, signal),
      speak: (text: string, voice?: string) =>
        http.post<SpokenFile>(`${V1}/synthesize`, { text, ...(voice === undefined ? {} : { voice }) }),
    },
  };
}

/** What {@link createClient} gives. */
export type Client = ReturnType<typeof createClient>;

function callCalls(http: Http) {
  return {
    /** Newest first. `q` searches numbers, names and words; it needs `calls.pii`. */
    list: (query: Query = {}, signal?: AbortSignal) =>
      http.get<Page<CallSummary>>(`${V1}/calls`, query, signal),
    get: (callId: string, signal?: AbortSignal) =>
      http.get<CallDetail>(`${V1}/calls/${id(callId)}`, undefined, signal),
    /** What is known of the recording of a call. */
    recording: (callId: string, signal?: AbortSignal) =>
      http.get<RecordingView>(`${V1}/calls/${id(callId)}/recording`, undefined, signal),
    /** Where its audio is; takes ranges. */
    audioUrl: (callId: string) => `${V1}/calls/${id(callId)}/recording/audio`,
    deleteRecording: (callId: string) => http.request<void>('DELETE', `${V1}/calls/${id(callId)}/recording`),
    /** Ratings and notes of the staff. */
    feedback: (callId: string, signal?: AbortSignal) =>
      http.get<FeedbackView>(`${V1}/calls/${id(callId)}/feedback`, undefined, signal),
    rate: (callId: string, body: NewRating) =>
      http.post<FeedbackView['ratings'][number]>(`${V1}/calls/${id(callId)}/ratings`, body),
    note: (callId: string, body: NewNote) =>
      http.post<FeedbackView['notes'][number]>(`${V1}/calls/${id(callId)}/notes`, body),
    removeNote: (callId: string, noteId: string) =>
      http.request<void>('DELETE', `${V1}/calls/${id(callId)}/notes/${id(noteId)}`),
  };
}

function liveCalls(http: Http) {
  return {
    /** Whether this server has live calls. */
    exists: async () =>
      http.get(`${V1}/live`).then(
        () => true,
        (error: unknown) => !(error instanceof ApiFailure && error.code === 'NOT_FOUND'),
      ),
    whisper: (callId: string, body: Whisper) =>
      http.post<InstructionAnswer>(`${liveCall(callId)}/whisper`, body),
    take: (callId: string, body: Take = {}) => http.post<TakeAnswer>(`${liveCall(callId)}/take`, body),
    handBack: (callId: string, body: HandBack = {}) =>
      http.post<{ controller: 'agent' }>(`${liveCall(callId)}/hand_back`, body),
    /** To the person of the business file. */
    transfer: (callId: string) =>
      http.post<{ status: 'accepted' }>(`${liveCall(callId)}/transfer`, { target: 'person' }),
    /** @param say - in place of the usual goodbye */
    end: (callId: string, say?: string) =>
      http.post<{ status: 'accepted' }>(`${liveCall(callId)}/end`, say === undefined ? {} : { say }),
  };
}

function authCalls(http: Http) {
  const auth = `${V1}/auth`;
  return {
    me: (signal?: AbortSignal) => http.get<Me>(`${auth}/me`, undefined, signal),
    changeMe: (body: OwnChange) => http.request<UserView>('PATCH', `${auth}/me`, { body }),
    login: (email: string, password: string) =>
      http.post<{ user: UserView }>(`${auth}/login`, { email, password }),
    logout: (all = false) => http.post<void>(`${auth}/logout`, { all }),
    refresh: () => http.post<{ user: UserView }>(`${auth}/refresh`),
    register: (body: { email: string; password: string; name: string; invite?: string }) =>
      http.post<{ status: 'registered' }>(`${auth}/register`, body),
    changePassword: (current: string, chosen: string) =>
      http.post<void>(`${auth}/password`, { current, new: chosen }),
    confirmReset: (token: string, password: string) =>
      http.post<void>(`${auth}/password-reset/confirm`, { token, password }),
    verifyEmail: (token: string) => http.post<void>(`${auth}/verify-email`, { token }),
    sessions: (signal?: AbortSignal) => http.get<Page<SessionView>>(`${auth}/sessions`, undefined, signal),
    endSession: (sessionId: string) => http.request<void>('DELETE', `${auth}/sessions/${id(sessionId)}`),
    tokens: (signal?: AbortSignal) => http.get<Page<TokenView>>(`${auth}/tokens`, undefined, signal),
    addToken: (body: { name: string; permissions: Permission[]; expires_at?: string }) =>
      http.post<{ id: string; token: string }>(`${auth}/tokens`, body),
    removeToken: (tokenId: string) => http.request<void>('DELETE', `${auth}/tokens/${id(tokenId)}`),
    /** A ticket for a socket: works once, for 30 s. */
    ticket: (purpose: 'live' | 'audio' | 'conversation' | 'transcribe', callId?: string) =>
      http.post<{ ticket: string; expires_at: string }>(`${auth}/ws-ticket`, {
        purpose,
        ...(callId === undefined ? {} : { call_id: callId }),
      }),
  };
}

function userCalls(http: Http) {
  const users = `${V1}/users`;
  return {
    list: (query: Query = {}, signal?: AbortSignal) => http.get<Page<UserView>>(users, query, signal),
    create: (body: NewUser) => http.post<UserView>(users, body),
    change: (userId: string, body: UserChange) =>
      http.request<UserView>('PATCH', `${users}/${id(userId)}`, { body }),
    remove: (userId: string) => http.request<void>('DELETE', `${users}/${id(userId)}`),
    link: (userId: string, purpose: 'invite' | 'reset' | 'verify') =>
      http.post<LinkView>(`${users}/${id(userId)}/link`, { purpose }),
    audit: (query: Query = {}, signal?: AbortSignal) =>
      http.get<Page<AuditView>>(`${V1}/audit`, query, signal),
    checkAudit: () => http.get<{ whole: boolean; broken_at: number | null }>(`${V1}/audit/check`),
  };
}

function systemCalls(http: Http) {
  return {
    health: (signal?: AbortSignal) => http.get<HealthView>('/health', undefined, signal),
    /** Metrics in Prometheus' text format. */
    metrics: (signal?: AbortSignal) => http.get<string>('/metrics', undefined, signal),
    office: (signal?: AbortSignal) => http.get<OfficeView>(`${V1}/office`, undefined, signal),
    settings: (signal?: AbortSignal) => http.get<Page<SettingView>>(`${V1}/settings`, undefined, signal),
    caches: (signal?: AbortSignal) => http.get<CacheReport>(`${V1}/admin/cache`, undefined, signal),
    clearCache: (cache?: string) =>
      http.request<{ entries: number }>('POST', `${V1}/admin/cache/clear`, {
        ...(cache === undefined ? {} : { query: { cache } }),
      }),
  };
}

function appointmentCalls(http: Http) {
  const appointments = `${V1}/appointments`;
  return {
    list: (query: Query = {}, signal?: AbortSignal) =>
      http.get<Page<AppointmentView>>(appointments, query, signal),
    book: (body: NewAppointment) => http.post<AppointmentView>(appointments, body),
    /** Moves it or changes what it is about; `version` is the one that was read. */
    change: (appointmentId: string, body: ChangedAppointment) =>
      http.request<AppointmentView>('PATCH', `${appointments}/${id(appointmentId)}`, { body }),
    cancel: (appointmentId: string, version: number) =>
      http.request<AppointmentView>('DELETE', `${appointments}/${id(appointmentId)}`, { query: { version } }),
  };
}
