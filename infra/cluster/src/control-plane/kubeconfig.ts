import { join } from 'node:path';
import { renameSync, writeFileSync } from 'node:fs';
import { type Account, ACCOUNTS, type Credentials } from './credentials.js';

/** A kubeconfig with everything inside: it works wherever the address can be reached. JSON, which is YAML too. */
export const kubeconfig = (url: string, account: Account, { authority, tokens }: Credentials): string => {
  const { user } = ACCOUNTS[account];
  const certificate = Buffer.from(authority).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'keyturn', cluster: { server: url, 'certificate-authority-data': certificate } }],
    users: [{ name: user, user: { token: tokens[account] } }],
    contexts: [{ name: 'keyturn', context: { cluster: 'keyturn', user } }],
    'current-context': 'keyturn',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
};

/** The administrator's is `<dir>/kubeconfig`, the others are beside the credentials. */
export const kubeconfigPath = (dir: string, account: Account): string =>
  account === 'admin' ? join(dir, 'kubeconfig') : join(dir, 'pki', `${account}.kubeconfig`);

export const writeKubeconfigs = (dir: string, url: string, credentials: Credentials): void => {
  for (const account of Object.keys(ACCOUNTS) as Account[]) {
    const path = kubeconfigPath(dir, account);
    writeFileSync(`${path}.new`, kubeconfig(url, account, credentials), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
};
