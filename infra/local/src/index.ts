/**
 * The platform on one machine, without a cluster: what `npm start` runs (`main.ts`), and the same as a library for tests.
 *
 * Owns: the processes and their restarts, the one address in front of them, the mail catcher, the page that shows a
 * rotation, and what is kept between starts. Leaves everything about keys to the operator and the services, which are run
 * as they are shipped and never imported.
 */
export { startPlatform } from './platform/start.js';
export { Platform } from './platform/platform.js';
export type { DemoLogin, PlatformOptions, ProcessInfo, Progress } from './platform/options.js';
export type { Places } from './platform/places.js';
export { DEMO_RINGS, type RingPolicy, SESSION_RING, TOKEN_RING } from './platform/rings.js';
export type { ServiceEntry } from './platform/values.js';
export { isWebBuilt } from './platform/web.js';
export { AlreadyRunningError } from './instance/lock.js';
export type { Message } from './mail/message.js';
