import type { EngineContext } from './context.js';
import { param, parseVia, splitList } from './header-values.js';
import type { Flow, Hop } from './hop.js';
import { serialize, type SipRequest, type SipResponse } from './message.js';
import { applicationResponse, serverResponse, stampVia } from './response-builder.js';
import type { Refusal } from './screening.js';

/** Answers without keeping state, with a tag that is the same for every repetition (RFC 3261 section 8.2.7). */
export function refuseStateless(
  context: EngineContext,
  request: SipRequest,
  flow: Flow,
  refusal: Refusal,
): void {
  const { hop, tag } = placeOf(request, flow);
  context.counters.responseOut(refusal.status);
  context.transmit(hop, serialize(serverResponse(request, refusal.status, tag, refusal)), false);
}

/** Repeats an answer of the application to a request that is not shown to it. */
export function repeatStateless(
  context: EngineContext,
  request: SipRequest,
  flow: Flow,
  answer: SipResponse,
): void {
  const { hop, tag } = placeOf(request, flow);
  const { message, text } = applicationResponse(context, request, answer, {
    hop,
    toTag: tag,
    inDialog: false,
  });
  context.counters.responseOut(message.status);
  context.transmit(hop, text, false);
}

/** Where a response without state goes, and its tag. */
function placeOf(request: SipRequest, flow: Flow): { hop: Hop; tag: string } {
  const top = splitList(request.headers.get('via') ?? '')[0] ?? '';
  const via = parseVia(top);
  const branch = (via && param(via.params, 'branch')) ?? top;
  return {
    hop: via === undefined ? flow.remote : stampVia(request, via, flow),
    tag: `s${shortHash(branch)}`,
  };
}

/** A short stable digest (FNV-1a); no secret. */
function shortHash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(36);
}
