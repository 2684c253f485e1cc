import { describe, expect } from '@jest/globals';
import { readAuthConfiguration, readMigrationConfiguration } from '@keyturn/auth';
import { readEnvironment } from '@keyturn/tasks';
import { createProgram, type Surroundings } from '../../../operator/src/cli/program.js';
import { helmTest, type KubeObject, objectNamed, render, renderSet, SETS } from './support/helm.js';
import { allContainers, type Container, podNamed, podsOf, type RenderedPod } from './support/pods.js';

/** Volume types of the restricted Pod Security Standard. */
const VOLUMES = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** What the restricted Pod Security Standard says against a pod, and what we ask beyond it. */
const violations = (pod: RenderedPod): string[] => {
  const { spec } = pod;
  const security = spec.securityContext ?? {};
  const said = (holds: boolean, rule: string): string[] => (holds ? [] : [`${pod.of}: ${rule}`]);
  return [
    ...said(!spec.hostNetwork && !spec.hostPID && !spec.hostIPC, 'host namespaces'),
    ...said(security.runAsNonRoot === true && Number(security.runAsUser) > 0, 'runAsNonRoot'),
    ...said((security.seccompProfile as { type?: string } | undefined)?.type === 'RuntimeDefault', 'seccompProfile'),
    ...(spec.volumes ?? []).flatMap(({ name, ...type }) =>
      said(
        Object.keys(type).every((key) => VOLUMES.has(key)),
        `volume ${String(name)}`,
      ),
    ),
    ...said(spec.automountServiceAccountToken !== undefined, 'automountServiceAccountToken is not said'),
    ...allContainers(pod).flatMap((container) => containerViolations(container).flatMap((rule) => said(false, rule))),
  ];
};

const containerViolations = ({ name, securityContext = {}, ports = [], resources }: Container): string[] => {
  const { allowPrivilegeEscalation, readOnlyRootFilesystem, privileged, runAsUser, procMount } = securityContext;
  const capabilities = securityContext.capabilities as { drop?: string[]; add?: string[] } | undefined;
  const rules: [boolean, string][] = [
    [allowPrivilegeEscalation === false && privileged !== true, 'privileges'],
    [JSON.stringify(capabilities) === '{"drop":["ALL"]}', 'capabilities'],
    [readOnlyRootFilesystem === true, 'readOnlyRootFilesystem'],
    [runAsUser === undefined && procMount === undefined, 'overrides the pod'],
    [ports.every(({ hostPort }) => hostPort === undefined), 'hostPort'],
    [resources?.limits?.memory !== undefined && resources.requests !== undefined, 'resources'],
  ];
  return rules.flatMap(([holds, rule]) => (holds ? [] : [`container ${name}: ${rule}`]));
};

/** The variables of a container as its process sees them; what comes from the cluster is made up. */
const variablesOf = ({ env = [] }: Container): Record<string, string> => {
  const made: Record<string, string> = {
    SMTP_URL: 'smtp://mail.example.test',
    DATABASE_URL: 'postgresql://db/x',
    KEYTURN_SESSION_READER_PASSWORD: 'long enough for a password',
  };
  const seen: Record<string, string> = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  for (const { name, value } of env) {
    seen[name] = (value ?? made[name] ?? 'a-name').replaceAll(
      /\$\((\w+)\)/g,
      (whole, other: string) => seen[other] ?? whole,
    );
  }
  return seen;
};

const only = (pod: RenderedPod, name: string): Container => {
  const container = allContainers(pod).find((candidate) => candidate.name === name);
  if (!container) throw new Error(`${pod.of} has no container ${name}`);
  return container;
};

