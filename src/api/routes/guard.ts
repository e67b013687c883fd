import { z } from 'zod';
import type { GuardVerdict } from '../../dialog/guard/core/types.js';
import type { App, RouteContext } from '../context.js';
import { failures } from '../schemas/common.js';

/** Longer texts are no longer judged: of a caller more than 1,000 characters are `too_long`. */
const MAX_CHARS = 20_000;
const MAX_CONTEXT_CHARS = 4000;

const config = { textEntry: true } as const;
const tags = ['Guard'];
const body = z.object({ text: z.string().min(1).max(MAX_CHARS) });
const reason = z.string().optional().describe('The gravest reason; absent where the text goes on as it is');
const safe = z.boolean().describe('False when the text goes nowhere');
const more = {
  action: z.enum(['allow', 'mask', 'block', 'escalate']),
  reasons: z.array(z.string()),
  scores: z.object({ injection: z.number().optional(), toxic: z.number().optional() }),
};
const inputVerdict = z.object({
  ...{ safe, reason },
  sanitized: z.string().describe('The text as it may go on; empty when it may not'),
  ...more,
});
const outputVerdict = z.object({
  ...{ safe, reason },
  filtered: z.string().describe('The text as it may be said; empty when it may not'),
  ...more,
});
const escalation = z
  .object({
    context: z.string().trim().min(1).max(MAX_CONTEXT_CHARS).optional(),
    reason: z.string().trim().min(1).max(MAX_CONTEXT_CHARS).optional(),
  })
  .refine(({ context, reason: why }) => context !== undefined || why !== undefined, {
    path: ['context'],
    message: 'say what is to be reviewed, as context or as reason',
  });

/** What the guard says to everybody; the words are part of the interface. */
const REVIEW = 'This request requires human review.';

const answer = ({ action, reasons, scores }: GuardVerdict) => ({
  safe: action === 'allow' || action === 'mask',
  ...(reasons[0] === undefined ? {} : { reason: reasons[0] }),
  ...{ action, reasons: [...reasons], scores },
});

/** Texts of callers and of the agent are judged; what needs a person is passed on. */
export function guardRoutes(app: App, { ports }: RouteContext): void {
  for (const url of ['/api/v1/guard/input', '/validate/input']) {
    app.post(
      url,
      {
        config,
        schema: {
          summary: 'Whether words of a caller may be dealt with',
          tags,
          body,
          response: { 200: inputVerdict, ...failures },
        },
      },
      async ({ body: { text } }) => {
        const verdict = await ports.guard.input(text);
        return { ...answer(verdict), sanitized: verdict.text };
      },
    );
  }
  for (const url of ['/api/v1/guard/output', '/validate/output']) {
    app.post(
      url,
      {
        config,
        schema: {
          summary: 'Whether words of the agent may be said',
          tags,
          body,
          response: { 200: outputVerdict, ...failures },
        },
      },
      async ({ body: { text } }) => {
        const verdict = await ports.guard.output(text);
        return { ...answer(verdict), filtered: verdict.text };
      },
    );
  }
  for (const url of ['/api/v1/guard/escalate', '/escalate']) {
    app.post(
      url,
      {
        config: { ...config, permission: 'test.use' },
        schema: {
          summary:
            'Passes something on to a person: an escalation among the call-backs, with its job and its alert',
          tags,
          body: escalation,
          response: { 200: z.object({ message: z.literal(REVIEW) }), ...failures },
        },
      },
      async ({ body: { context, reason: why } }) => {
        await ports.guard.escalate([context, why].filter((text) => text !== undefined).join('\n'));
        return { message: REVIEW } as const;
      },
    );
  }
}
