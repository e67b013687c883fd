import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ERROR_CATALOGUE } from '../../src/kernel/errors.js';
import { METRIC_NAMES } from '../../src/telemetry/catalogue.js';
import { projectRoot } from '../../src/threads/project-root.js';
import { filesBelow, parse, placeOf, sources, visit, type SourceFile } from './source-tree.js';

const MAX_LINES = 450;
const src = sources('src');
const web = sources('web');
const tests = sources('test');
const read = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');

test(`no file of src or of the console is longer than ${MAX_LINES} lines`, () => {
  const long = [...src, ...web]
    .map((file) => ({ path: file.path, lines: file.text.split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});

test('process.env is read in app/config alone', () => {
  expect(src.filter((file) => !file.path.startsWith('src/app/config/')).flatMap(environmentReads)).toEqual(
    [],
  );
});

test('console is used in cli alone', () => {
  const found: string[] = [];
  for (const file of src.filter(({ path }) => !path.startsWith('src/cli/'))) {
    visit(file.ast, (node) => {
      if (ts.isPropertyAccessExpression(node) && node.expression.getText(file.ast) === 'console') {
        found.push(placeOf(file, node));
      }
    });
  }
  expect(found).toEqual([]);
});

test('no test is singled out or switched off', () => {
  const found: string[] = [];
  for (const file of tests) {
    visit(file.ast, (node) => {
      if (!ts.isPropertyAccessExpression(node)) return;
      const of = node.expression.getText(file.ast);
      if (node.name.text === 'only' && /^(describe|test|it)\b/.test(of)) found.push(placeOf(file, node));
    });
  }
  expect(found).toEqual([]);
});

test('tests outside sip and contract do not sleep', () => {
  const REAL = /^test\/(sip|contract|eval|support)\//;
  const found: string[] = [];
  for (const file of tests.filter(({ path }) => !REAL.test(path))) {
    for (const edge of file.imports) {
      if (edge.target === 'node:timers') found.push(`${file.path}:${edge.line}`);
    }
    visit(file.ast, (node) => {
      if (
        ts.isCallExpression(node) &&
        /^(setTimeout|setInterval|Atomics\.wait)$/.test(node.expression.getText(file.ast))
      ) {
        found.push(placeOf(file, node));
      }
    });
  }
  expect(found).toEqual([]);
});

test('docs/errors.md has one row per error code, and no other', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
  expect([...rows].sort()).toEqual(Object.keys(ERROR_CATALOGUE).sort());
});

test('every error code is used', () => {
  const code = src
    .filter((file) => file.path !== 'src/kernel/errors.ts')
    .map((file) => file.text)
    .join('\n');
  expect(Object.keys(ERROR_CATALOGUE).filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});

test('every metric is recorded', () => {
  const code = src
    .filter((file) => file.path !== 'src/telemetry/catalogue.ts')
    .map((file) => file.text)
    .join('\n');
  expect(METRIC_NAMES.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
});

describe('log calls', () => {
  /** Keys that hold personal data unless they stand under `pii`. */
  const PERSONAL =
    /^(from|to|caller|callee|callerNumber|callerName|number|phone|phoneNumber|name|userName|user_name|displayName|text|transcript|said|heard|utterance|purpose|email|uri|sdp|body)$/i;

  test('messages are constants and personal data stands under pii', () => {
    expect(src.flatMap(logFaults)).toEqual([]);
  });

  test.each([
    ["log.info({ from: 'x' }, 'a call');", 'key from'],
    ["this.#log.warn({ call: { userName } }, 'a call');", 'key userName'],
    ['logger.error({ err }, `failed ${name}`);', 'message is not a constant'],
    ["o.log.info({ text }, 'said');", 'key text'],
    ["log.debug({ callId, ...event }, 'event');", 'key of a spread'],
  ])('the rule sees %s', (code, fault) => {
    expect(logFaults(parse('src/x.ts', code))).toEqual([`src/x.ts:1 ${fault}`]);
  });

  test.each([
    "log.info({ pii: { from, text } }, 'a call');",
    "log.info({ port }, 'listening');",
    'math.log.abs(x);',
  ])('the rule lets %s pass', (code) => {
    expect(logFaults(parse('src/x.ts', code))).toEqual([]);
  });

  function logFaults(file: SourceFile): string[] {
    const found: string[] = [];
    visit(file.ast, (node) => {
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
      const { expression, name } = node.expression;
      if (!/^(trace|debug|info|warn|error|fatal)$/.test(name.text)) return;
      if (!/(^|[.#])(log|logger)$/i.test(expression.getText(file.ast))) return;
      const [fields, message] = node.arguments;
      const text = message ?? fields;
      if (text !== undefined && !ts.isStringLiteral(text) && !ts.isNoSubstitutionTemplateLiteral(text)) {
        // Wrappers pass a message on; everything else is a constant.
        if (!ts.isIdentifier(text)) found.push(`${placeOf(file, node)} message is not a constant`);
      }
      if (fields !== undefined && ts.isObjectLiteralExpression(fields)) {
        for (const key of personalKeys(fields)) found.push(`${placeOf(file, node)} key ${key}`);
      }
    });
    return found;
  }

  function personalKeys(object: ts.ObjectLiteralExpression): string[] {
    return object.properties.flatMap((property) => {
      // What a spread object holds cannot be seen here; `...(a ? { b } : {})` can.
      if (ts.isSpreadAssignment(property)) {
        return /^[\w.#]+$/.test(property.expression.getText()) ? ['of a spread'] : [];
      }
      const key = property.name?.getText() ?? '';
      if (key === 'pii') return [];
      if (PERSONAL.test(key)) return [key];
      if (!ts.isPropertyAssignment(property)) return [];
      return ts.isObjectLiteralExpression(property.initializer) ? personalKeys(property.initializer) : [];
    });
  }
});

test('the tree names no path of a workplace', () => {
  // Put together here, so that this file does not name them either.
  const words = [['', 'work', ''].join('/'), ['..', 'shared'].join('/')];
  const TEXT =
    /\.(ts|js|cjs|mjs|json|md|yaml|yml|xml|txt|sh|toml)$|(^|\/)(Dockerfile|LICENSE|\.[a-z]+[a-z.]*)$/;
  const found = filesBelow('.', (path) => TEXT.test(path) && path !== 'package-lock.json').filter((path) => {
    const text = read(path);
    return words.some((word) => new RegExp(`(^|[^\\w.])${word.replaceAll('.', '\\.')}`, 'm').test(text));
  });
  expect(found).toEqual([]);
});

function environmentReads(file: SourceFile): string[] {
  const found: string[] = [];
  visit(file.ast, (node) => {
    const reads =
      (ts.isPropertyAccessExpression(node) &&
        node.name.text === 'env' &&
        node.expression.getText(file.ast) === 'process') ||
      (ts.isElementAccessExpression(node) && node.expression.getText(file.ast) === 'process');
    if (reads) found.push(placeOf(file, node));
  });
  return found;
}
