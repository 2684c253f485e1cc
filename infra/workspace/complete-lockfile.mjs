// An install drops the optional platform packages that it could not fetch from the lockfile, and then `npm ci` refuses
// the lockfile. This adds an entry for each of them: `npm run lock:complete` after every `npm install`.
// `--check` changes nothing and exits 1 when an entry is missing.
import { readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const path = new URL('../../package-lock.json', import.meta.url);
const OS = ['darwin', 'win32', 'linux', 'android', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const CPU = ['x64', 'arm64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el'];

/** The entry of a platform package, its platform read from its name; undefined when the name does not tell. */
function platformEntry(name, range) {
  const parts = name
    .replace(/^@[^/]+\//, '')
    .replace('windows', 'win32')
    .split(/[-/]/);
  const os = parts.find((part) => OS.includes(part));
  if (!os) return undefined;
  const cpu = parts.find((part) => CPU.includes(part));
  const libc = os !== 'linux' ? undefined : /musl/.test(name) ? 'musl' : /gnu|glibc/.test(name) ? 'glibc' : undefined;
  return {
    version: range.replace(/^[\^~]/, ''),
    optional: true,
    os: [os],
    ...(cpu && { cpu: [cpu] }),
    ...(libc && { libc: [libc] }),
  };
}

function missingEntries(packages) {
  const missing = {};
  for (const [location, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const known = packages[`${location}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      if (known || entry.peerDependenciesMeta?.[name]) continue;
      const added = platformEntry(name, range);
      if (added) missing[`node_modules/${name}`] = added;
    }
  }
  return missing;
}

const lock = JSON.parse(readFileSync(path, 'utf8'));
const missing = missingEntries(lock.packages);
const names = Object.keys(missing);
if (check && names.length > 0) {
  console.error(
    `package-lock.json lacks ${names.length} platform packages: run "npm run lock:complete" and commit it.`,
  );
  process.exit(1);
}
if (!check && names.length > 0) {
  const all = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(names.length > 0 ? `added ${names.length} platform packages` : 'the lockfile is complete');
