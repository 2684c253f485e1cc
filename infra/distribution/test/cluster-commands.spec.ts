import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey, type JsonWebKey, sign } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findBinary, findHelm, prepareControlPlane, startControlPlane, type ControlPlane } from '@keyturn/cluster';
import { blocksFor, codeOf, pages, ROOT } from './support/markdown.js';
import { runLines } from './support/shell.js';

const NAMESPACE = 'platform';
const log = (line: string): void => void process.stderr.write(`${line}\n`);
const [helm, registry] = [await findHelm(log), await findBinary('registry', log)];
const missing =
  'missing' in helm ? helm.missing : 'missing' in registry ? registry.missing : await prepareControlPlane(log);

/** A folder like a checkout, in which pages may write, with the programs that they use. */
const folder = mkdtempSync(join(tmpdir(), 'cluster-commands-'));
const bin = join(folder, '.bin');
const children: ChildProcess[] = [];
let plane: ControlPlane;

const sh = (lines: string): Promise<string> =>
  runLines(lines, {
    cwd: folder,
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: folder,
      NO_COLOR: '1',
      ...plane.env,
    },
  });

/** Resolves with the first line that a program prints, and the program. Rejects when it ends, or takes a minute, without. */
const start = async (program: string, args: readonly string[]) => {
  const child = spawn(program, args, { env: plane.env, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  const command = [program, ...args].join(' ');
  const said = once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) }).catch((cause: unknown) => {
    throw new Error(`waited 60 s for the first line of ${command}`, { cause });
  });
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    throw new Error(`${command} ended with ${String(code)} before its first line`);
  });
  const [line] = (await Promise.race([said, ended])) as [Buffer];
  child.stdout.resume();
  return { child, said: line.toString().trim() };
};

/**
 * Helm, with a registry for the one that pages name. An install or an upgrade is rendered and judged by the API server, and
 * goes no further, since there are no nodes on which its hook could run: unless a file of values says that there is no hook.
 */
const helmScript = (program: string, address: string): string => `#!/bin/bash
args=("\${@//registry.example/${address}}")
case " $* " in *oci://*) args+=(--plain-http) ;; esac
case " $* " in *" -f values.yaml "*) ;; " install "*|" upgrade "*) args+=(--dry-run=server) ;; esac
exec "${program}" "\${args[@]}"
`;

const script = (name: string, text: string): void => writeFileSync(join(bin, name), text, { mode: 0o755 });
const keyturn = join(ROOT, 'operator/bin/keyturn.mjs');

let operator: ChildProcess;
const startOperator = async (): Promise<void> => {
  const args = [keyturn, 'operator', '--kubernetes', '--namespace', NAMESPACE, '--management-port', '0'];
  ({ child: operator } = await start(process.execPath, args));
};

const CRDS = `kubectl apply --server-side -f charts/keyturn/crds
kubectl wait --for=condition=Established crd/keyrings.keyturn.dev crd/keyrotations.keyturn.dev`;

const open = async (): Promise<void> => {
  if ('missing' in helm || 'missing' in registry) return;
  plane = await startControlPlane();
  await runLines(`mkdir "${bin}" && cp -r "${join(ROOT, 'charts')}" "${folder}"`, {
    cwd: folder,
    env: { PATH: '/bin' },
  });
  const { said: address } = await start(registry.program, []);
  script('helm', helmScript(helm.program, address));
  script('kubectl-keyturn', `#!/bin/sh\nexec "${process.execPath}" "${keyturn}" --kubernetes "$@"\n`);
  symlinkSync(plane.kubectl, join(bin, 'kubectl'));
  await sh(CRDS);
  const absent = 'auth.replicas=0,services.tasks.replicas=0,operator.replicas=0,crds.applyWithHook=false';
  await sh(`"${helm.program}" install keyturn charts/keyturn --namespace ${NAMESPACE} --create-namespace --set ${absent}
kubectl config set-context --current --namespace ${NAMESPACE}`);
  await startOperator();
  await sh(`kubectl wait --for=condition=Ready keyring --all --timeout=120s`);
};

const clusterTest = (name: string, work: () => Promise<void>): void =>
  missing === undefined ? it(name, work, 240_000) : it.skip(`${name}, skipped: ${missing}`, work);

beforeAll(async () => {
  if (missing === undefined) await open();
}, 300_000);

afterAll(async () => {
  const ends = children.filter(({ exitCode }) => exitCode === null).map((child) => once(child, 'close'));
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(ends);
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}, 60_000);

/** Values as a file beside the chart, for `-f`. */
const withFile = (text: string): string => {
  const file = join(mkdtempSync(join(folder, 'block-')), 'block.yaml');
  writeFileSync(file, text);
  return file;
};

/** What has happened before a block can be run, and what must be so afterwards. */
interface Scene {
  /** The word after `sh cluster`. */
  readonly name: string;
  readonly when: string;
  readonly set: () => Promise<string>;
  readonly check: (out: string, before: string) => Promise<void>;
}

const generation = async (): Promise<number> =>
  Number(await sh(`kubectl -n ${NAMESPACE} get keyring access-tokens -o jsonpath='{.status.generation}'`));

