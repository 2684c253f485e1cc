import { parseArgs } from 'node:util';
import { CONTROL_PLANE, type ControlPlaneDaemon } from '../control-plane/settings.js';
import { NODE_DAEMONS, type NodeDaemon } from '../node/daemons.js';

export type Command =
  | { readonly name: 'build' | 'up'; readonly controlPlaneOnly: boolean }
  | { readonly name: 'load'; readonly sources: readonly string[] }
  | { readonly name: 'restart'; readonly daemon: ControlPlaneDaemon | NodeDaemon }
  | { readonly name: 'down' | 'status' | 'base-images' | 'kubeconfig' | 'env' | 'help' };

/** A command line that cannot be understood. The message says what, and the rule. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export const HELP = `Usage: npm run cluster -- COMMAND

  build [--control-plane-only]  build the pinned binaries that are not in the cache yet
  up                            start a cluster of one node, or what of it does not run; needs root
  up --control-plane-only       start etcd, an API server and its controllers on loopback; needs no root
  down                          end everything and remove its state, also after an unclean death
  status                        what runs; exit code 1 when something does not
  restart DAEMON                kill one of those and start it again, as a crash would
  base-images                   make localhost/node:24, python:3.11 and postgres:15 in the cluster's Docker
  load IMAGE|FILE.tar…          give images, of the cluster's Docker or from files, to the node
  kubeconfig                    print the path of the administrator's kubeconfig
  env                           print shell commands that point kubectl, helm and docker at the cluster:
                                eval "$(npm run -s cluster -- env)"

KEYTURN_CLUSTER_DIR   where the cluster lives (default: below the user's state directory)
KUBEBUILDER_ASSETS    a folder with etcd, kube-apiserver and kubectl to use instead of building them`;

const PLAIN = ['down', 'status', 'base-images', 'kubeconfig', 'env', 'help'] as const;

/** Reads the arguments after `npm run cluster --`. Throws ArgumentError. */
export const parseArguments = (argv: readonly string[]): Command => {
  const { values, positionals } = parse(argv);
  const [name, ...rest] = positionals;
  if (values.help || name === undefined) return { name: 'help' };
  const controlPlaneOnly = values['control-plane-only'] ?? false;
  if (controlPlaneOnly && name !== 'build' && name !== 'up') {
    throw new ArgumentError('--control-plane-only: belongs to build and up');
  }
  if (name === 'load') {
    if (rest.length === 0) throw new ArgumentError('load: name at least one image or file');
    return { name, sources: rest };
  }
  if (name === 'restart') return { name, daemon: daemonOf(rest) };
  if (rest.length > 0) throw new ArgumentError(`${name}: takes no further argument, not ${rest[0]}`);
  if (name === 'build' || name === 'up') return { name, controlPlaneOnly };
  const plain = PLAIN.find((known) => known === name);
  if (plain === undefined) throw new ArgumentError(`${name}: is no command; try help`);
  return { name: plain };
};

const DAEMONS = [...CONTROL_PLANE, ...NODE_DAEMONS];

const daemonOf = (names: readonly string[]): ControlPlaneDaemon | NodeDaemon => {
  const daemon = DAEMONS.find((known) => known === names[0]);
  if (daemon === undefined || names.length > 1) throw new ArgumentError(`restart: name one of ${DAEMONS.join(', ')}`);
  return daemon;
};

const parse = (argv: readonly string[]) => {
  const options = { 'control-plane-only': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: true });
  } catch (error) {
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
};
