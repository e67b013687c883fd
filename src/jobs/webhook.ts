import { createHmac } from 'node:crypto';

/** A failure that repeating cannot cure. Its message is kept with the job and holds no personal data. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** A failure that may pass. Its message is kept with the job and holds no personal data. */
export class TransientFailure extends Error {
  override readonly name = 'TransientFailure';
}

export interface WebhookOptions {
  /** http or https. */
  readonly url: string;
  readonly secret: string;
  /** Longest wait for the answer. */
  readonly timeoutMs: number;
}

/**
 * Value of the header `x-leibniz-signature`: `t=<seconds>,v1=<hex>`, where the hex is the HMAC-SHA256 of
 * `<seconds>.<body>` under the secret. A receiver recomputes it and refuses old seconds.
 */
export function signature(body: string, secret: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

/**
 * Posts a signed body. Redirects are not followed: the body is personal data and goes to the configured host only.
 *
 * @param deliveryId - the same for every attempt, sent as `x-leibniz-delivery`; receivers use it to drop repetitions
 * @returns the status of the answer, 200-299
 * @throws PermanentFailure - the receiver refused it (3xx, 4xx except 408 and 429)
 * @throws TransientFailure - no answer in time, or 408, 429, 5xx
 */
export async function postSigned(
  options: WebhookOptions,
  deliveryId: string,
  body: string,
  nowMs: number,
): Promise<number> {
  const response = await send(options, deliveryId, body, nowMs);
  // The answer's body is of no interest; leaving it unread would hold the connection.
  await response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (status >= 200 && status < 300) return status;
  if (status >= 500 || status === 408 || status === 429) {
    throw new TransientFailure(`the receiver of FOLLOWUP_WEBHOOK_URL answered ${status}`);
  }
  const hint = status < 400 ? '; redirects are not followed' : '';
  throw new PermanentFailure(`the receiver of FOLLOWUP_WEBHOOK_URL answered ${status}${hint}`);
}

async function send(
  options: WebhookOptions,
  deliveryId: string,
  body: string,
  nowMs: number,
): Promise<Response> {
  try {
    return await fetch(options.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'leibniz',
        'x-leibniz-delivery': deliveryId,
        'x-leibniz-signature': signature(body, options.secret, nowMs),
      },
      body,
    });
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const { cause } = error as { cause?: { code?: unknown } };
    const code = typeof cause?.code === 'string' ? ` (${cause.code})` : '';
    throw new TransientFailure(
      late
        ? `the receiver of FOLLOWUP_WEBHOOK_URL did not answer within ${options.timeoutMs} ms`
        : `the receiver of FOLLOWUP_WEBHOOK_URL cannot be reached${code}`,
    );
  }
}
