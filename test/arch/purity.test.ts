import ts from 'typescript';
import { parse, placeOf, sources, visit, type SourceFile } from './source-tree.js';

/** Packages without input, output, clock or randomness of their own, which cores may use. */
const PURE_PACKAGES = new Set(['luxon', 'libphonenumber-js', 'rtp.js', 'zod']);

const FORBIDDEN_GLOBALS = new Set([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'process',
  'performance',
  'fetch',
  'console',
  'crypto',
  'Promise',
  'require',
]);

const FORBIDDEN_MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'DateTime.now',
  'DateTime.local',
  'DateTime.utc',
]);

const isCore = (path: string): boolean => /^src\/(kernel|turn)\//.test(path) || /^src\/.*\/core\//.test(path);

/** What in a file breaks the rule that a core gets time, randomness and effects as arguments. */
function impurities(file: SourceFile): string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    found.push(`${placeOf(file, node)} ${what}`);
  };
  for (const edge of file.imports) {
    if (edge.isPackage && !edge.typeOnly && !PURE_PACKAGES.has(edge.target)) {
      found.push(`${file.path}:${edge.line} imports ${edge.target}`);
    }
  }
  visit(file.ast, (node) => {
    if (ts.isAwaitExpression(node)) report(node, 'await');
    else if (node.kind === ts.SyntaxKind.AsyncKeyword) report(node, 'async');
    else if (ts.isNewExpression(node) && isBareDate(node)) report(node, 'new Date() reads the clock');
    else if (ts.isPropertyAccessExpression(node)) {
      const name = `${node.expression.getText(file.ast)}.${node.name.text}`;
      const readsClock = FORBIDDEN_MEMBERS.has(name) && !(name.startsWith('DateTime.') && hasArguments(node));
      if (readsClock) report(node, name);
    } else if (ts.isIdentifier(node) && FORBIDDEN_GLOBALS.has(node.text) && isGlobalUse(node)) {
      report(node, node.text);
    }
  });
  return found;
}

function isBareDate(node: ts.NewExpression): boolean {
  return (
    ts.isIdentifier(node.expression) && node.expression.text === 'Date' && (node.arguments?.length ?? 0) === 0
  );
}

/** `DateTime.utc(2026, 1, 1)` names an instant; without arguments it is now. */
function hasArguments(node: ts.PropertyAccessExpression): boolean {
  return (
    ts.isCallExpression(node.parent) && node.parent.expression === node && node.parent.arguments.length > 0
  );
}

/** True unless the identifier is a member, a key, a type or a declaration of that name. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  if (ts.isTypeReferenceNode(parent) || ts.isQualifiedName(parent)) return false;
  const declares =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isParameter(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isBindingElement(parent) ||
    ts.isGetAccessor(parent);
  return !(declares && parent.name === node);
}

test('cores take time, randomness and effects as arguments', () => {
  expect(
    sources('src')
      .filter((file) => isCore(file.path))
      .flatMap(impurities),
  ).toEqual([]);
});

test.each([
  ['const a = Date.now();', 'Date.now'],
  ['const a = new Date();', 'new Date() reads the clock'],
  ['const a = Math.random();', 'Math.random'],
  ['const a = DateTime.now();', 'DateTime.now'],
  ['export async function f() {}', 'async'],
  ['setTimeout(f, 1);', 'setTimeout'],
  ["import { readFileSync } from 'node:fs';", 'imports node:fs'],
  ["import pino from 'pino';", 'imports pino'],
  ['const a = Promise.resolve();', 'Promise'],
])('the rule sees %s', (code, what) => {
  expect(impurities(parse('src/turn/x.ts', code))).toEqual([`src/turn/x.ts:1 ${what}`]);
});

test.each([
  'const a = new Date(5);',
  'const a = DateTime.utc(2026, 1, 1);',
  'interface A { process(): void }',
  'machine.process(1);',
  "import type { Logger } from 'pino';",
])('the rule lets %s pass', (code) => {
  expect(impurities(parse('src/turn/x.ts', code))).toEqual([]);
});
