/** What is built, from which of the pinned Go modules in `go/`. */
export interface Binary {
  /** Folder below `go/` whose go.mod pins every version. */
  readonly module: 'kubernetes' | 'coredns' | 'helm' | 'prometheus' | 'registry';
  readonly package: string;
  /** Build tags, separated by commas. */
  readonly tags?: string;
}

export const CATALOGUE = {
  etcd: { module: 'kubernetes', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  'kube-controller-manager': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  kubectl: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubectl' },
  'kube-scheduler': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  kubelet: { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kubelet' },
  'kube-proxy': { module: 'kubernetes', package: 'k8s.io/kubernetes/cmd/kube-proxy' },
  pause: { module: 'kubernetes', package: './pause' },
  coredns: { module: 'coredns', package: '.' },
  helm: { module: 'helm', package: 'helm.sh/helm/v3/cmd/helm' },
  // Without the clients of all clouds: rules are checked, nothing is discovered.
  promtool: { module: 'prometheus', package: 'github.com/prometheus/prometheus/cmd/promtool', tags: 'remove_all_sd' },
  registry: { module: 'registry', package: '.' },
} as const satisfies Readonly<Record<string, Binary>>;

export type BinaryName = keyof typeof CATALOGUE;

/** What tests of charts use besides Helm; a cluster runs without them. */
export const TOOLS = ['promtool', 'registry'] as const satisfies readonly BinaryName[];

/** Everything of a cluster with a node. */
export const ALL_BINARIES = (Object.keys(CATALOGUE) as BinaryName[]).filter(
  (name) => !(TOOLS as readonly BinaryName[]).includes(name),
);

export const CONTROL_PLANE_BINARIES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/** The version that a go.mod requires of a module, such as `v1.34.4`. */
export const requiredVersion = (goMod: string, module: string): string => {
  const line = goMod.split('\n').find((text) =>
    text
      .replace(/^require/, '')
      .trim()
      .startsWith(`${module} v`),
  );
  const version = line?.match(/ (v\d+\.\d+\.\d+\S*)/)?.[1];
  if (version === undefined) throw new Error(`go.mod requires no ${module}`);
  return version;
};

/**
 * Linker flags: no symbol tables, and the versions, which are otherwise set by a release build. Without them an API server
 * reports v0.0.0, and `helm template` takes Kubernetes for v1.20, so that a chart's `kubeVersion` refuses both.
 */
export const linkerFlags = (module: Binary['module'], goMod: string): string => {
  const set = (values: Readonly<Record<string, string>>): string =>
    ['-s', '-w', ...Object.entries(values).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  if (module === 'coredns' || module === 'prometheus' || module === 'registry') return set({});
  const kubernetes = requiredVersion(goMod, module === 'helm' ? 'k8s.io/client-go' : 'k8s.io/kubernetes');
  const minor = kubernetes.split('.')[1] ?? '';
  if (module === 'helm') {
    return set({
      'helm.sh/helm/v3/internal/version.version': requiredVersion(goMod, 'helm.sh/helm/v3'),
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': minor,
      'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
      'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': minor,
    });
  }
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const values = { gitVersion: kubernetes, gitMajor: '1', gitMinor: minor, gitTreeState: 'clean' };
  return set(
    Object.fromEntries(
      packages.flatMap((path) => Object.entries(values).map(([name, value]) => [`${path}.${name}`, value])),
    ),
  );
};
