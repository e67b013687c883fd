import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'yaml';
import { loadConfig } from '../../src/app/config/index.js';
import { SETTING_KEYS } from '../../src/app/config/settings.js';
import { projectRoot } from '../../src/threads/project-root.js';

const read = (path: string): string => readFileSync(join(projectRoot(), path), 'utf8');

interface Service {
  readonly image: string;
  readonly network_mode?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number | null>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly logging?: object;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly interval: string };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

test('the build makes the command executable: npx runs it as it is, in a checkout', () => {
  const { bin } = JSON.parse(read('package.json')) as { bin: { leibniz: string } };
  expect(() => accessSync(join(projectRoot(), bin.leibniz), constants.X_OK)).not.toThrow();
});

describe('the console that the build makes', () => {
  const folder = join(projectRoot(), 'dist/web');
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const assets = readdirSync(join(folder, 'assets'));
  const kilobytes = (name: string): number =>
    gzipSync(readFileSync(join(folder, 'assets', name))).length / 1000;

  test('is small: 180 kB of script and 15 kB of style at first, 30 kB a page, compressed', () => {
    const first = assets.filter((name) => index.includes(name));
    const sizes = (names: readonly string[], ending: string): number[] =>
      names.filter((name) => name.endsWith(ending)).map(kilobytes);
    expect(sizes(first, '.js').reduce((sum, size) => sum + size, 0)).toBeLessThan(180);
    expect(sizes(first, '.css').reduce((sum, size) => sum + size, 0)).toBeLessThan(15);
    const pages = assets.filter((name) => !first.includes(name));
    expect(Math.max(...sizes(pages, '.js'))).toBeLessThan(30);
  });

  test('has compressed copies, no source maps, and no script, style or address of others in its page', () => {
    expect(assets.some((name) => name.endsWith('.js.br'))).toBe(true);
    expect(assets.filter((name) => name.endsWith('.map'))).toEqual([]);
    expect(index).not.toMatch(/<style|<script(?![^>]* src=)|https?:/);
  });
});

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  /** As compose sees it when no variable is set. */
  const compose = parse(text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1'), { merge: true }) as Compose;
  const services = Object.entries(compose.services);

  test('has the agent and what it grows on, each with a health check', () => {
    const usual = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(usual.sort()).toEqual(['agent', 'drachtio', 'minio', 'postgres', 'redis']);
    for (const [, service] of services) {
      expect(service.healthcheck?.interval).toMatch(/^\d+s$/);
      expect(service.logging).toMatchObject({ options: { 'max-size': '10m', 'max-file': '5' } });
    }
    for (const [name, service] of services.filter(([n]) => n !== 'agent')) {
      expect([name, service.healthcheck?.test?.[0]]).toEqual([name, expect.stringMatching(/^CMD(-SHELL)?$/)]);
    }
  });

  test('every variable has a default, so that it is valid as it stands', () => {
    expect(
      text.match(/\$\{[^}]*\}/g)?.filter((variable) => !/^\$\{[A-Z_]+:-[^}]*\}$/.test(variable)),
    ).toEqual([]);
  });

  test('the agent is configured with settings that exist and fit together', () => {
    const environment = Object.fromEntries(
      Object.entries(compose.services['agent']?.environment ?? {}).map(([key, value]) => [
        key,
        String(value ?? ''),
      ]),
    );
    expect(
      Object.keys(environment).filter((key) => !(SETTING_KEYS as readonly string[]).includes(key)),
    ).toEqual([]);
    const config = loadConfig(environment);
    expect(config.warnings).toEqual([]);
    expect(config.sip.server).toMatchObject({ kind: 'drachtio', port: 9022 });
  });

  test('what speaks to the agent on loopback shares the network of the machine; everything else is on loopback', () => {
    for (const [name, service] of services) {
      const onHost = ['agent', 'drachtio', 'prometheus', 'grafana'].includes(name);
      expect([name, service.network_mode]).toEqual([name, onHost ? 'host' : undefined]);
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  test('volumes and dependencies exist, images are pinned', () => {
    for (const [, service] of services) {
      for (const volume of service.volumes ?? []) {
        const source = volume.split(':')[0] ?? '';
        expect(
          source.startsWith('.') ? existsSync(join(projectRoot(), source)) : source in compose.volumes,
        ).toBe(true);
      }
      for (const [dependency, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect([dependency in compose.services, condition]).toEqual([true, 'service_healthy']);
      }
      expect(service.image).toMatch(/:(?!latest)[\w.-]+$/);
    }
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');

  test('copies folders and files that exist or are built', () => {
    const copied = [...text.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map((match) => match[1] ?? '');
    expect(copied).toEqual(
      expect.arrayContaining(['dist', 'prompts', 'knowledge_base', 'business.yaml', 'node_modules']),
    );
    for (const path of copied) expect([path, existsSync(join(projectRoot(), path))]).toEqual([path, true]);
  });

  test('runs as a user without rights, with a health check, the entry point of the package and its data in a volume', () => {
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^HEALTHCHECK /m);
    expect(text).toMatch(/^VOLUME \/data$/m);
    const { bin } = JSON.parse(read('package.json')) as { bin: { leibniz: string } };
    expect(text).toContain(`ENTRYPOINT ["node", "${bin.leibniz}"]`);
  });

  test('the build context leaves out secrets, data and what is built', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', 'data', 'node_modules', 'dist', '.git']));
  });
});
