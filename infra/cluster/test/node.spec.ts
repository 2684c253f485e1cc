import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { imageConfiguration } from '../src/images/archive.js';
import { addons, volumeFolders } from '../src/node/addons.js';
import { configurationFiles } from '../src/node/configuration.js';
import { nodeDaemons } from '../src/node/daemons.js';
import { checkDir } from '../src/node/host.js';
import { mountsBelow } from '../src/node/mounts.js';
import { NETWORK } from '../src/node/network.js';
import { podTroubles } from '../src/node/pods.js';
import { isOk, isReady } from '../src/node/readiness.js';
import { ALL_BINARIES } from '../src/binaries/catalogue.js';
import type { Binaries } from '../src/binaries/provide.js';

const DIR = '/state/cluster';
const binaries = Object.fromEntries(ALL_BINARIES.map((name) => [name, `/bin/${name}`])) as Binaries;

describe('a node', () => {
  it('keeps everything below its directory, where `down` removes it', () => {
    const files = configurationFiles(DIR);
    const paths = Object.values(files).flatMap((text) => text.match(/"(?:unix:\/\/)?\/[^"]*"/g) ?? []);
    const elsewhere = paths.filter((path) => !path.includes(DIR));
    expect(elsewhere).toEqual(['"/usr/lib/cni"']);
    expect(volumeFolders(DIR).every((folder) => folder.startsWith(`${DIR}/volumes/`))).toBe(true);
    const { kubelet, containerd } = nodeDaemons(DIR, '/cache', binaries);
    expect(kubelet.args).toContain(`--root-dir=${DIR}/kubelet`);
    expect(containerd.args).toEqual(['--config', `${DIR}/containerd.toml`]);
  });

  it('listens on its own address alone', () => {
    const { 'kubelet.yaml': kubelet = '', 'kube-proxy.yaml': proxy = '' } = configurationFiles(DIR);
    expect(JSON.parse(kubelet)).toMatchObject({ address: NETWORK.node, healthzPort: 0 });
    expect(JSON.parse(proxy)).toMatchObject({
      healthzBindAddress: `${NETWORK.node}:10256`,
      metricsBindAddress: `${NETWORK.node}:10249`,
      nodePortAddresses: [`${NETWORK.node}/32`],
    });
  });

  it('has DNS where its pods look for it', () => {
    const { items } = addons(DIR) as { items: { kind: string; spec: { clusterIP?: string } }[] };
    expect(items.find(({ kind }) => kind === 'Service')?.spec.clusterIP).toBe(NETWORK.dns);
    const { 'kubelet.yaml': kubelet = '' } = configurationFiles(DIR);
    expect(JSON.parse(kubelet)).toMatchObject({ clusterDNS: [NETWORK.dns] });
  });

  it('is ready when its condition says so, not before', () => {
    const node = (status: string) => ({ status: { conditions: [{ type: 'Ready', status }] } });
    expect([node('True'), node('False'), node('Unknown'), {}].map(isReady)).toEqual([true, false, false, false]);
  });

  it('refuses a directory whose sockets would have too long names, or that a configuration file could not hold', () => {
    expect(() => checkDir(DIR)).not.toThrow();
    expect(() => checkDir(`/${'d'.repeat(70)}`)).toThrow('KEYTURN_CLUSTER_DIR: at most 70 characters');
    expect(() => checkDir('/a "b"')).toThrow('without spaces or quotes');
  });
});

describe('pods that are not ready', () => {
  const ready = (status: string) => [{ type: 'Ready', status }];
  const container = { name: 'app', ready: false, restartCount: 0 };

  it('are told with their reasons; those that are, have done their work or are on their way out are not', () => {
    const pods = [
      { metadata: { name: 'well' }, status: { phase: 'Running', conditions: ready('True') } },
      { metadata: { name: 'done' }, status: { phase: 'Succeeded', conditions: ready('False') } },
      { metadata: { name: 'leaving', deletionTimestamp: 'now' }, status: { phase: 'Running' } },
      {
        metadata: { name: 'homeless' },
        status: {
          phase: 'Pending',
          conditions: [
            { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'too little memory' },
          ],
        },
      },
      {
        metadata: { name: 'waits' },
        status: {
          phase: 'Pending',
          initContainerStatuses: [{ ...container, name: 'init', state: { terminated: { exitCode: 0 } } }],
          containerStatuses: [
            { ...container, state: { waiting: { reason: 'ErrImageNeverPull', message: 'no image' } } },
          ],
        },
      },
      {
        metadata: { name: 'crashes' },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              ...container,
              restartCount: 3,
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
            },
          ],
        },
      },
      { metadata: { name: 'slow' }, status: { phase: 'Running', containerStatuses: [{ ...container, state: {} }] } },
    ];
    expect(Object.fromEntries(podTroubles(pods).map(({ pod, why }) => [pod, why]))).toEqual({
      homeless: 'Pending; Unschedulable: too little memory',
      waits: 'Pending; app: ErrImageNeverPull: no image',
      crashes: 'Running; app: CrashLoopBackOff; 3 restarts, before that it ended with 137: OOMKilled',
      slow: 'Running; app: runs and is not ready',
    });
  });
});

describe('the wait for cluster DNS', () => {
  it('asks on a new connection each time: one from before kube-proxy leads elsewhere', async () => {
    const server = createServer((_, answer) => answer.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connections = new Set<unknown>();
    server.on('connection', (socket) => connections.add(socket));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ready`;
    expect([await isOk(url), await isOk(url)]).toEqual([true, true]);
    expect(connections.size).toBe(2);
    server.close().closeAllConnections();
  });
});

describe('the mounts below a directory', () => {
  const line = (path: string): string => `36 35 98:0 / ${path} rw,noatime shared:1 - ext4 /dev/root rw`;

  it('are found with the deepest first, and no others', () => {
    const text = ['/', DIR, `${DIR}/kubelet`, `${DIR}/kubelet/pods/1`, `${DIR}-other/x`].map(line).join('\n');
    expect(mountsBelow(DIR, text)).toEqual([`${DIR}/kubelet/pods/1`, `${DIR}/kubelet`]);
  });

  it('are found by their real names, which the kernel escapes', () => {
    expect(mountsBelow(DIR, line(`${DIR}/a\\040b\\134c`))).toEqual([`${DIR}/a b\\c`]);
  });
});

describe('the image of one program', () => {
  it('runs it as nobody in particular, on this architecture', () => {
    expect(imageConfiguration('pause', 'abc', 'x64')).toMatchObject({
      architecture: 'amd64',
      config: { User: '65532:65532', Entrypoint: ['/pause'] },
      rootfs: { diff_ids: ['sha256:abc'] },
    });
  });
});
