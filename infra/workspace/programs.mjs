// Programs that the tests need and npm does not bring. Installed where that can be done unasked (Debian as root); elsewhere the
// tests in question are skipped and say what is missing.
import { spawnSync } from 'node:child_process';

const succeeds = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** Whether each is here, and the Debian packages that bring it. Java is the model checker's own affair, containers the cluster's. */
const PROGRAMS = [
  {
    present: () => ['chromium', 'chromium-browser', 'google-chrome'].some((name) => succeeds(name, '--version')),
    packages: ['chromium', 'fonts-dejavu-core'],
  },
  {
    present: () => ['pip', 'ensurepip'].some((name) => succeeds('python3', '-c', `import ${name}`)),
    packages: ['python3', 'python3-venv'],
  },
];

/** Installs what is missing; `log` is told what. What cannot be installed stays missing. */
export function installPrograms(log) {
  const missing = PROGRAMS.filter(({ present }) => !present()).flatMap(({ packages }) => packages);
  if (missing.length === 0 || process.getuid?.() !== 0 || !succeeds('apt-get', '--version')) return;
  log(`installing ${missing.join(', ')}`);
  succeeds('apt-get', '-qq', 'update');
  succeeds('apt-get', '-qq', '-y', '--no-install-recommends', 'install', ...missing);
}
