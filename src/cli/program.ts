import { Command } from 'commander';
import { packageVersion } from '../app/serve.js';
import { cacheManagerCommand } from './commands/cache-manager.js';
import { callCommand } from './commands/call.js';
import { configCommand } from './commands/config.js';
import { indexCommand } from './commands/index-build.js';
import { jobsCommand } from './commands/jobs.js';
import { modelsCommand } from './commands/models.js';
import { packCommand } from './commands/pack.js';
import { restoreCommand } from './commands/restore.js';
import { serveCommand } from './commands/serve.js';
import { sessionsCommand } from './commands/sessions.js';
import { sttTestCommand, ttsTestCommand } from './commands/speech-tests.js';
import { usersCommand } from './commands/users.js';
import { CliFailure, explain } from './output.js';

/**
 * Runs the `leibniz` command.
 *
 * @param argv - as in `process.argv`
 * @returns the exit code: 0 when all went well, 1 when the task failed, 2 for a wrong command line
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('leibniz')
    .description('Telephony voice agent: answers calls over SIP and RTP, on this machine, offline.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError();
  const commands = [
    serveCommand,
    configCommand,
    modelsCommand,
    packCommand,
    sttTestCommand,
    ttsTestCommand,
    sessionsCommand,
    jobsCommand,
    indexCommand,
    restoreCommand,
    usersCommand,
    cacheManagerCommand,
    callCommand,
  ];
  for (const build of commands) program.addCommand(build());
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (isCommanderExit(error)) return error.exitCode === 0 ? 0 : 2;
    exitCode = error instanceof CliFailure ? error.exitCode : 1;
    process.stderr.write(`${explain(error)}\n`);
  }
  return exitCode;
}

function isCommanderExit(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.constructor.name.startsWith('Commander');
}
