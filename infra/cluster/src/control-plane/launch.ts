import type { Binaries } from '../binaries/provide.js';
import type { Crew } from '../processes/crew.js';
import type { Credentials } from './credentials.js';
import { writeKubeconfigs } from './kubeconfig.js';
import { type ApiAccess, getFromApi } from './request.js';
import {
  apiUrl,
  CONTROL_PLANE,
  type ControlPlaneDaemon,
  controlPlaneArguments,
  etcdUrl,
  type Setting,
} from './settings.js';

export interface Parts {
  readonly crew: Crew;
  readonly binaries: Binaries<ControlPlaneDaemon>;
  readonly credentials: Credentials;
  readonly setting: Setting;
}

const PATIENCE_MS = 120_000;

export const administrator = ({ credentials, setting }: Pick<Parts, 'credentials' | 'setting'>): ApiAccess => ({
  url: apiUrl(setting),
  authority: credentials.authority,
  token: credentials.tokens.admin,
});

/** Starts one daemon, unless it runs, and resolves when it does its work. */
export const launchDaemon = async (parts: Parts, name: ControlPlaneDaemon): Promise<void> => {
  const { crew, binaries, setting } = parts;
  crew.start({ name, program: binaries[name], args: controlPlaneArguments(setting)[name] });
  const { what, probe } = readiness(parts)[name];
  await crew.await(what, name, PATIENCE_MS, probe);
};

/** What a daemon does once it works. The controllers are many: one of the last things they make is looked for. */
const readiness = (
  parts: Parts,
): Record<ControlPlaneDaemon, { readonly what: string; readonly probe: () => Promise<boolean> }> => {
  const answers = async (path: string): Promise<boolean> =>
    (await getFromApi(administrator(parts), path)).status === 200;
  return {
    etcd: {
      what: 'answer from etcd',
      probe: async () => (await fetch(`${etcdUrl(parts.setting)}/health`, { signal: AbortSignal.timeout(2_000) })).ok,
    },
    'kube-apiserver': { what: 'ready API server', probe: () => answers('/readyz') },
    'kube-controller-manager': {
      what: 'service account in the default namespace',
      probe: () => answers('/api/v1/namespaces/default/serviceaccounts/default'),
    },
  };
};

/** Starts what does not run, in order. A daemon that depends on another waits for it to be ready. */
export const launchControlPlane = async (parts: Parts): Promise<void> => {
  writeKubeconfigs(parts.setting.dir, apiUrl(parts.setting), parts.credentials);
  for (const name of CONTROL_PLANE) await launchDaemon(parts, name);
};
