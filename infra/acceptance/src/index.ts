/**
 * The platform on a real cluster: from its images to a revoked key, while users go on with their work.
 *
 * Owns: a release in a namespace of its own, the load from outside of the cluster, what is broken on purpose, the figures.
 * Leaves users and the verdict on their requests to `@keyturn/proof`, the cluster to `@keyturn/cluster` or KUBECONFIG.
 */
export { Kubernetes } from './cluster/kubernetes.js';
export { NAMESPACE, type PodObject, Release, RELEASE } from './cluster/release.js';
export {
  ended,
  forgetRotations,
  listRotations,
  MOMENTS,
  reached,
  readRing,
  readRotation,
  request,
  rotate,
  rotationOf,
  Rotations,
} from './cluster/rotations.js';
export { until } from './cluster/wait.js';
export { legacyWorkload, verifiers } from './consumers/workloads.js';
export { cutReceipts, mendReceipts } from './consumers/receipts.js';
export { type Environment, readEnvironment } from './environment.js';
export { NewService } from './generated/new-service.js';
export { kidOf, Person } from './generated/person.js';
export { freePort, type Front, startFront } from './load/front.js';
export { openNodePorts } from './load/node-ports.js';
export { complaints, LIVES, Users } from './load/users.js';
export { CLUSTER, run, runNode } from './programs.js';
export { explained } from './report/explained.js';
export { keepEvidence } from './report/evidence.js';
export { normalised, withoutPace } from './report/normalised.js';
export { Figures, seconds } from './report/figures.js';
