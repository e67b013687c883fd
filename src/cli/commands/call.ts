import { randomInt } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig, readEnvironment } from '../../app/config/index.js';
import { loadOffice } from '../../app/engines.js';
import { seededRng } from '../../kernel/rng.js';
import { wallMs } from '../../kernel/time.js';
import { CODEC_NAMES, type CodecChoice } from '../../media/codecs.js';
import { reportJson, reportText } from '../caller/report.js';
import { CallerLine, hostOf } from '../caller/run-call.js';
import { loadScript, parseScript, type CallScript } from '../caller/script.js';
import { scriptVariables } from '../caller/vars.js';
import { CliFailure, print, printJson } from '../output.js';

interface CallOptions {
  readonly say?: string[];
  readonly play?: string;
  readonly dtmf?: string;
  readonly script?: string;
  readonly bargeIn?: number;
  readonly voice?: string;
  readonly codec?: CodecChoice;
  readonly from: string;
  readonly loss: number;
  readonly jitter: number;
  readonly seed?: number;
  readonly var: readonly string[];
  readonly wav?: string;
  readonly json?: boolean;
}

/** `leibniz call <sip-uri>`: a simulated caller that is a real SIP and RTP user agent. */
export function callCommand(): Command {
  return new Command('call')
    .description('call an agent as a simulated caller, and report what was said and how fast it answered')
    .argument('<sip-uri>', 'for example sip:agent@127.0.0.1:5060')
    .addOption(new Option('--say <text...>', 'say this, one text per turn').conflicts('script'))
    .addOption(new Option('--play <file.wav>', 'play this file as a turn').conflicts('script'))
    .addOption(new Option('--dtmf <digits>', 'press these keys as a turn').conflicts('script'))
    .option('--script <file.yaml>', 'a conversation of several turns')
    .option(
      '--barge-in <ms>',
      'say the last text this long after the agent began to speak',
      integer(0, 60_000),
    )
    .option(
      '--voice <id>',
      'voice of the caller: rms, slt, awb, kal, kal16 (default: slt, or the one of the script)',
    )
    .addOption(
      new Option('--codec <name>', 'the only codec of the call (default: pcmu and pcma)').choices(
        CODEC_NAMES,
      ),
    )
    .option('--from <number>', 'calling number', '+15550100')
    .option('--loss <percent>', 'share of RTP packets lost in each direction', number(0, 100), 0)
    .option('--jitter <ms>', 'extra delay of each RTP packet, 0 to this', number(0, 1000), 0)
    .option('--seed <n>', 'makes random choices repeatable', integer(0, 2 ** 31))
    .option('--var <name=value>', 'set a variable of the script (repeatable)', collect, [])
    .option('--wav <file.wav>', 'stereo recording: caller left, agent right')
    .option('--json', 'one JSON object')
    .action(runCall);
}

async function runCall(uri: string, options: CallOptions): Promise<void> {
  const script = options.script === undefined ? scriptOf(options) : loadScript(options.script);
  const {
    office: { business },
  } = await loadOffice(loadConfig(readEnvironment()));
  const seed = options.seed ?? randomInt(2 ** 31);
  const vars = scriptVariables(script, business, wallMs(Date.now()), seededRng(seed));
  for (const entry of options.var) {
    const at = entry.indexOf('=');
    if (at < 1) throw new CliFailure(`leibniz: --var ${entry} must be name=value`, 2);
    vars[entry.slice(0, at)] = entry.slice(at + 1);
  }
  const host = hostOf(uri);
  const line = await CallerLine.open(
    host === 'localhost' || host.startsWith('127.') ? '127.0.0.1' : '0.0.0.0',
  );
  try {
    const report = await line.call({
      uri,
      script,
      vars,
      voice: options.voice ?? script.voice ?? 'slt',
      from: options.from,
      impairment: { lossPercent: options.loss, jitterMs: options.jitter },
      seed,
      ...(options.codec === undefined ? {} : { codec: options.codec }),
      ...(options.script === undefined ? {} : { scriptFile: options.script }),
      ...(options.wav === undefined ? {} : { wavFile: options.wav }),
      ...(options.json === true ? {} : { onLine: ({ who, text }) => print(`${who.padEnd(6)} ${text}`) }),
    });
    if (options.json === true) printJson(reportJson(report));
    else print(`\n${reportText(report)}`);
    if (report.failures.length > 0) {
      throw new CliFailure(`leibniz: the call failed: ${report.failures.join('; ')}`);
    }
  } finally {
    await line.close();
  }
}

/** The turns of a command line as a script. */
function scriptOf(options: CallOptions): CallScript {
  const steps: Record<string, unknown>[] = (options.say ?? []).map((say) => ({ say }));
  if (options.play !== undefined) steps.push({ play: options.play });
  if (options.dtmf !== undefined) steps.push({ dtmf: options.dtmf });
  const last = steps.at(-1);
  if (options.bargeIn !== undefined && last !== undefined) last['barge_in_ms'] = options.bargeIn;
  if (steps.length === 0) {
    throw new CliFailure('leibniz: say what the caller does: --say, --play, --dtmf or --script', 2);
  }
  return parseScript({ name: 'call', steps }, 'of the command line');
}

function number(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max)) {
      throw new InvalidArgumentError(`must be a number from ${min} to ${max}.`);
    }
    return value;
  };
}

function integer(min: number, max: number): (text: string) => number {
  const parse = number(min, max);
  return (text) => {
    const value = parse(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('must be a whole number.');
    return value;
  };
}

const collect = (value: string, previous: readonly string[]): string[] => [...previous, value];