/** The Secret of a ring is put back to what it was before a rotation. */
const older: Scene = {
  name: 'older',
  when: 'after the Secret of a ring went back',
  set: async () => {
    await sh(`kubectl get secret keyring-access-tokens -o yaml | sed '/^  \\(resourceVersion\\|uid\\):/d' > older.yaml
kubectl keyturn rotate access-tokens`);
    const before = await generation();
    await sh(`kubectl replace -f older.yaml
kubectl wait --for=jsonpath='{.status.conditions[?(@.type=="Stalled")].reason}'=GenerationWentBack --timeout=60s keyring/access-tokens`);
    return String(before);
  },
  check: async (_out, before) => {
    await sh('kubectl wait --for=condition=Ready --timeout=60s keyring/access-tokens');
    expect(await generation()).toBeGreaterThan(Number(before));
  },
};

const signing = (): Promise<string> =>
  sh(
    `kubectl -n ${NAMESPACE} get keyrings -o jsonpath='{range .items[*]}{.metadata.name} {.status.activeKid}{"\\n"}{end}'`,
  );

/** A cluster in which nobody has installed anything, with copies made by the page in the one before, and values without a hook. */
const lost: Scene = {
  name: 'lost',
  when: 'in a new cluster with nothing but the copies',
  set: async () => {
    const end = once(operator, 'close');
    operator.kill('SIGTERM');
    await end;
    const before = await signing();
    expect(before).toMatch(/^access-tokens \S+\nsession-secret \S+\n$/);
    await sh(blocksFor('sh cluster').find(({ place }) => place.startsWith('docs/back-up-and-restore.md'))?.text ?? '');
    await plane.stop();
    plane = await startControlPlane();
    const values = { crds: { applyWithHook: false }, operator: { replicas: 0 }, auth: { replicas: 0 } };
    writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
    await sh(CRDS);
    return before;
  },
  check: async (_out, before) => {
    await startOperator();
    await sh(`kubectl -n ${NAMESPACE} wait --for=condition=Ready keyring --all --timeout=60s`);
    expect(await signing()).toBe(before);
    await sh('kubectl apply --server-side --force-conflicts --dry-run=server -f policies.yaml');
  },
};

interface Ring {
  readonly issuer?: string;
  readonly keys: readonly { readonly kid: string; readonly state: string; readonly jwk: JsonWebKey }[];
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `token.txt` has a token of the key that signs. */
const token: Scene = {
  name: 'token',
  when: 'with a token',
  set: async () => {
    const data = await sh(`kubectl get secret keyring-access-tokens -o jsonpath='{.data.ring\\.json}'`);
    const { keys, issuer } = JSON.parse(Buffer.from(data, 'base64').toString()) as Ring;
    const { kid, jwk } = keys.find(({ state }) => state === 'active') ?? {};
    const text = [
      { alg: 'ES256', kid },
      { iss: issuer, sub: 'u1', exp: Date.now() / 1000 + 600 },
    ]
      .map(base64url)
      .join('.');
    const key = { key: createPrivateKey({ key: jwk ?? {}, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const;
    const signature = sign('sha256', Buffer.from(text), key).toString('base64url');
    writeFileSync(join(folder, 'token.txt'), `${text}.${signature}\n`);
    return kid ?? '';
  },
  check: async (out, before) => expect(out).toMatch(new RegExp(`^valid\nkey +${before} \\(active in access-tokens\\)`)),
};

const SCENES = [token, older, lost];

describe('commands and examples of the pages, on an API server with the chart installed', () => {
  for (const { place, text } of blocksFor('sh cluster')) {
    clusterTest(`runs ${place}`, async () => {
      const out = await sh(text);
      if (process.env['SHOW']) process.stderr.write(`${text}\n---\n${out}\n`);
    });
  }

  for (const { place, text } of blocksFor('yaml apply')) {
    clusterTest(`takes ${place}`, async () => {
      expect(
        await sh(`kubectl apply --server-side --force-conflicts --dry-run=server -o name -f ${withFile(text)}`),
      ).not.toBe('');
    });
  }

  for (const { place, text } of blocksFor('yaml values')) {
    clusterTest(`renders ${place}`, async () => {
      const crds = ' --set crds.applyWithHook=false';
      expect(await sh(`helm template keyturn charts/keyturn -f ${withFile(text)}${crds}`)).toContain('kind: KeyRing');
    });
  }

  clusterTest('would notice an example that an API server refuses', async () => {
    const ring = 'apiVersion: keyturn.dev/v1alpha1\nkind: KeyRing\nmetadata: { name: x }\nspec: { typ: SigningKey }\n';
    await expect(sh(`kubectl apply --server-side --dry-run=server -f ${withFile(ring)}`)).rejects.toThrow('spec.typ');
  });

  clusterTest('knows every field that a page names', async () => {
    const paths = new Set(
      pages()
        .flatMap(codeOf)
        .filter((code) => /^(?:spec|status)(?:\.[a-zA-Z]+)+$/.test(code)),
    );
    expect(paths.size).toBeGreaterThan(10);
    const known = async (path: string): Promise<boolean> =>
      sh(`kubectl explain keyrings.${path} || kubectl explain keyrotations.${path}`).then(
        () => true,
        () => false,
      );
    const unknown: string[] = [];
    for (const path of paths) if (!(await known(path))) unknown.push(path);
    expect(unknown).toEqual([]);
  });

  for (const scene of SCENES) {
    for (const { place, text } of blocksFor(`sh cluster ${scene.name}`)) {
      clusterTest(`runs ${place}, ${scene.when}`, async () => {
        const before = await scene.set();
        const out = await sh(text);
        if (process.env['SHOW']) process.stderr.write(`${text}\n---\n${out}\n`);
        await scene.check(out, before);
      });
    }
    it(`are there, ${scene.when}`, () => expect(blocksFor(`sh cluster ${scene.name}`)).not.toEqual([]));
  }
});
