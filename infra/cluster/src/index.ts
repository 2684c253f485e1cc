/**
 * A real Kubernetes for tests, from pinned Go modules: a control plane alone, without root, or with a node.
 *
 * Owns: the binaries and their build, the daemons of a cluster and what a killed one leaves, credentials, the node's
 * network. Leaves what runs in the cluster to the charts. The command line is `npm run cluster`.
 */
export { findBinary, findHelm, type Found } from './binaries/find.js';
export { prepareControlPlane, startControlPlane } from './control-plane/start.js';
export type { ControlPlane, ControlPlaneOptions, RestartOptions } from './control-plane/types.js';
export { findNodeDocker } from './node/docker.js';
export { podTroubles, type PodState } from './node/pods.js';
export type { ControlPlaneDaemon } from './control-plane/settings.js';
export type { Snapshot } from './control-plane/snapshot.js';
