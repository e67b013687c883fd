import type { App } from '../context.js';

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
}

interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** The OpenAPI document and a page that lists it; call before the other routes are added. */
export function docsRoutes(app: App): void {
  app.get('/docs/json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/json').send(JSON.stringify(app.swagger())),
  );
  app.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(renderDocsPage(app.swagger() as unknown as Document)),
  );
}

/** A page without scripts: one table per tag. */
export function renderDocsPage(document: Document): string {
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'Other';
      const lock = (operation.security?.length ?? 0) > 0 ? 'bearer token' : '';
      const cells = [method.toUpperCase(), path, operation.summary ?? '', lock].map(escapeHtml);
      const row = `<tr><td>${cells[0]}</td><td><code>${cells[1]}</code></td><td>${cells[2]}</td><td>${cells[3]}</td></tr>`;
      byTag.set(tag, [...(byTag.get(tag) ?? []), row]);
    }
  }
  const sections = [...byTag].map(
    ([tag, rows]) => `<h2>${escapeHtml(tag)}</h2><table>${rows.join('')}</table>`,
  );
  const { title, version } = document.info;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:.3rem .8rem .3rem 0;vertical-align:top}</style>
</head><body><h1>${escapeHtml(title)} ${escapeHtml(version)}</h1>
<p>The whole description with every field: <a href="/docs/json">/docs/json</a> (OpenAPI 3.1).</p>
${sections.join('\n')}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
