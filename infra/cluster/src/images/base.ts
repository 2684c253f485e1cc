import { chmodSync, copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../binaries/provide.js';
import { DAEMON_PATH } from '../environment.js';
import { DOCKER } from '../node/configuration.js';
import { dockerVariables } from '../node/docker.js';
import { runCommand } from '../processes/command.js';
import { furnish, unpackDebianPackages } from './root.js';

interface BaseImage {
  readonly name: string;
  readonly packages: readonly string[];
  /** Adds what no package brings. */
  readonly complete: (root: string) => void;
  /** Lines of a Dockerfile. */
  readonly settings: readonly string[];
}

const LIBRARIES = ['libc6', 'libstdc++6', 'libgcc-s1', 'ca-certificates', 'tzdata'];

/** What the programs of PostgreSQL are linked with, all the way down. */
const POSTGRES_LIBRARIES =
  'libpq5 libicu72 libxml2 libldap-2.5-0 libsasl2-2 libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 ' +
  'libkeyutils1 libssl3 libpam0g libsystemd0 liblz4-1 libzstd1 zlib1g liblzma5 libuuid1 libgcrypt20 libgpg-error0 libcap2 ' +
  'libaudit1 libcap-ng0 libreadline8 libtinfo6 libselinux1 libpcre2-8-0 libgnutls30 libp11-kit0 libidn2-0 libunistring2 ' +
  'libtasn1-6 libnettle8 libhogweed6 libgmp10 libffi8';

const START_SCRIPT = fileURLToPath(new URL('../../images/postgres-start', import.meta.url));

const install = (from: string, to: string): void => {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, 0o755);
};

/** Node as npm installed it for this repository: the same version, and no second download. */
const nodeImage = (): BaseImage => ({
  name: 'localhost/node:24',
  packages: LIBRARIES,
  complete: (root) => {
    const program = `node-linux-${process.arch}/bin/node`;
    install(createRequire(import.meta.url).resolve(program), join(root, 'usr/bin/node'));
  },
  settings: [
    'USER 65532:65532',
    'WORKDIR /app',
    'ENTRYPOINT ["/usr/bin/node"]',
    'ENV NODE_ENV=production PATH=/usr/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
  ],
});

/** What the modules of Python's standard library that a server uses are linked with. */
const PYTHON_LIBRARIES = 'libexpat1 zlib1g libssl3 libffi8 libbz2-1.0 liblzma5 libuuid1 libcrypt1 libsqlite3-0';

const pythonImage = (): BaseImage => ({
  name: 'localhost/python:3.11',
  packages: [
    ...LIBRARIES,
    'python3.11-minimal',
    'libpython3.11-minimal',
    'libpython3.11-stdlib',
    ...PYTHON_LIBRARIES.split(' '),
  ],
  complete: (root) => {
    for (const unused of ['idlelib', 'lib2to3', 'pydoc_data', 'turtledemo']) {
      rmSync(join(root, 'usr/lib/python3.11', unused), { recursive: true, force: true });
    }
  },
  settings: [
    'USER 65532:65532',
    'WORKDIR /app',
    'ENTRYPOINT ["/usr/bin/python3.11"]',
    'ENV PATH=/usr/bin LANG=C.UTF-8 PYTHONUNBUFFERED=1 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
  ],
});

const postgresImage = (): BaseImage => ({
  name: 'localhost/postgres:15',
  packages: [
    ...LIBRARIES,
    'libc-bin',
    'busybox-static',
    'postgresql-15',
    'postgresql-client-15',
    ...POSTGRES_LIBRARIES.split(' '),
  ],
  complete: (root) => {
    for (const path of globSync(join(root, 'usr/lib/postgresql/15/lib/{bitcode,llvmjit*}'))) {
      rmSync(path, { recursive: true });
    }
    for (const folder of ['var/lib/postgresql', 'docker-entrypoint-initdb.d'])
      mkdirSync(join(root, folder), { recursive: true });
    // initdb and pg_ctl start a shell.
    symlinkSync('busybox', join(root, 'bin/sh'));
    install(START_SCRIPT, join(root, 'usr/bin/postgres-start'));
  },
  settings: [
    'USER 65532:65532',
    'ENTRYPOINT ["/usr/bin/postgres-start"]',
    // Ends connections; on SIGTERM it would wait for its clients to leave.
    'STOPSIGNAL SIGINT',
    'ENV PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin PGDATA=/var/lib/postgresql/data/pgdata LANG=C.UTF-8',
  ],
});

/** Makes `localhost/node:24`, `localhost/python:3.11` and `localhost/postgres:15` in the cluster's Docker, from packages alone. */
export const buildBaseImages = async (dir: string, cacheDir: string, log: Log): Promise<void> => {
  for (const image of [nodeImage(), pythonImage(), postgresImage()]) {
    const begun = performance.now();
    await buildImage(image, dir, join(cacheDir, 'packages'));
    log(`made ${image.name}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  }
};

const buildImage = async (image: BaseImage, dir: string, cache: string): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-image-'));
  const root = join(folder, 'root');
  try {
    mkdirSync(root);
    await unpackDebianPackages(root, image.packages, cache);
    furnish(root);
    image.complete(root);
    const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
    await runCommand('tar', ['-C', root, ...reproducible, '-cf', join(folder, 'root.tar'), '.']);
    rmSync(root, { recursive: true });
    const dockerfile = ['FROM scratch', 'ADD root.tar /', ...image.settings];
    writeFileSync(join(folder, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
    const env = { PATH: DAEMON_PATH, ...dockerVariables(dir) };
    await runCommand(DOCKER, ['build', '--quiet', '--tag', image.name, folder], { env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
