import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LeibnizError } from '../../kernel/errors.js';
import type { App } from '../context.js';
import { sendError } from '../errors.js';

/** Nothing comes from elsewhere, and no script or style stands in a page. */
const POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self' data:", "media-src 'self' blob:"],
  ...["connect-src 'self'", "worker-src 'self'", "font-src 'self'", "manifest-src 'self'"],
  ...["base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"],
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
};

/** Encodings that the build makes, the best first, with the endings of their files. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly encoded: Partial<Record<'br' | 'gzip', Buffer>>;
}

/**
 * The console under `/console/`. Its files are read once, so that no address can name a file outside the folder; addresses
 * of pages, which the console itself knows, get index.html.
 *
 * @param folder - what `npm run build` made; where it is missing, the console says how to make it
 * @param isHttps - whether people reach it over HTTPS only
 */
export async function consoleRoutes(app: App, folder: string, isHttps: boolean): Promise<void> {
  const files = await readFiles(folder);
  const headers = isHttps ? { ...HEADERS, 'strict-transport-security': 'max-age=31536000' } : HEADERS;
  const hide = { schema: { hide: true } };

  app.get('/console', hide, async (_request, reply) => reply.redirect('/console/', 308));
  app.get('/console/*', hide, async (request, reply) => {
    void reply.headers(headers);
    const path = (request.params as { readonly '*': string })['*'];
    const file = files.get(path === '' ? 'index.html' : path);
    if (file !== undefined) return sendFile(request, reply, file, path.startsWith('assets/'));
    // A file that is gone must not be answered with a page: a browser would take it for a script.
    if (extname(path) !== '') {
      return sendError(reply, new LeibnizError('NOT_FOUND', 'The console has no such file.'));
    }
    const index = files.get('index.html');
    if (index !== undefined) return sendFile(request, reply, index, false);
    return reply
      .code(503)
      .type('text/plain; charset=utf-8')
      .send('The console has not been built: run "npm run build" and start again.\n');
  });
}

function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: ConsoleFile,
  isHashed: boolean,
): FastifyReply {
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = ENCODINGS.map(([name]) => name).find(
    (name) =>
      file.encoded[name] !== undefined &&
      new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\b)`).test(accepted),
  );
  if (encoding !== undefined) void reply.header('content-encoding', encoding);
  return reply
    .headers({
      vary: 'accept-encoding',
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
    })
    .type(file.type)
    .send((encoding === undefined ? undefined : file.encoded[encoding]) ?? file.plain);
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const bytes = new Map<string, Buffer>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    bytes.set(path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path));
  }
  const files = new Map<string, ConsoleFile>();
  for (const [path, plain] of bytes) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const encoded = Object.fromEntries(
      ENCODINGS.flatMap(([name, ending]) => {
        const made = bytes.get(path + ending);
        return made === undefined ? [] : [[name, made]];
      }),
    );
    files.set(path, { type, plain, encoded });
  }
  return files;
}
