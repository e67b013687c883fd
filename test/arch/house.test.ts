import ts from 'typescript';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/threads/project-root.js';
import { filesBelow, parse, placeOf, ringOf, sources, visit, type SourceFile } from './source-tree.js';

const MAX_FUNCTION_LINES = 80;
const src = sources('src');
const web = sources('web');

/** Words of the trades that packs are made for: what an office does is data, never code. */
const TRADE =
  /\b(advis[eo]rs?|advising|students?|professors?|registrar|semesters?|tuition|campus|dentist|dental|patients?|clinic|prescriptions?|loans?|mortgages?|bankers?|checking account|FAFSA|TOEFL)\b/i;

/** The word of a trade in a row, also as a part of a name: `advisor_id`, `isPatient`. */
function tradeWordIn(row: string): string | undefined {
  const words = row.replaceAll('_', ' ').replaceAll(/([a-z])(?=[A-Z])/g, '$1 ');
  return TRADE.exec(words)?.[0];
}

/** A column of the first database had a name of its time: the steps that made it are frozen, the last one takes it away. */
const OF_ITS_TIME = ['0001-initial', '0002-appointments-whole', '0005-no-seat-of-version-1'].map(
  (name) => `src/store/migrations/${name}.ts`,
);

test('no word of a trade stands in src or in the console, whatever kind of file it is', () => {
  const files = [
    ...filesBelow('src', (path) => !OF_ITS_TIME.includes(path)),
    ...filesBelow('web', () => true),
  ];
  const found = files.flatMap((path) =>
    readFileSync(join(projectRoot(), path), 'utf8')
      .split('\n')
      .flatMap((row, k) => {
        const word = tradeWordIn(row);
        return word === undefined ? [] : [`${path}:${k + 1} ${word}`];
      }),
  );
  expect(found).toEqual([]);
});

test('a word of a trade is seen in names, too', () => {
  for (const text of [
    'advisor_id integer',
    'isPatient',
    'studentName',
    'PATIENT_ROOMS',
    'the student office',
  ]) {
    expect(tradeWordIn(text)).toBeDefined();
  }
  expect(tradeWordIn('an impatient caller; pg_advisory_lock')).toBeUndefined();
});

test(`no function of src or of the console is longer than ${MAX_FUNCTION_LINES} lines`, () => {
  expect([...src, ...web].flatMap(longFunctions)).toEqual([]);
});

function longFunctions(file: SourceFile): string[] {
  const found: string[] = [];
  visit(file.ast, (node) => {
    const isFunction =
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isArrowFunction(node) ||
      ts.isFunctionExpression(node) ||
      ts.isConstructorDeclaration(node);
    if (!isFunction || node.body === undefined) return;
    const from = file.ast.getLineAndCharacterOfPosition(node.body.getStart(file.ast)).line;
    const to = file.ast.getLineAndCharacterOfPosition(node.body.getEnd()).line;
    if (to - from + 1 > MAX_FUNCTION_LINES) found.push(`${placeOf(file, node)} ${to - from + 1} lines`);
  });
  return found;
}

/** Files that programs are started from; everything else must be reached from one of them. */
const STARTS = [
  'src/cli/main.ts',
  'src/app/config/generate-docs.ts',
  'src/api/api-worker.ts',
  'src/jobs/store-worker.ts',
  'src/dialog/knowledge-worker.ts',
  'src/documents/reader-worker.ts',
  'src/speech/worker-main.ts',
];

test('every module of src is reached from a program, a worker, a script, a benchmark or the console', () => {
  const byPath = new Map(src.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const programs = [...sources('training'), ...sources('bench'), ...web];
  const queue = [...STARTS, ...programs.map(({ path }) => path)];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const file = byPath.get(path) ?? programs.find((one) => one.path === path);
    for (const edge of file?.imports ?? []) if (!edge.isPackage) queue.push(edge.target);
  }
  const left = src.map(({ path }) => path).filter((path) => !reached.has(path) && !path.endsWith('.d.ts'));
  // Stand-ins that tests of several rings share live beside the interfaces that they implement.
  expect(left.filter((path) => !path.includes('/testing/'))).toEqual([]);
});

describe('what changes the world asks for consent', () => {
  const effects = src.find(({ path }) => path === 'src/dialog/core/effects.ts') as SourceFile;
  const CHANGES = [
    ...[
      'book',
      'move',
      'cancel',
      'join_waiting_list',
      'request_callback',
      'stop_calls',
      'transfer',
      'record',
    ],
  ];

  /** The type literals of a union that have a `type` of the given name. */
  function membersOf(name: string): ts.TypeLiteralNode[] {
    const found: ts.TypeLiteralNode[] = [];
    visit(effects.ast, (node) => {
      if (!ts.isTypeLiteralNode(node)) return;
      const type = node.members.find((member) => member.name?.getText(effects.ast) === 'type');
      if (type?.getText(effects.ast).includes(`'${name}'`) === true) found.push(node);
    });
    return found;
  }

  test.each([...CHANGES, 'disclose', 'change', 'charge'])('%s', (name) => {
    const requests = membersOf(name).filter(
      (node) => /requestId|status/.test(node.getText(effects.ast)) === false,
    );
    const text = requests.map((node) => node.getText(effects.ast)).join('\n');
    expect(text).toMatch(/readonly consent: Consent\b/);
  });

  test('hanging up on a caller who did not ask for it has another reason than a goodbye', () => {
    const goodbye = membersOf('hangup').filter((node) =>
      node.getText(effects.ast).includes("'agent_goodbye';"),
    );
    expect(goodbye.map((node) => node.getText(effects.ast)).join()).toMatch(/consent: Consent/);
  });

  test('a consent is made in one file', () => {
    const makers = src.filter(({ text }) => /\bas Consent\b/.test(text)).map(({ path }) => path);
    expect(makers).toEqual(['src/dialog/core/consent.ts']);
  });
});

test('the rules see what they are for', () => {
  expect(longFunctions(parse('src/x.ts', `function f() {\n${'g();\n'.repeat(81)}}`))).toHaveLength(1);
  expect(ringOf('src/dialog/core/x.ts')).toBe('dialog');
});
