import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../../src/threads/project-root.js';

/** Where one module names another. */
export interface ImportEdge {
  /** Path from the project folder of a file of this project, or the name of a package. */
  readonly target: string;
  readonly isPackage: boolean;
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A parsed file of the project. */
export interface SourceFile {
  /** Path from the project folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly ast: ts.SourceFile;
  readonly imports: readonly ImportEdge[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', '.git', 'data']);

/** Paths of all files below a folder of the project, from the project folder. */
export function filesBelow(folder: string, accept: (path: string) => boolean): string[] {
  const root = projectRoot();
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      else if (entry.isFile() && !SKIPPED.has(entry.name)) {
        const short = relative(root, path).replaceAll('\\', '/');
        if (accept(short)) found.push(short);
      }
    }
  };
  walk(join(root, folder));
  return found.sort();
}

/** The parsed TypeScript files below a folder, with and without JSX. */
export function sources(folder: string): SourceFile[] {
  return filesBelow(folder, (path) => /\.tsx?$/.test(path)).map((path) => {
    const text = readFileSync(join(projectRoot(), path), 'utf8');
    return parse(path, text);
  });
}

/** Parses the text of one file. */
export function parse(path: string, text: string): SourceFile {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  return { path, text, ast, imports: importsOf(path, ast) };
}

/** Visits every node below (and including) one. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** `path:line` of a node, for failures that a person can click. */
export function placeOf(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.ast.getLineAndCharacterOfPosition(node.getStart(file.ast)).line + 1}`;
}

function importsOf(path: string, ast: ts.SourceFile): ImportEdge[] {
  const edges: ImportEdge[] = [];
  const add = (node: ts.Node, specifier: string, typeOnly: boolean): void => {
    const line = ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
    const isPackage = !specifier.startsWith('.');
    const target = isPackage ? packageName(specifier) : resolveLocal(path, specifier);
    edges.push({ target, isPackage, typeOnly, line });
  };
  visit(ast, (node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      if (!ts.isStringLiteral(node.moduleSpecifier)) return;
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.isTypeOnly === true
        : node.isTypeOnly;
      add(node, node.moduleSpecifier.text, typeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node, node.argument.literal.text, true);
    } else if (ts.isCallExpression(node)) {
      const [argument] = node.arguments;
      const loads =
        node.expression.kind === ts.SyntaxKind.ImportKeyword ||
        (ts.isIdentifier(node.expression) && /^require/.test(node.expression.text)) ||
        (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'resolve');
      if (loads && argument !== undefined && ts.isStringLiteral(argument)) add(node, argument.text, false);
    }
  });
  return edges;
}

function resolveLocal(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts');
}

/** `@scope/name/sub` -> `@scope/name`, `node:fs/promises` -> `node:fs`. */
function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
}

/** `src/media/core/x.ts` -> `media`. */
export function ringOf(path: string): string {
  return path.split('/')[1] ?? '';
}
