export { KubernetesDriver, type KubernetesDriverOptions } from './driver.js';
export { ringStatusOf } from './keyring-status.js';
export { type Pod, podListing } from './pods.js';
export * from './resources.js';
export { abortId } from './rotation-requests.js';
export { runOf } from './rotation-runs.js';
