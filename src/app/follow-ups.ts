import { followUp } from '../dialog/core/machine/follow-up.js';
import type { Locale } from '../dialog/core/nlu/locale.js';
import type { Knowledge, KnowledgeContext, KnowledgeReply } from '../dialog/open-knowledge.js';

/** Sessions whose last question is remembered. */
const MAX_SESSIONS = 2000;

/**
 * Questions of sessions over HTTP: one that leans on the one before ("and on Fridays?") is asked with it, as in a call. What was asked
 * is kept in memory, for the sessions that asked last.
 */
export class FollowUps {
  readonly #topics = new Map<string, string>();

  constructor(
    private readonly knowledge: Pick<Knowledge, 'query'>,
    private readonly locale: Locale,
  ) {}

  async query(text: string, context: KnowledgeContext): Promise<KnowledgeReply> {
    const { session_id: session } = context;
    if (session === undefined) return this.knowledge.query(text, context);
    const { before } = followUp(text, this.#topics.get(session), this.locale);
    const reply = await this.knowledge.query(text, {
      ...context,
      ...(before === undefined ? {} : { before }),
    });
    if (reply.found) this.#remember(session, before ?? text);
    return reply;
  }

  #remember(session: string, topic: string): void {
    this.#topics.delete(session);
    this.#topics.set(session, topic);
    for (const oldest of this.#topics.keys()) {
      if (this.#topics.size <= MAX_SESSIONS) break;
      this.#topics.delete(oldest);
    }
  }
}
