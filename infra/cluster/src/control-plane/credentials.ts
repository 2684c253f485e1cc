import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAuthority, makeCertificate } from './openssl.js';

/** Who may talk to the API server with a token: user name, and groups. */
export const ACCOUNTS = {
  admin: { user: 'admin', group: 'system:masters' },
  'controller-manager': { user: 'system:kube-controller-manager', group: 'system:authenticated' },
  scheduler: { user: 'system:kube-scheduler', group: 'system:authenticated' },
  proxy: { user: 'system:kube-proxy', group: 'system:authenticated' },
  kubelet: { user: 'system:node:node', group: 'system:nodes' },
} as const;

export type Account = keyof typeof ACCOUNTS;

/** What is below `<dir>/pki`. */
export interface Credentials {
  readonly folder: string;
  /** The authority's certificate, PEM. */
  readonly authority: string;
  /** Static tokens by account. */
  readonly tokens: Readonly<Record<Account, string>>;
}

const SERVICE_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

/** The authority, certificates, tokens and service account keys of a cluster, made once; all of them or none. */
export const openCredentials = async (dir: string, addresses: readonly string[]): Promise<Credentials> => {
  const folder = join(dir, 'pki');
  if (!existsSync(folder)) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { mode: 0o700 });
    await fill(draft, addresses);
    renameSync(draft, folder);
  }
  return { folder, authority: readFileSync(join(folder, 'ca.crt'), 'utf8'), tokens: readTokens(folder) };
};

const fill = async (folder: string, addresses: readonly string[]): Promise<void> => {
  const names = [...SERVICE_NAMES, 'kubernetes.default.svc.cluster.local'].map((name) => `DNS:${name}`);
  const alternatives = [...addresses.map((address) => `IP:${address}`), ...names];
  await makeAuthority(folder, '/CN=keyturn-cluster');
  await makeCertificate(folder, {
    name: 'apiserver',
    subject: '/CN=kube-apiserver',
    extension: `subjectAltName=${alternatives.join(',')}`,
  });
  await makeCertificate(folder, {
    name: 'to-kubelet',
    subject: '/O=system:masters/CN=kube-apiserver',
    extension: 'extendedKeyUsage=clientAuth',
  });
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  });
  writeFileSync(join(folder, 'service-accounts.pub'), publicKey);
  writeFileSync(join(folder, 'service-accounts.key'), privateKey, { mode: 0o600 });
  const rows = Object.values(ACCOUNTS).map(({ user, group }) => [randomBytes(24).toString('hex'), user, user, group]);
  writeFileSync(join(folder, 'tokens.csv'), `${rows.map((row) => row.join(',')).join('\n')}\n`, { mode: 0o600 });
};

const readTokens = (folder: string): Record<Account, string> => {
  const rows = readFileSync(join(folder, 'tokens.csv'), 'utf8').split('\n');
  const tokenOf = (user: string): string => rows.map((row) => row.split(',')).find((row) => row[1] === user)?.[0] ?? '';
  const entries = Object.entries(ACCOUNTS).map(([account, { user }]) => [account, tokenOf(user)]);
  return Object.fromEntries(entries) as Record<Account, string>;
};
