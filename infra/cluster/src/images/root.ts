import { appendFileSync, chmodSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/command.js';

/** Documentation and the like, which no program reads. */
const USELESS = 'usr/share/{doc,man,locale,info,lintian,bug,i18n,zoneinfo/right,zoneinfo/posix}';

/**
 * Unpacks Debian packages, as the machine's apt knows them, into the root of an image: not what they depend on, and without
 * running their scripts. Downloads are kept in `cache`.
 */
export const unpackDebianPackages = async (root: string, names: readonly string[], cache: string): Promise<void> => {
  mkdirSync(cache, { recursive: true });
  const archive = (name: string): string | undefined => globSync(join(cache, `${name}_*.deb`))[0];
  const missing = names.filter((name) => archive(name) === undefined);
  if (missing.length > 0) await download(missing, cache);
  for (const name of names) await runCommand('dpkg', ['-x', archive(name) ?? name, root]);
  for (const path of globSync(join(root, `{${USELESS},usr/lib/*/gconv}`))) rmSync(path, { recursive: true });
};

/** Package lists may be missing, or older than the archive. */
const download = async (names: readonly string[], cwd: string): Promise<void> => {
  const fetch = (): Promise<string> =>
    runCommand('apt-get', ['-o', 'APT::Sandbox::User=root', '-qq', 'download', ...names], { cwd });
  try {
    await fetch();
  } catch {
    await runCommand('apt-get', ['-qq', 'update']);
    await fetch();
  }
};

/** A user, name lookup, and the certificates of authorities in one file, as the scripts of packages would have made them. */
export const furnish = (root: string): void => {
  for (const folder of ['etc/ssl/certs', 'var/run', 'bin', 'tmp']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  chmodSync(join(root, 'tmp'), 0o1777);
  const users = ['root:x:0:0:root:/:/sbin/nologin', 'app:x:65532:65532:app:/tmp:/sbin/nologin'];
  writeFileSync(join(root, 'etc/passwd'), `${users.join('\n')}\n`);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\napp:x:65532:\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  const bundle = join(root, 'etc/ssl/certs/ca-certificates.crt');
  writeFileSync(bundle, '');
  for (const file of globSync(join(root, 'usr/share/ca-certificates/mozilla/*.crt')).toSorted()) {
    appendFileSync(bundle, readFileSync(file));
  }
};
