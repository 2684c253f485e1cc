// Adds lock entries for optional platform packages the registry could not serve, so that `npm ci` accepts the lock.
import { readFileSync, writeFileSync } from 'node:fs';
const f = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(f, 'utf8'));
const P = lock.packages;
let n = 0;
const OS = {
  darwin: 'darwin',
  win32: 'win32',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
  openharmony: 'openharmony',
  windows: 'win32',
};
const CPU = {
  x64: 'x64',
  arm64: 'arm64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
  mips64el: 'mips64el',
};
for (const [key, e] of Object.entries(P))
  for (const [name, spec] of Object.entries(e.optionalDependencies ?? {})) {
    if (P[`${key}/node_modules/${name}`] || P[`node_modules/${name}`] || e.peerDependenciesMeta?.[name]) continue;
    const parts = name.replace(/^@[^/]+\//, '').split(/[-/]/);
    const os = parts.map((p) => OS[p]).find(Boolean),
      cpu = parts.map((p) => CPU[p]).find(Boolean);
    if (!os) {
      console.log('skip', name, spec);
      continue;
    }
    const libc =
      os === 'linux' ? (/musl/.test(name) ? ['musl'] : /gnu|glibc/.test(name) ? ['glibc'] : undefined) : undefined;
    P[`node_modules/${name}`] = {
      version: spec.replace(/^[\^~]/, ''),
      optional: true,
      os: [os],
      ...(cpu ? { cpu: [cpu] } : {}),
      ...(libc ? { libc } : {}),
    };
    n++;
  }
lock.packages = Object.fromEntries(Object.entries(P).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(f, JSON.stringify(lock, null, 2) + '\n');
console.log('added', n);
