import { runCommand } from '../processes/command.js';
import { inherited } from '../environment.js';

/** The Debian packages that a node is made of. Docker builds images; containerd runs them. */
const PACKAGES = [
  'docker.io',
  'containerd',
  'runc',
  'containernetworking-plugins',
  'iptables',
  'nftables',
  'iproute2',
  'openssl',
];

/** What dpkg-query prints for an installed package: see its format `db:Status-Status`. */
const isInstalled = async (name: string): Promise<boolean> =>
  (await runCommand('dpkg-query', ['-W', '-f=${db:Status-Status}', name]).catch(() => '')) === 'installed';

export const missingPackages = async (): Promise<string[]> => {
  const states = await Promise.all(PACKAGES.map(isInstalled));
  return PACKAGES.filter((_, index) => !states[index]);
};

/** Installs packages. RUNLEVEL=1 keeps their scripts from starting daemons for the whole system. */
export const installPackages = async (names: readonly string[]): Promise<void> => {
  const env = inherited({ RUNLEVEL: '1', DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' });
  await runCommand('apt-get', ['update', '-q'], { env });
  await runCommand('apt-get', ['install', '-q', '--yes', '--no-install-recommends', ...names], { env });
};
