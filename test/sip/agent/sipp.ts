import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, ROOT, type Ended } from './agent-process.js';

const FOLDER = join(ROOT, 'sip', 'scenarios');

/** SIPp's `play_dtmf` writes to a raw socket. */
const NEEDS_ROOT: ReadonlySet<string> = new Set(['uac-dtmf-rfc4733']);

/** Names of the scenarios that can run here. */
export function scenarios(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.xml'))
    .map((file) => file.slice(0, -'.xml'.length))
    .filter((name) => !NEEDS_ROOT.has(name) || process.getuid?.() === 0);
}

/** One run of SIPp. */
export interface SippRun {
  /** Where the scenario's files are copied to and SIPp writes. */
  readonly folder: string;
  readonly scenario: string;
  readonly target: number;
  /** User part of the called address; what the call is found by in the API. Default: the scenario. */
  readonly service?: string;
  /** Puts this port into the SDP in place of SIPp's own. */
  readonly mediaPort?: number;
  /** Time that the caller stays longer than the scenario says, before its last request, ms. @defaultValue 0 */
  readonly stayMs?: number;
  readonly args?: readonly string[];
}

/** Runs one scenario; exit code 0 means that every call went as it says. */
export async function sipp(run: SippRun): Promise<Ended> {
  const { folder, scenario, target, service = scenario, mediaPort, stayMs = 0, args = ['-m', '1'] } = run;
  const source = readFileSync(join(FOLDER, `${scenario}.xml`), 'utf8');
  const file = `${service}.xml`;
  const withPort = mediaPort === undefined ? source : source.replaceAll('[media_port]', String(mediaPort));
  const text = stayMs === 0 ? withPort : stayBeforeBye(withPort, stayMs);
  writeFileSync(join(folder, file), text);
  const tone = join(folder, 'tone.ulaw');
  // Another run may be reading it.
  if (!existsSync(tone)) copyFileSync(join(FOLDER, 'tone.ulaw'), tone);
  // SIPp looks for free ports itself: one found here could be taken before SIPp binds it, and it binds three.
  const local = ['-i', '127.0.0.1'];
  const limits = ['-timeout', '60', '-timeout_error', '-nostdin'];
  const where = [`127.0.0.1:${target}`, '-sf', file, '-s', service];
  return program('sipp', [...where, ...local, ...limits, ...args], folder);
}

function stayBeforeBye(scenario: string, ms: number): string {
  const bye = scenario.lastIndexOf('<send retrans="500">');
  return `${scenario.slice(0, bye)}<pause milliseconds="${ms}"/>\n  ${scenario.slice(bye)}`;
}
