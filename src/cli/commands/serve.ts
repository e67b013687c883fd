import { Argument, Command } from 'commander';
import { loadConfig, readEnvironment } from '../../app/config/index.js';
import { runServer } from '../../app/serve.js';
import { print } from '../output.js';

/** `leibniz serve`: the agent, until it is told to stop. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer calls until SIGTERM or Ctrl-C')
    .addArgument(new Argument('[role]', 'what to run').choices(['all']).default('all'))
    .action(async () => {
      await runServer(loadConfig(readEnvironment()), print);
    });
}
