import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  /** As compose sees it when no variable is set. */
  const compose = parse(text.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1')) as Compose;
  const services = Object.entries(compose.services);

  test('has the agent and what it grows on, each with a health check', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['agent', 'drachtio', 'minio', 'postgres', 'redis']);
    for (const [, service] of services) expect(service.healthcheck?.interval).toMatch(/^\d+s$/);
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

  test('the agent and drachtio share the network of the machine; everything else is on loopback', () => {
    for (const [name, service] of services) {
      const onHost = name === 'agent' || name === 'drachtio';
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
