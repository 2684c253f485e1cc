export { canaryMac, makeCanary } from './canary.js';
export { asRingKey, generateKey } from './generate.js';
