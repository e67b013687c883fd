import { Argument, Command, InvalidArgumentError } from 'commander';
import { loadConfig, readEnvironment } from '../../app/config/index.js';
import { ROLES, type RoleName } from '../../app/roles/alone/table.js';
import { CALL_PORT } from '../../app/roles/role.js';
import { runRole } from '../../app/serve-role.js';
import { runServer } from '../../app/serve.js';
import { print } from '../output.js';

interface ServeOptions {
  readonly port?: number;
  readonly host?: string;
}

const isAlone = (role: string): role is RoleName => Object.hasOwn(ROLES, role);

/** `leibniz serve`: the agent or one of its roles, until it is told to stop. */
export function serveCommand(): Command {
  const rows = Object.entries(ROLES).map(([name, { port, about }]) => row(name, port, about));
  return new Command('serve')
    .description('answer calls, or run one role of the agent, until SIGTERM or Ctrl-C')
    .addArgument(
      new Argument('[role]', 'what to run').choices([...Object.keys(ROLES), 'call', 'all']).default('all'),
    )
    .option(
      '--port <n>',
      'TCP port, in place of HTTP_PORT or the usual port of the role; 0: any free one',
      port,
    )
    .option('--host <address>', 'address, in place of HTTP_HOST')
    .addHelpText(
      'after',
      `\nRoles, with their usual ports:\n${[...rows, row('call', CALL_PORT, 'phones and conversations'), '  all                 everything in one process, on HTTP_PORT'].join('\n')}`,
    )
    .action(async (role: string, options: ServeOptions) => {
      const config = loadConfig({
        ...readEnvironment(),
        ...(options.host === undefined ? {} : { HTTP_HOST: options.host }),
      });
      if (isAlone(role)) await runRole(role, config, options, print);
      else await runServer(config, print, role === 'call' ? 'call' : 'all', options);
    });
}

const row = (name: string, usual: number, about: string): string => `  ${name.padEnd(13)} ${usual}  ${about}`;

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) {
    throw new InvalidArgumentError('must be a whole number from 0 to 65535.');
  }
  return value;
}
