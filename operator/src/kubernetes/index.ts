export * from './api/index.js';
export { DEFINITIONS } from './crd/index.js';
export { KubernetesDriver, type KubernetesDriverOptions } from './driver/index.js';
export { type KubernetesOperatorOptions, runKubernetesOperator } from './process/run-replica.js';
export {
  administrationRules,
  consumerNamespaceRules,
  type GrantedRings,
  operatorRules,
  type PolicyRule,
} from './rbac.js';
export { KubernetesTruth } from './truth/index.js';
