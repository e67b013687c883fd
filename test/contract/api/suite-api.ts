import { buildApi } from '../../../src/api/build.js';
import type { App } from '../../../src/api/context.js';
import type { ApiOptions } from '../../../src/api/options.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { fakeProgram, type FakeProgram } from './fake-ports.js';

/** A program of fakes for each test of a suite, and web sides on it that are closed after the test. */
export class SuiteApi {
  program!: FakeProgram;
  readonly #apps: App[] = [];

  constructor() {
    beforeEach(() => {
      this.program = fakeProgram();
    });
    afterEach(async () => {
      for (const app of this.#apps.splice(0)) await app.close();
    });
  }

  /** A web side on loopback, on a clock that stands, without a limit of requests unless told. */
  async build(options: Partial<ApiOptions> = {}): Promise<App> {
    const app = await buildApi(
      this.program.ports,
      { host: '127.0.0.1', version: '0.1.0', rateLimitPerMinute: 0, ...options },
      { clock: new VirtualTime() },
    );
    this.#apps.push(app);
    return app;
  }
}
