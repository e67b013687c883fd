import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src/threads/project-root.js';
import { requires } from '../../support/requires.js';
import { fastScheduler } from '../../support/fast-scheduler.js';
import { openApp, sdp, type SrfApp } from './srf-app.js';

const FOLDER = join(projectRoot(), 'sip', 'scenarios');
/** Scenarios whose 33 s pass in about a second, because the server's clock runs fast. */
const SLOW = new Set(['uac-drop-ack']);
/** play_dtmf writes to a raw socket. */
const NEEDS_ROOT = new Set(['uac-dtmf-rfc4733']);

const scenarios = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.xml'))
  .map((name) => name.replace('.xml', ''))
  .filter((name) => !NEEDS_ROOT.has(name) || process.getuid?.() === 0);

/** Answers every call as an agent would: audio, telephone events, hold by the direction of the offer. */
function answerCalls({ srf }: SrfApp, delayMs: number): void {
  const mirror = (offer: string): string => {
    if (offer.includes('a=inactive')) return sdp('inactive');
    return offer.includes('a=sendonly') ? sdp('recvonly') : sdp();
  };
  srf.invite((request, response) => {
    let cancelled = false;
    request.on('cancel', () => (cancelled = true));
    setTimeout(() => {
      if (cancelled) return;
      srf.createUAS(request, response, { localSdp: sdp() }).then(
        (dialog) => {
          dialog.on('modify', (offer, answer) => answer.send(200, { body: mirror(offer.body) }));
          dialog.on('destroy', () => undefined);
        },
        () => undefined,
      );
    }, delayMs);
  });
}

requires.binary('sipp')('SIPp scenarios', () => {
  test.each(scenarios)(
    '%s',
    async (name) => {
      const app = await openApp(SLOW.has(name) ? { scheduler: fastScheduler(40) } : {});
      answerCalls(app, name === 'uac-cancel-before-200' ? 200 : 0);
      const code = await new Promise<number | null>((resolve) => {
        const scenario = ['-sf', `${name}.xml`, '-m', '1', '-timeout', '20', '-timeout_error'];
        const args = [`127.0.0.1:${app.server.port}`, '-i', '127.0.0.1', '-nostdin', ...scenario];
        spawn('sipp', args, { cwd: FOLDER, stdio: 'ignore' }).once('exit', resolve);
      });
      const { active } = app.server.stats();
      await app.close();
      expect({ code, dialogs: active.dialogs }).toEqual({ code: 0, dialogs: 0 });
    },
    30_000,
  );
});