describe('every pod', () => {
  for (const set of SETS) {
    helmTest(`keeps the restricted Pod Security Standard with the values ${set}`, async () => {
      const pods = podsOf(await renderSet(set));
      expect(pods.map(({ of }) => of)).toEqual(expect.arrayContaining(['Deployment keyturn-auth', 'Pod keyturn-test']));
      expect(pods.flatMap(violations)).toEqual([]);
    });
  }

  helmTest('has a token of its own only where it asks the API server', async () => {
    const withToken = podsOf(await renderSet('production')).filter(({ spec }) => spec.automountServiceAccountToken);
    expect(withToken.map(({ of }) => of).sort()).toEqual([
      'Deployment keyturn-auth',
      'Deployment keyturn-operator',
      'Deployment keyturn-webhooks',
      'Job keyturn-crds',
      'Pod keyturn-test',
    ]);
  });

  helmTest('is found as a consumer by the labels of its rings, which no selector has', async () => {
    const objects = await renderSet('production');
    const labels = (of: string) =>
      Object.fromEntries(Object.entries(podNamed(objects, of).labels).filter(([key]) => key.startsWith('ring.')));
    expect(labels('Deployment keyturn-auth')).toEqual({
      'ring.keyturn.dev/access-tokens': 'issuer',
      'ring.keyturn.dev/session-secret': 'issuer',
    });
    expect(labels('Deployment keyturn-webhooks')).toEqual({
      'ring.keyturn.dev/access-tokens': 'verifier',
      'ring.keyturn.dev/webhooks': 'holder',
    });
    const selectors = objects.flatMap((object) => {
      const { selector } = (object as KubeObject & { spec?: { selector?: object } }).spec ?? {};
      return ['Deployment', 'Service', 'StatefulSet'].includes(object.kind) ? [JSON.stringify(selector)] : [];
    });
    expect(selectors.filter((selector) => selector.includes('ring.keyturn.dev'))).toEqual([]);
  });

  helmTest('ends as it was measured to drop no request', async () => {
    for (const pod of podsOf(await renderSet('minimal')).filter(({ of }) => of.startsWith('Deployment'))) {
      const [container] = pod.spec.containers;
      const seconds = (name: string): number => Number.parseInt(variablesOf(container!)[name] ?? '0s', 10);
      const pause = container?.lifecycle?.preStop?.sleep?.seconds ?? 0;
      expect(pause).toBeGreaterThan(0);
      expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + seconds('KEYTURN_SHUTDOWN_DEADLINE'));
      if (pod.of !== 'Deployment keyturn-operator') expect(seconds('KEYTURN_DRAIN_WINDOW')).toBeGreaterThan(0);
      // The front end has one port for everything.
      const port = pod.of === 'Deployment keyturn-web' ? 'http' : 'management';
      expect(container?.readinessProbe?.httpGet).toEqual({ path: '/readyz', port });
    }
  });

  helmTest('has no number of replicas while an autoscaler has it', async () => {
    const deployment = (objects: KubeObject[]) =>
      objectNamed<KubeObject & { spec: { replicas?: number } }>(objects, 'Deployment', 'keyturn-auth').spec.replicas;
    expect(deployment(await renderSet('minimal'))).toBe(2);
    expect(deployment(await renderSet('production'))).toBeUndefined();
  });
});

