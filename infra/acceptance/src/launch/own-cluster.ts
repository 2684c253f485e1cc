import { CLUSTER, IMAGES, run, runNode, show } from '../programs.js';

/** Variables by which kubectl and helm reach the cluster of `npm run cluster`, PATH included. */
const variables = async (): Promise<Readonly<Record<string, string>>> => {
  const script = 'eval "$1"; printf "%s\\n%s" "$KUBECONFIG" "$PATH"';
  const [kubeconfig = '', path = ''] = (await run('sh', ['-c', script, 'sh', await runNode(CLUSTER, ['env'])])).split(
    '\n',
  );
  return { KUBECONFIG: kubeconfig, PATH: path };
};

const mustSucceed = async (what: string, file: string, ...args: string[]): Promise<void> => {
  const code = await show(process.execPath, [file, ...args]);
  if (code !== 0) throw new Error(`${what} ended with ${code ?? 'a signal'}`);
};

/** Starts the cluster unless it runs, gives it the images as they are now, and ends it if it was started here. */
export const withOwnCluster = async <T>(
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> => {
  const ran = await runNode(CLUSTER, ['status']).then(
    () => true,
    () => false,
  );
  try {
    await mustSucceed('cluster up', CLUSTER, 'up');
    await mustSucceed('cluster base-images', CLUSTER, 'base-images');
    await mustSucceed('cluster load', CLUSTER, 'load', 'localhost/postgres:15');
    await mustSucceed('images', IMAGES, '--load');
    return await work(await variables());
  } finally {
    if (!ran) await mustSucceed('cluster down', CLUSTER, 'down');
  }
};
