import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { requires } from '../../support/requires.js';
import { openLab, type Lab } from './lab.js';

/** Calls of the load run, and how many begin a second. The full run is 200 at 10. */
const CALLS = Number(process.env['TEST_SIPP_CALLS'] ?? 40);
const RATE = Number(process.env['TEST_SIPP_RATE'] ?? 40);

requires.binary('sipp')('calls by SIPp', () => {
  let lab: Lab;
  let folder: string;

  beforeEach(async () => {
    lab = await openLab({ maxCalls: 500 });
    folder = mkdtempSync(join(tmpdir(), 'leibniz-sipp-'));
  });
  afterEach(async () => {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs SIPp against the server; resolves with its exit code, 0 when every call went as the scenario says. */
  const sipp = (...args: string[]): Promise<number | null> =>
    new Promise((resolve) => {
      const target = `127.0.0.1:${lab.server.port}`;
      const common = ['-i', '127.0.0.1', '-nostdin', '-timeout', '60', '-timeout_error'];
      spawn('sipp', [target, ...common, ...args], { cwd: folder, stdio: 'ignore' }).once('exit', resolve);
    });

  const ended = (reason: string): number => lab.host.ended.filter((end) => end.reason === reason).length;

  test(`${CALLS} calls at ${RATE} a second: none fails on either side`, async () => {
    const code = await sipp('-sn', 'uac', '-m', String(CALLS), '-r', String(RATE), '-d', '300');
    expect(code).toBe(0);
    await lab.host.until(() => lab.edge.stats().open === 0, 'the end of all calls');
    expect(ended('caller_hangup')).toBe(CALLS);
    expect(lab.host.released).toHaveLength(CALLS);
    expect(lab.host.events.filter((event) => event.type === 'confirmed')).toHaveLength(CALLS);
  }, 70_000);

  test('calls over a line that loses every tenth packet', async () => {
    const code = await sipp('-sn', 'uac', '-m', '20', '-r', '20', '-d', '100', '-lost', '10');
    expect(code).toBe(0);
    // SIPp takes a repeated 200 of the INVITE for the answer to a BYE that was lost; such a call ends without an ACK.
    await lab.host.until(() => lab.edge.stats().open === 0, 'the end of all calls', 40_000);
    expect(ended('caller_hangup') + ended('ack_timeout')).toBe(20);
    expect(ended('caller_hangup')).toBeGreaterThanOrEqual(15);
  }, 70_000);

  test('calls over TCP', async () => {
    const code = await sipp('-sn', 'uac', '-m', '10', '-r', '20', '-d', '100', '-t', 't1');
    expect(code).toBe(0);
    expect(ended('caller_hangup')).toBe(10);
  }, 70_000);
});
