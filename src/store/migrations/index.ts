import { sql as initial } from './0001-initial.js';
import { sql as appointmentsWhole } from './0002-appointments-whole.js';
import { sql as accounts } from './0003-accounts.js';
import { sql as humanLines } from './0004-human-lines.js';
import { sql as noSeatOfVersion1 } from './0005-no-seat-of-version-1.js';
import { sql as materials } from './0006-materials.js';
import { sql as recordings } from './0007-recordings.js';
import { sql as outbound } from './0008-outbound.js';
import { sql as insights } from './0009-insights.js';

/** One step of the schema. Once released its text never changes; a checksum is kept in the database. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements, each ended by a semicolon at the end of its line. */
  readonly sql: string;
}

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  { number: 1, name: 'initial', sql: initial },
  { number: 2, name: 'appointments whole', sql: appointmentsWhole },
  { number: 3, name: 'accounts', sql: accounts },
  { number: 4, name: 'human lines', sql: humanLines },
  { number: 5, name: 'no seat of version 1', sql: noSeatOfVersion1 },
  { number: 6, name: 'materials', sql: materials },
  { number: 7, name: 'recordings', sql: recordings },
  { number: 8, name: 'outbound', sql: outbound },
  { number: 9, name: 'insights', sql: insights },
];
