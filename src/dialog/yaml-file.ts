import { isMap, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { LeibnizError, type ErrorCode } from '../kernel/errors.js';

/** Something wrong in a file of a pack: where, and what to do. */
export interface FileProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Path of the key, joined by dots; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what is allowed, without file and line. */
  readonly message: string;
  readonly code: ErrorCode;
}

/** A YAML file as it was read, with the places of its keys. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Line of a key or of the deepest of its parents that is there, from 1. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** The problem as an error that names file, line and key. */
export const problemError = ({ file, line, key, message, code }: FileProblem): LeibnizError =>
  new LeibnizError(code, `${file}:${line}: ${message}`, { field: key === '' ? file : key });

/**
 * Reads YAML and remembers where its keys stand.
 *
 * @returns the problem when the text is no YAML
 */
export function readYaml(text: string, file: string): YamlFile | FileProblem {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    const message = `no valid YAML: ${error.message}.`;
    return { file, line: Math.max(1, line), key: '', message, code: 'CONFIG_INVALID' };
  }
  return {
    file,
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    lineOf: (path) => Math.max(1, lines.linePos(offsetOf(document, path)).line),
  };
}

/** True for the problem of {@link readYaml}. */
export const isProblem = (value: YamlFile | FileProblem): value is FileProblem => 'message' in value;

/** Where a path begins: at its key where it has one, else at its value, else at its nearest parent. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const keys = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  for (let depth = keys.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(keys.slice(0, depth - 1), true);
    const key = keys[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0] ?? 0;
      continue;
    }
    const node: unknown = document.getIn(keys.slice(0, depth), true);
    const range = (node as { readonly range?: readonly number[] } | undefined)?.range;
    if (range?.[0] !== undefined) return range[0];
  }
  return 0;
}

/**
 * Checks a file against a schema.
 *
 * @returns the value, or every problem with its line
 */
export function checkYaml<T>(
  yaml: YamlFile,
  schema: z.ZodType<T>,
): { readonly value: T } | { readonly problems: readonly FileProblem[] } {
  const parsed = schema.safeParse(yaml.value);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => issueProblems(issue, yaml)) };
}

function issueProblems(issue: z.core.$ZodIssue, yaml: YamlFile): readonly FileProblem[] {
  const { file } = yaml;
  return describeIssue(issue, yaml.value).map(({ path, message }) => ({
    file,
    line: yaml.lineOf(path),
    key: path.join('.'),
    message,
    code: 'CONFIG_INVALID',
  }));
}

/** An issue in words: which key, what it is, what is allowed. */
export function describeIssue(
  issue: z.core.$ZodIssue,
  value: unknown,
): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const path = [...issue.path, name];
      return { path, message: `${path.join('.')} is no known key; remove it or correct its spelling.` };
    });
  }
  const { path } = issue;
  const given = path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
  const shown = given === undefined ? 'is missing' : `is ${JSON.stringify(given).slice(0, 80)}`;
  const name = path.length === 0 ? 'the file' : path.join('.');
  return [{ path, message: `${name} ${shown}; allowed: ${issue.message}.` }];
}
