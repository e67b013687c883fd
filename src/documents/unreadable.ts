import { LeibnizError } from '../kernel/errors.js';

/**
 * The one error of a file that cannot be read.
 *
 * @param path - the file as its owner knows it
 * @param reason - the rest of a sentence: "it is not UTF-8 text"
 */
export function unreadable(path: string, reason: string, cause?: unknown): LeibnizError {
  return new LeibnizError(
    'DOCUMENT_UNREADABLE',
    `document ${path} of the knowledge base cannot be used: ${reason}; repair or remove it`,
    { field: path, ...(cause === undefined ? {} : { cause }) },
  );
}
