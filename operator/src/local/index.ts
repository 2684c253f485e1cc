export { createLocalDriver, type LocalDriver } from './driver.js';
export { parsePolicy } from './policy.js';
export { createFileTruthStore } from './truth-store.js';
