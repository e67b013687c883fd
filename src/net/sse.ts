import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One event of a stream; comments and retry hints are left out. */
export interface SseEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** A stream sent an event larger than allowed. */
export class SseTooLarge extends Error {
  override readonly name = 'SseTooLarge';
}

/**
 * Events of a `text/event-stream` body (WHATWG HTML, 9.2): CR, LF and CRLF, comments, data over several lines, and
 * characters that are cut between two chunks. An event without its closing blank line is dropped.
 *
 * @param maxEventBytes - bound on what is kept while an event is not complete
 * @throws SseTooLarge beyond the bound
 */
export async function* sseEvents(
  chunks: AsyncIterable<Uint8Array>,
  maxEventBytes = 1_000_000,
): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder();
  let ready: SseEvent[] = [];
  let held = 0;
  const parser = createParser({
    onEvent: ({ event, data }: EventSourceMessage) => ready.push({ event, data }),
  });
  for await (const chunk of chunks) {
    held += chunk.byteLength;
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (ready.length > 0) held = 0;
    if (held > maxEventBytes) throw new SseTooLarge('an event of the stream is too large');
    const events = ready;
    ready = [];
    yield* events;
  }
}
