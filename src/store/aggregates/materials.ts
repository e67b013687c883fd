import { randomUUID } from 'node:crypto';
import type { Section } from '../../kernel/document.js';
import { LeibnizError } from '../../kernel/errors.js';
import { CRAWL_JOB } from '../job-types.js';
import type { Database, Queryable, Row } from '../db/database.js';
import { storableJson, storableText, type JsonValue } from '../journal-event.js';
import {
  MAX_MATERIAL_CHARS,
  type Material,
  type Materials,
  type MaterialVersion,
  type NewMaterial,
  type NewVersion,
} from '../material-types.js';
import { addJob } from './jobs.js';
import { Conditions, json, listPage, ms, num, optional, text } from './rows.js';

/** Columns of a version without its text. */
const VERSION_COLUMNS =
  'material_id, version, file_path, kind, bytes, sha256, chars, language, valid_from_ms, valid_until_ms, created_at_ms';
/** Materials that are listed whole: as many as an index takes. */
const MAX_ALL = 5000;

/** Materials over a database. @param onJob - told when a job waits */
export function materialsOf(db: Database, wallNow: () => number, onJob: () => void): Materials {
  return {
    add: (material) => db.transaction((tx) => insertMaterial(tx, material, wallNow())),
    addVersion: (id, version) =>
      db.transaction(async (tx) => {
        const { rows } = await tx.query('SELECT id FROM leibniz.materials WHERE id = $1 FOR UPDATE', [id]);
        if (rows[0] === undefined) return undefined;
        await insertVersion(tx, id, version, wallNow());
        return findMaterial(tx, id);
      }),
    list: async (query = {}) => {
      const conditions = new Conditions()
        .add('position(lower(?) in lower(title)) > 0', query.text)
        .add('subject = ?', query.subject)
        .add('user_id = ?', query.userId)
        .add('source = ?', query.source);
      const order = 'updated_at_ms DESC, id';
      const found = await listPage(db, query, { table: 'materials', conditions, order, view: (row) => row });
      return { items: await withVersions(db, found.items), total: found.total };
    },
    get: (id) => findMaterial(db, id),
    remove: async (id) => {
      const { rows } = await db.query('DELETE FROM leibniz.materials WHERE id = $1 RETURNING id', [id]);
      return rows.length > 0;
    },
    all: async () => {
      const { rows } = await db.query(`SELECT * FROM leibniz.materials ORDER BY id LIMIT ${MAX_ALL}`);
      return withVersions(db, rows);
    },
    sections: async (id, version) => {
      const { rows } = await db.query(
        'SELECT sections FROM leibniz.material_versions WHERE material_id = $1 AND version = $2',
        [id, version],
      );
      return rows[0] === undefined ? undefined : (json(rows[0], 'sections') as unknown as readonly Section[]);
    },
    crawl: async (request) => {
      const id = randomUUID();
      const payload = request as unknown as JsonValue;
      await db.transaction((tx) => addJob(tx, { id, type: CRAWL_JOB, payload }, wallNow()));
      onJob();
      return id;
    },
  };
}

/** Writes a material with its first version. */
export async function insertMaterial(tx: Queryable, material: NewMaterial, nowMs: number): Promise<Material> {
  const id = randomUUID();
  const { userId, title, subject, source } = material;
  await tx.query(
    `INSERT INTO leibniz.materials (id, user_id, title, subject, source, created_at_ms, updated_at_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $6)`,
    [
      id,
      userId ?? null,
      storableText(title),
      subject === undefined ? null : storableText(subject),
      source,
      Math.trunc(nowMs),
    ],
  );
  await insertVersion(tx, id, material, nowMs);
  const made = await findMaterial(tx, id);
  if (made === undefined) throw new LeibnizError('INTERNAL', 'The material is not there.');
  return made;
}

/** Writes a version after those of its material. */
export async function insertVersion(
  tx: Queryable,
  materialId: string,
  version: NewVersion,
  nowMs: number,
): Promise<void> {
  const chars = version.sections.reduce((sum, { paragraphs }) => sum + paragraphs.join('').length, 0);
  const held = await tx.query('SELECT coalesce(sum(chars), 0) AS n FROM leibniz.material_versions');
  if (num(held.rows[0] ?? {}, 'n') + chars > MAX_MATERIAL_CHARS) {
    throw new LeibnizError(
      'CAPACITY_FULL',
      'All materials together are too long: remove those that are no longer needed.',
    );
  }
  await tx.query(
    `INSERT INTO leibniz.material_versions (material_id, version, file_path, kind, bytes, sha256, chars, language,
       valid_from_ms, valid_until_ms, sections, created_at_ms)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11
       FROM leibniz.material_versions WHERE material_id = $1`,
    [
      materialId,
      storableText(version.filePath),
      version.kind,
      version.bytes,
      version.sha256,
      chars,
      version.language ?? null,
      version.validFromMs ?? null,
      version.validUntilMs ?? null,
      storableJson(version.sections as unknown as JsonValue),
      Math.trunc(nowMs),
    ],
  );
  await tx.query('UPDATE leibniz.materials SET updated_at_ms = $2 WHERE id = $1', [
    materialId,
    Math.trunc(nowMs),
  ]);
}

async function findMaterial(db: Queryable, id: string): Promise<Material | undefined> {
  const { rows } = await db.query('SELECT * FROM leibniz.materials WHERE id = $1', [storableText(id)]);
  const [found] = await withVersions(db, rows);
  return found;
}

async function withVersions(db: Queryable, rows: readonly Row[]): Promise<Material[]> {
  if (rows.length === 0) return [];
  const versions = await db.query(
    `SELECT ${VERSION_COLUMNS} FROM leibniz.material_versions WHERE material_id = ANY($1::text[])
     ORDER BY material_id, version DESC`,
    [rows.map((row) => text(row, 'id'))],
  );
  const byMaterial = new Map<string, MaterialVersion[]>();
  for (const row of versions.rows) {
    const id = text(row, 'material_id');
    byMaterial.set(id, [...(byMaterial.get(id) ?? []), toVersion(row)]);
  }
  return rows.map((row) => toMaterial(row, byMaterial.get(text(row, 'id')) ?? []));
}

function toMaterial(row: Row, versions: readonly MaterialVersion[]): Material {
  return {
    id: text(row, 'id'),
    ...optional(row, 'user_id', 'userId', text),
    title: text(row, 'title'),
    ...optional(row, 'subject', 'subject', text),
    source: text(row, 'source') as Material['source'],
    createdAtMs: ms(row, 'created_at_ms'),
    updatedAtMs: ms(row, 'updated_at_ms'),
    versions,
  };
}

function toVersion(row: Row): MaterialVersion {
  return {
    version: num(row, 'version'),
    filePath: text(row, 'file_path'),
    kind: text(row, 'kind'),
    bytes: num(row, 'bytes'),
    sha256: text(row, 'sha256'),
    chars: num(row, 'chars'),
    ...optional(row, 'language', 'language', text),
    ...optional(row, 'valid_from_ms', 'validFromMs', ms),
    ...optional(row, 'valid_until_ms', 'validUntilMs', ms),
    createdAtMs: ms(row, 'created_at_ms'),
  };
}
