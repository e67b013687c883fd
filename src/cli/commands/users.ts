import { Command } from 'commander';
import type { Role } from '../../client/types.js';
import { askAgent } from '../admin-client.js';
import { print, printJson, table } from '../output.js';

/** `leibniz user`: accounts of the running agent, with ADMIN_TOKEN where one is needed. */
export function usersCommand(): Command {
  const users = new Command('user').description('accounts of the running agent');
  users
    .command('list')
    .option('--json', 'one JSON object')
    .action(async (options: { json?: boolean }) => {
      const { items, total } = await askAgent(({ users: of }) => of.list({ limit: 500 }));
      if (options.json === true) {
        printJson({ name: 'users', n: items.length, metrics: { total }, items });
        return;
      }
      const rows = items.map((u) => [
        u.email,
        u.name,
        u.roles.join(','),
        u.disabled ? 'disabled' : 'active',
        u.last_login_at ?? 'never',
      ]);
      print(table([['ADDRESS', 'NAME', 'ROLES', 'STATUS', 'LAST SIGN-IN'], ...rows]));
    });
  users
    .command('create')
    .argument('<email>')
    .description('make an account and print the link that lets the person choose a password')
    .option('--name <name>', 'name of the person; the address when not given')
    .option('--role <role...>', 'viewer, supervisor, operator, admin', [])
    .option('--admin', 'the role admin')
    .option('--json', 'one JSON object')
    .action(async (email: string, o: { name?: string; role: string[]; admin?: boolean; json?: boolean }) => {
      // A role that is none is refused by the agent, by its name.
      const roles = [...o.role, ...(o.admin === true ? ['admin'] : [])] as Role[];
      const user = await askAgent(({ users: of }) => of.create({ email, name: o.name ?? email, roles }));
      const link = await askAgent(({ users: of }) => of.link(user.id, 'invite'));
      if (o.json === true) printJson({ name: 'user_create', n: 1, metrics: {}, user, link });
      else {
        print(`${email} can choose a password until ${link.expires_at} at\n${link.url}`);
      }
    });
  return users;
}
