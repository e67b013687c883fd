import { z } from 'zod';
import { METRIC_NAMES } from '../../store/analytics/core/metrics.js';
import { QUESTION_STATUSES } from '../../store/insight-types.js';
import { freeText, idText, instantParam, listOf, paging } from './common.js';

const windowParams = {
  from: instantParam.optional().describe('Default: seven days before `to`'),
  to: instantParam.optional().describe('Excluded. Default: now'),
  line: z.string().min(1).max(64).optional().describe('Only calls to this number'),
  persona: z.string().min(1).max(64).optional(),
};
const metric = z.enum(METRIC_NAMES);

export const summaryQuery = z.strictObject({
  ...windowParams,
  compare: z.enum(['true', 'false']).default('false').describe('With the window of the same length before'),
});
export const seriesQuery = z.strictObject({
  ...windowParams,
  metric,
  bucket: z.enum(['hour', 'day']).default('day').describe('Days are those of the office'),
});
export const breakdownQuery = z.strictObject({
  ...windowParams,
  by: z.enum(['reason', 'intent', 'outcome', 'guard', 'direction', 'line', 'persona', 'hour']),
  metric: metric
    .default('calls')
    .describe('For `line`, `persona` and `hour` (of the day); else calls are counted'),
});

const metricValue = z.object({
  value: z.number().nullable().describe('A share (0 to 1), a number or ms; null without a case'),
  n: z.number().describe('Cases it is of'),
  low: z.number().optional().describe('Bounds of the 95 % interval of a share'),
  high: z.number().optional(),
  previous: z.number().nullable().optional(),
});
const windowView = { from: z.string(), to: z.string() };

export const summaryView = z.object({ ...windowView, metrics: z.record(metric, metricValue) });
export const seriesView = z.object({
  ...windowView,
  metric,
  items: z.array(metricValue.extend({ at: z.string().describe('Beginning, ISO 8601 UTC') })),
});
export const breakdownView = z.object({
  ...windowView,
  by: z.string(),
  metric,
  items: z.array(metricValue.extend({ key: z.string() })),
});

export const questionQuery = z.strictObject({ ...paging, status: z.enum(QUESTION_STATUSES).optional() });
export const questionView = z.object({
  id: z.string(),
  question: z.string(),
  count: z.number(),
  status: z.enum(QUESTION_STATUSES),
  material_id: z.string().nullable(),
  first_at: z.string(),
  last_at: z.string(),
  last_call_id: z.string(),
});
export const questionList = listOf(questionView);
export const settleBody = z.strictObject({
  status: z.enum(QUESTION_STATUSES),
  material_id: idText.optional().describe('What was written in answer'),
});

export const ratingBody = z.strictObject({
  score: z.number().int().min(1).max(5).describe('1, bad, to 5, good'),
  reasons: z.array(z.string().trim().min(1).max(60)).max(10).default([]),
  comment: freeText.optional(),
  turn_id: z.string().min(1).max(128).optional().describe('Absent: the whole call'),
});
export const noteBody = z.strictObject({
  text: freeText,
  at_ms: z.number().int().min(0).max(86_400_000).optional().describe('Place in the call'),
});
const by = z.object({ id: z.string(), name: z.string() });
export const ratingView = z.object({
  id: z.string(),
  score: z.number(),
  reasons: z.array(z.string()),
  comment: z.string().nullable(),
  turn_id: z.string().nullable(),
  by,
  at: z.string(),
});
export const noteView = z.object({
  id: z.string(),
  text: z.string(),
  at_ms: z.number().nullable(),
  by,
  at: z.string(),
});
export const feedbackView = z.object({ ratings: z.array(ratingView), notes: z.array(noteView) });
