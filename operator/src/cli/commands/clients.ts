import { type Command, Option } from 'commander';
import { type LoginOptions, loginOf } from '../admin/administrator.js';
import { type AdminSession, asAdministrator } from '../admin/session.js';
import { EXIT } from '../exit-codes.js';
import type { Output } from '../output.js';
import type { GlobalOptions, Surroundings } from '../program.js';

/** A client as the admin API tells of it; the secret only when it is new. */
interface Client {
  readonly clientId: string;
  readonly name: string;
  readonly type: string;
  readonly scopes: readonly string[];
  readonly disabled: boolean;
  readonly clientSecret?: string | null;
}

interface NewClientOptions {
  readonly scope: readonly string[];
  readonly redirectUri: readonly string[];
  readonly type: string;
  readonly authMethod: string;
  readonly trusted: boolean;
}

type Work<A extends unknown[]> = (session: AdminSession, output: Output, ...args: A) => Promise<void>;

/** `keyturn clients`: machines and applications of other makes, through the platform's admin API. */
export function addClients(program: Command, world: Surroundings): void {
  const clients = program
    .command('clients')
    .description('machines and applications that may ask for tokens; as an administrator of the platform')
    .option('--url <url>', 'address of the platform (default: the local one, with its demo login)')
    .option('--email <address>', 'the administrator; the password is asked for, or read from standard input')
    .option('--code <code>', 'of the second factor');
  const act =
    <A extends unknown[]>(work: Work<A>) =>
    async (...args: A): Promise<void> => {
      const global = program.opts<GlobalOptions>();
      const login = await loginOf({ ...clients.opts<LoginOptions>(), ...statePath(global) }, world.stdin);
      await asAdministrator(login, (session) => work(session, world.output(global), ...args));
      world.done(EXIT.done);
    };
  clients.command('list').description('all clients').action(act(list));
  addCreate(clients, act);
  clients
    .command('rotate-secret')
    .argument('<id>')
    .description('a new secret; the old one is refused at once')
    .action(
      act(async (session, output, id: string) => {
        const path = `/clients/${encodeURIComponent(id)}/rotate-secret`;
        show(output, await session.ask<Client>({ method: 'POST', path, body: {} }));
      }),
    );
  clients
    .command('delete')
    .argument('<id>')
    .description('remove a client, with its refresh tokens')
    .action(
      act(async (session, output, id: string) => {
        await session.ask({ method: 'DELETE', path: `/clients/${encodeURIComponent(id)}` });
        if (output.json) output.record({ clientId: id, deleted: true });
        else output.line(`${id} is deleted.`);
      }),
    );
}

const statePath = ({ state }: GlobalOptions): Pick<LoginOptions, 'state'> => (state === undefined ? {} : { state });

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

function addCreate(clients: Command, act: <A extends unknown[]>(work: Work<A>) => (...args: A) => Promise<void>): void {
  clients
    .command('create')
    .argument('<name>')
    .requiredOption('--scope <scope>', 'what it may ask for; can be repeated', collect, [])
    .addOption(new Option('--type <type>').choices(['machine', 'web', 'native']).default('machine'))
    .option('--redirect-uri <url>', 'where users are sent back to; can be repeated', collect, [])
    .addOption(
      new Option('--auth-method <method>', 'how it shows its secret')
        .choices(['client_secret_basic', 'client_secret_post'])
        .default('client_secret_basic'),
    )
    .option('--trusted', 'users are not asked whether they agree', false)
    .description('a new client; its secret is shown this once')
    .action(
      act(async (session, output, name: string, options: NewClientOptions) => {
        const { scope: scopes, redirectUri: redirectUris, type, authMethod, trusted } = options;
        const body = { name, type, scopes, redirectUris, authMethod, trusted };
        show(output, await session.ask<Client>({ method: 'POST', path: '/clients', body }));
      }),
    );
}

const list: Work<[]> = async (session, output) => {
  const { clients } = await session.ask<{ clients: Client[] }>({ method: 'GET', path: '/clients' });
  if (output.json) output.record(clients);
  else if (clients.length === 0) output.line('There are no clients.');
  else for (const client of clients) output.line(lineOf(client));
};

const lineOf = ({ clientId, name, type, scopes, disabled }: Client): string =>
  `${clientId}  ${type.padEnd(7)}  ${name}  ${scopes.join(' ')}${disabled ? '  disabled' : ''}`;

const show = (output: Output, client: Client): void => {
  if (output.json) {
    output.record(client);
    return;
  }
  output.line(`client id      ${client.clientId}`);
  if (client.clientSecret) output.line(`client secret  ${client.clientSecret}   (shown this once)`);
  output.line(`scopes         ${client.scopes.join(' ')}`);
};
