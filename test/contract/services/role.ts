import { startRoleServer, type RoleServer } from '../../../src/api/role-server.js';
import type { ServicePorts } from '../../../src/api/services/wire.js';
import { SILENT_API_LOG } from '../../../src/api/options.js';

/** A role over real HTTP that can be killed and started again on its port. */
export class TestRole {
  #server: RoleServer | undefined;
  #port = 0;

  constructor(
    private readonly services: ServicePorts,
    private readonly token?: string,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<this> {
    const options = {
      host: '127.0.0.1',
      port: this.#port,
      version: '0.0.0',
      token: this.token,
      log: SILENT_API_LOG,
    };
    const system = {
      health: () =>
        Promise.resolve({ status: 'healthy' as const, uptime_seconds: 1, version: '0.0.0', services: {} }),
      ready: () => Promise.resolve({ ready: true as const, models: [] }),
      metrics: () => Promise.resolve(''),
    };
    this.#server = await startRoleServer({ ...options, routes: [] }, { system }, this.services);
    this.#port = this.#server.port;
    return this;
  }

  async down(): Promise<void> {
    await this.#server?.close();
  }
}
