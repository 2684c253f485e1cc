import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { locateBinary, provideBinaries } from '../src/binaries/provide.js';
import { linkerFlags, requiredVersion } from '../src/binaries/catalogue.js';

const goMod = (module: string): string => readFileSync(new URL(`../go/${module}/go.mod`, import.meta.url), 'utf8');

describe('the binaries', () => {
  it('say their own version: charts and clients judge by it', () => {
    const version = requiredVersion(goMod('kubernetes'), 'k8s.io/kubernetes');
    expect(version).toMatch(/^v1\.\d+\.\d+$/);
    const flags = linkerFlags('kubernetes', goMod('kubernetes'));
    expect(flags).toContain(`-X k8s.io/component-base/version.gitVersion=${version} `);
    expect(flags).toContain(`-X k8s.io/client-go/pkg/version.gitMinor=${version.split('.')[1]} `);
    const helm = linkerFlags('helm', goMod('helm'));
    expect(helm).toContain(`internal/version.version=${requiredVersion(goMod('helm'), 'helm.sh/helm/v3')}`);
    expect(helm).toMatch(/chartutil\.k8sVersionMinor=\d+/);
  });

  it('cannot be built from a go.mod that does not pin them', () => {
    expect(() => linkerFlags('kubernetes', 'module m\n')).toThrow('go.mod requires no k8s.io/kubernetes');
  });

  it('come with the etcd that their Kubernetes was released with', () => {
    const text = goMod('kubernetes');
    expect(requiredVersion(text, 'go.etcd.io/etcd/server/v3')).toBe(requiredVersion(text, 'go.etcd.io/etcd/client/v3'));
  });

  it('are taken from KUBEBUILDER_ASSETS where it has them, else from a folder named after what is pinned', async () => {
    const assets = mkdtempSync(join(tmpdir(), 'assets-'));
    try {
      writeFileSync(join(assets, 'etcd'), '');
      const environment = { assets, cacheDir: '/cache', clusterDir: '/state' };
      expect(await provideBinaries(['etcd'], environment)).toEqual({ etcd: join(assets, 'etcd') });
      expect(locateBinary('kubectl', environment)).toMatch(/^\/cache\/bin\/kubernetes-[0-9a-f]{12}\/kubectl$/);
      expect(locateBinary('helm', environment)).toMatch(/^\/cache\/bin\/helm-[0-9a-f]{12}\/helm$/);
    } finally {
      rmSync(assets, { recursive: true });
    }
  });
});
