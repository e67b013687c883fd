/** One version of a text and when it was meant to answer. */
export interface VersionBounds {
  /** Later versions win. */
  readonly version: number;
  /** From ever unless given. */
  readonly validFromMs?: number;
  /** For ever unless given; not included. */
  readonly validUntilMs?: number;
}

/** A time in which a version answers. */
export interface VersionSpan extends VersionBounds {
  /** From 0: a version may answer before and after a later one. */
  readonly piece: number;
}

interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * When each version answers: at any instant the latest one whose time it is. A version for the holidays leaves the one before
 * it in place until they begin and after they end.
 *
 * @returns spans that do not overlap, of the latest version first; versions that never answer are left out
 */
export function versionSpans(versions: readonly VersionBounds[]): VersionSpan[] {
  const spans: VersionSpan[] = [];
  let taken: Span[] = [];
  for (const { version, validFromMs = -Infinity, validUntilMs = Infinity } of [...versions].sort(
    (a, b) => b.version - a.version,
  )) {
    const whole = { from: validFromMs, until: validUntilMs };
    const free = taken.reduce<Span[]>((left, span) => left.flatMap((piece) => without(piece, span)), [whole]);
    free.forEach(({ from, until }, piece) => {
      spans.push({
        ...{ version, piece },
        ...(from === -Infinity ? {} : { validFromMs: from }),
        ...(until === Infinity ? {} : { validUntilMs: until }),
      });
    });
    taken = [...taken, whole];
  }
  return spans;
}

/** What of a span lies outside another. */
function without({ from, until }: Span, other: Span): Span[] {
  const before = { from, until: Math.min(until, other.from) };
  const after = { from: Math.max(from, other.until), until };
  return [before, after].filter((piece) => piece.from < piece.until);
}
