// Builds the console into dist/web, with compressed copies beside its files, so that nothing is compressed at run time.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = import.meta.dirname;
const outDir = join(root, '../dist/web');
/** Smaller files gain nothing. */
const MIN_BYTES = 1024;

const vite = await import('vite').catch(() => undefined);
if (vite === undefined) {
  // An installation without development packages uses what was built before.
  if (!existsSync(join(outDir, 'index.html')))
    throw new Error('vite is missing: run npm install without --omit=dev');
  process.exit(0);
}

await vite.build({
  root,
  configFile: false,
  base: '/console/',
  logLevel: 'warn',
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // The policy of the console takes no data: addresses for scripts.
    assetsInlineLimit: 0,
    rolldownOptions: {
      // Marks for servers that render React, which mean nothing here.
      onLog: (level, log, handle) => log.code === 'MODULE_LEVEL_DIRECTIVE' || handle(level, log),
    },
  },
});

for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !['.js', '.css', '.svg', '.html'].includes(extname(path))) continue;
  const bytes = readFileSync(path);
  if (bytes.length < MIN_BYTES) continue;
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
}
