import { sql as initial } from './0001-initial.js';

/** One step of the schema. Once released its text never changes; a checksum is kept in the database. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements, each ended by a semicolon at the end of its line. */
  readonly sql: string;
}

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [{ number: 1, name: 'initial', sql: initial }];
