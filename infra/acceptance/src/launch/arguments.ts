import { parseArgs } from 'node:util';

export interface Wanted {
  /** Where the figures go; absent = nowhere. */
  readonly report?: string;
  /** Names of tests, as Jest's -t takes them. */
  readonly only?: string;
  /** Whatever KUBECONFIG says: a run of all tests must not reach for a cluster that somebody works with. */
  readonly own?: boolean;
}

export const HELP = `npm run test:cluster -- [options]

  --report [FILE]   write the figures, default docs/reports/cluster.md
  --own             use a cluster on this machine, whatever KUBECONFIG says
  --only NAMES      only tests whose name matches this pattern, besides the installation

KUBECONFIG                    a cluster to use; without it one is started on this machine, and ended afterwards
KEYTURN_ACCEPTANCE_REGISTRY   with KUBECONFIG: where the images of npm run images -- --push are
KEYTURN_ACCEPTANCE_HOST       with KUBECONFIG: address at which node ports are reached, default a node's internal one`;

const REPORT = 'docs/reports/cluster.md';

/** Throws an Error with a sentence for arguments that say nothing sensible. */
export const readArguments = (argv: readonly string[]): Wanted | 'help' => {
  // A report without a file name is the last argument or stands before another option.
  const args = argv.flatMap((arg, index) => {
    const bare = arg === '--report' && (argv[index + 1] === undefined || argv[index + 1]?.startsWith('-'));
    return bare ? [arg, REPORT] : [arg];
  });
  const { values } = parseArgs({
    args,
    options: {
      report: { type: 'string' },
      only: { type: 'string' },
      own: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { report, only, own } = values;
  return { ...(report !== undefined && { report }), ...(only !== undefined && { only }), ...(own && { own }) };
};