describe('a program', () => {
  for (const set of SETS) {
    helmTest(`gets variables that it takes with the values ${set}`, async () => {
      const objects = await renderSet(set);
      const [auth, tasks] = ['auth', 'tasks'].map((name) => podNamed(objects, `Deployment keyturn-${name}`));
      const issuer = readAuthConfiguration(variablesOf(only(auth!, 'auth')));
      expect(issuer).toMatchObject({ KEYTURN_SESSION_RING: 'session-secret', KEYTURN_ACCESS_TOKEN_TTL: 900_000 });
      expect(issuer.KEYTURN_TRUTH_NAMESPACE).toBeDefined();
      const verifier = readEnvironment(variablesOf(only(tasks!, 'tasks')));
      expect(verifier.KEYTURN_BASE_URL).toBe(issuer.KEYTURN_BASE_URL);
      expect(verifier.KEYTURN_AUDIENCE).toBe(issuer.KEYTURN_AUDIENCE);
      expect(verifier.KEYTURN_RING_URLS).toEqual([
        'http://keyturn-auth-internal.platform.svc.cluster.local:9000',
        'http://keyturn-operator.platform.svc.cluster.local:9000',
      ]);
      readMigrationConfiguration(variablesOf(only(auth!, 'migrate')));
      expect(variablesOf(only(auth!, 'migrate')).SMTP_URL).toBeUndefined();
    });
  }

  helmTest(
    'that shows pages gets the address that browsers know and that of the issuer, and is asked at its one port',
    async () => {
      const objects = await renderSet('production');
      const { env, ports, readinessProbe, livenessProbe } = only(podNamed(objects, 'Deployment keyturn-web'), 'web');
      expect(Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))).toMatchObject({
        PORT: '3000',
        HOSTNAME: '0.0.0.0',
        KEYTURN_BASE_URL: 'https://auth.example.test',
        KEYTURN_AUTH_URL: 'http://keyturn-auth.platform.svc.cluster.local',
      });
      expect(ports).toEqual([{ name: 'http', containerPort: 3000 }]);
      const asked = { path: '/readyz', port: 'http' };
      expect([readinessProbe?.httpGet, livenessProbe?.httpGet]).toEqual([asked, asked]);
    },
  );

  helmTest('that shows pages is where the links of mails lead, unless another address is named', async () => {
    const frontend = async (...args: string[]): Promise<unknown> => {
      const pod = podNamed(await render(...args), 'Deployment keyturn-auth');
      return readAuthConfiguration(variablesOf(only(pod, 'auth'))).KEYTURN_FRONTEND_URL;
    };
    expect(await frontend()).toBe('http://localhost:8080');
    expect(await frontend('--set', 'web.enabled=false')).toBeUndefined();
    expect(await frontend('--set', 'auth.frontendUrl=http://localhost:8080/app')).toBe('http://localhost:8080/app');
  });

  helmTest('that looks sessions up is told where they are, and reads them as a role of its own', async () => {
    const tasks = async (set: string, ...args: string[]): Promise<Container> => {
      const sessions = 'services.tasks.sessions=true,auth.sessionReader.existingSecret=reader';
      const pod = podNamed(await renderSet(set, '--set', sessions, ...args), 'Deployment keyturn-tasks');
      return only(pod, 'tasks');
    };
    const trial = await tasks('minimal');
    expect(variablesOf(trial)).toMatchObject({
      KEYTURN_SESSION_DATABASE_URL:
        'postgresql://keyturn_session_reader:a-name@keyturn-postgres.platform.svc.cluster.local:5432/keyturn_auth',
      KEYTURN_SESSION_RING: 'session-secret',
      KEYTURN_SESSION_COOKIES: '__Secure-better-auth.session_token,better-auth.session_token',
    });
    expect(readEnvironment(variablesOf(trial))).toMatchObject({
      KEYTURN_SESSION_DATABASE_URL: expect.stringContaining('keyturn_session_reader'),
      KEYTURN_ROLE_PERMISSIONS: { user: ['tasks:read', 'tasks:write'], admin: ['*'] },
    });
    const rings = trial.volumeMounts?.filter(({ name }) => String(name).startsWith('ring-'));
    expect(rings).toMatchObject([{ name: 'ring-session-secret', mountPath: '/etc/keyturn/rings/session-secret' }]);
    const { env } = await tasks('external-database');
    expect(env?.find(({ name }) => name === 'KEYTURN_SESSION_DATABASE_URL')?.valueFrom).toEqual({
      secretKeyRef: { name: 'reader', key: 'url' },
    });
  });

  helmTest('that tests a release is told what the release has', async () => {
    const told = async (...args: string[]) => {
      const { VERIFIED, SERVICE_URL } = variablesOf(only(podNamed(await render(...args), 'Pod keyturn-test'), 'test'));
      return { VERIFIED, SERVICE_URL };
    };
    expect(await told('--set', 'services.tasks.service.port=8000')).toEqual({
      VERIFIED: 'false',
      SERVICE_URL: 'http://keyturn-tasks.platform.svc.cluster.local:8000',
    });
    const without = { VERIFIED: 'true', SERVICE_URL: undefined };
    expect(await told('--set', 'auth.requireVerifiedEmail=true,services.tasks.enabled=false')).toEqual(without);
    expect(await told('--set', 'auth.requireVerifiedEmail=true,test.service=nothing')).toEqual(without);
  });

  helmTest('gets no variable that it does not know', async () => {
    const [auth, tasks] = ['auth', 'tasks'].map((name) => `keyturn-${name}`);
    const objects = await renderSet('minimal');
    const known = (read: () => object): Set<string> =>
      new Set([...Object.keys(read()), 'NODE_ENV', 'POSTGRES_PASSWORD']);
    for (const [name, read] of [
      [auth, readAuthConfiguration],
      [tasks, readEnvironment],
    ] as const) {
      const pod = podNamed(objects, `Deployment ${name}`);
      const container = only(pod, name!.replace('keyturn-', ''));
      const variables = variablesOf(container);
      const names = known(() => read(variables));
      expect((container.env ?? []).map((variable) => variable.name).filter((variable) => !names.has(variable))).toEqual(
        [],
      );
    }
  });

  helmTest('gets arguments that it takes: the operator, and the hook for its custom resources', async () => {
    const objects = await renderSet('minimal');
    const asked: unknown[] = [];
    const refuse = (options: unknown): never => {
      asked.push(options);
      throw new Error('as far as the cluster');
    };
    for (const maker of ['Deployment keyturn-operator', 'Job keyturn-crds']) {
      const [program, ...args] = podNamed(objects, maker).spec.containers[0]?.args ?? [];
      expect(program).toBe('keyturn.mjs');
      const world = { connection: refuse, output: () => ({}), logLevel: 'silent' } as unknown as Surroundings;
      await expect(createProgram(world).parseAsync(args, { from: 'user' })).rejects.toThrow('as far as the cluster');
    }
    expect(asked).toHaveLength(2);
  });

  helmTest('reads and writes where it may: its state, its rings, a temporary folder', async () => {
    const objects = await render(
      '--set',
      'rings.shared.type=SharedSecret,rings.shared.algorithm=HS256',
      '--set',
      'services.tasks.rings.shared=holder',
    );
    const pod = podNamed(objects, 'Deployment keyturn-tasks');
    expect(only(pod, 'tasks').volumeMounts?.map(({ name, mountPath }) => [name, mountPath])).toEqual([
      ['tmp', '/tmp'],
      ['state', '/var/lib/keyturn'],
      ['ring-access-tokens', '/etc/keyturn/rings/access-tokens'],
      ['ring-shared', '/etc/keyturn/rings/shared'],
    ]);
    expect(pod.spec.volumes).toEqual([
      { name: 'tmp', emptyDir: {} },
      { name: 'state', emptyDir: {} },
      { name: 'ring-access-tokens', configMap: { name: 'keyring-access-tokens-public', optional: true } },
      { name: 'ring-shared', secret: { secretName: 'keyring-shared', optional: true, defaultMode: 0o440 } },
    ]);
  });
});
