export { type RolloutOptions, withRollouts, workloadListing } from './rollouts.js';
export { checksumAnnotation, workloadResource } from './workload.js';
