import { isLeibnizError } from '../kernel/errors.js';

/** A command that did its work and found something wrong; the message is for the person, on standard error. */
export class CliFailure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = 1,
  ) {
    super(message);
  }
}

/** One clear sentence about an error, for the terminal. */
export function explain(error: unknown): string {
  if (isLeibnizError(error)) return `leibniz: ${error.message}`;
  if (error instanceof CliFailure) return error.message;
  return `leibniz: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Writes one JSON object to standard output, and nothing else. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Writes lines for a person to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Columns of equal width. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
