import { ringOf, sources, type SourceFile } from './source-tree.js';

const files = sources('src');

const MIDDLE = [
  'sipserver',
  'media',
  'call',
  'speech',
  'turn',
  'dialog',
  'store',
  'telemetry',
  'live',
  'recording',
];
const LEAVES = ['kernel', 'threads', 'net', 'documents', 'outbound'];

/** Rings that each ring may import beside itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  threads: ['kernel'],
  net: ['kernel'],
  documents: ['kernel', 'threads', 'net'],
  outbound: ['kernel', 'threads'],
  ...Object.fromEntries(MIDDLE.map((ring) => [ring, LEAVES])),
  jobs: [...LEAVES, 'store', 'telemetry'],
  session: [...LEAVES, ...MIDDLE],
  api: [...LEAVES, ...MIDDLE, 'session', 'jobs'],
  client: ['api'],
  app: [...LEAVES, ...MIDDLE, 'session', 'jobs', 'api'],
  cli: [...LEAVES, ...MIDDLE, 'session', 'jobs', 'api', 'client', 'app'],
};

/** Packages that only one place may import, as patterns of paths. */
const SOLE_IMPORTERS: readonly (readonly [string, RegExp])[] = [
  ['drachtio-srf', /^src\/call\/sip-edge/],
  ['node:dgram', /^src\/(media|sipserver)\//],
  ['onnxruntime-node', /^src\/speech\//],
  ['@echogarden/rnnoise-wasm', /^src\/speech\//],
  ['pg', /^src\/store\//],
  ['@electric-sql/pglite', /^src\/store\//],
  ['bullmq', /^src\/jobs\//],
  ['ioredis', /^src\/(jobs|store|net\/cache)\//],
  ['fastify', /^src\/api\//],
  ['fastify-type-provider-zod', /^src\/api\//],
  ['@fastify/websocket', /^src\/api\//],
  ['@fastify/multipart', /^src\/api\//],
  ['@fastify/swagger', /^src\/api\//],
  ['pino', /^src\/telemetry\//],
  ['prom-client', /^src\/telemetry\//],
  ['commander', /^src\/cli\//],
  ['undici', /^src\/net\//],
  ['eventsource-parser', /^src\/net\//],
  ['@jambonz/node-client', /^src\/call\/pbx\//],
  ['rtp.js', /^src\/media\//],
  ['@energetic-ai/embeddings', /^src\/dialog\//],
  ['hnswlib-node', /^src\/dialog\//],
  ['unpdf', /^src\/documents\//],
  ['mammoth', /^src\/documents\//],
  ['linkedom', /^src\/documents\//],
  ['@mozilla/readability', /^src\/documents\//],
  ['@google/genai', /^src\/dialog\/llm\//],
  ['@modelcontextprotocol/client', /^src\/dialog\/llm\/tools\//],
  ['p-queue', /^src\/dialog\/llm\//],
  ['jsonrepair', /^src\/dialog\/llm\//],
];

test('every folder below src is a ring of the design', () => {
  expect([...new Set(files.map((file) => ringOf(file.path)))].filter((ring) => !(ring in ALLOWED))).toEqual(
    [],
  );
});

test('imports point one way: kernel and threads, the middle rings, session and jobs, api, app, cli', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const ring = ringOf(file.path);
    for (const edge of file.imports) {
      if (edge.isPackage) continue;
      const target = ringOf(edge.target);
      if (!edge.target.startsWith('src/') || (target !== ring && !ALLOWED[ring]?.includes(target))) {
        wrong.push(`${file.path}:${edge.line} imports ${edge.target}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('the client has the types of the API and nothing else of the program, so that a browser can run it', () => {
  const wrong = files
    .filter(({ path }) => ringOf(path) === 'client')
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target, typeOnly }) => !typeOnly && !target.startsWith('src/client/'))
        .map(({ target, line }) => `${path}:${line} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('the console takes from the program the client and lists without code only', () => {
  const SHARED = /^src\/(client\/|api\/core\/(permissions|password-rules)\.ts$|kernel\/vocab\.ts$)/;
  const wrong = sources('web').flatMap(({ path, imports }) =>
    imports
      .filter(({ target, typeOnly }) => !typeOnly && target.startsWith('src/') && !SHARED.test(target))
      .map(({ target, line }) => `${path}:${line} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('a core imports the kernel and cores of its own ring only', () => {
  const wrong: string[] = [];
  for (const file of files.filter(isCore)) {
    const own = ringOf(file.path);
    for (const edge of file.imports) {
      if (edge.isPackage) continue;
      const target = ringOf(edge.target);
      const fine =
        target === 'kernel' || (target === own && (own === 'turn' || /\/core\//.test(edge.target)));
      if (!fine) wrong.push(`${file.path}:${edge.line} imports ${edge.target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('there is no import cycle, types included', () => {
  expect(cycles(files)).toEqual([]);
});

test.each(SOLE_IMPORTERS.map(([name, where]) => [name, where] as const))(
  '%s is imported in %s alone',
  (name, where) => {
    const wrong = files
      .filter((file) => !where.test(file.path))
      .flatMap((file) =>
        file.imports
          .filter((edge) => edge.target === name || edge.target === name.replace('node:', ''))
          .map((edge) => `${file.path}:${edge.line}`),
      );
    expect(wrong).toEqual([]);
  },
);

test('imports name files that exist', () => {
  const known = new Set(files.map((file) => file.path));
  const wrong = files.flatMap((file) =>
    file.imports
      .filter((edge) => !edge.isPackage && edge.target.endsWith('.ts') && !known.has(edge.target))
      .map((edge) => `${file.path}:${edge.line} imports ${edge.target}`),
  );
  expect(wrong).toEqual([]);
});

function isCore(file: SourceFile): boolean {
  return /^src\/(kernel|turn)\//.test(file.path) || /^src\/.*\/core\//.test(file.path);
}

/** Strongly connected components of more than one file, and files that import themselves. */
function cycles(all: readonly SourceFile[]): string[][] {
  const edges = new Map(
    all.map((file) => [file.path, file.imports.filter((edge) => !edge.isPackage).map((edge) => edge.target)]),
  );
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const connect = (path: string): void => {
    index.set(path, index.size);
    low.set(path, index.get(path) ?? 0);
    stack.push(path);
    for (const next of edges.get(path) ?? []) {
      if (!edges.has(next)) continue;
      if (!index.has(next)) {
        connect(next);
        low.set(path, Math.min(low.get(path) ?? 0, low.get(next) ?? 0));
      } else if (stack.includes(next)) low.set(path, Math.min(low.get(path) ?? 0, index.get(next) ?? 0));
    }
    if (low.get(path) !== index.get(path)) return;
    const component = stack.splice(stack.indexOf(path));
    if (component.length > 1 || edges.get(path)?.includes(path) === true) found.push(component.sort());
  };
  for (const path of edges.keys()) if (!index.has(path)) connect(path);
  return found;
}
