/**
 * The planner: what to do next with a ring, as pure functions of plain data. See README.md for the shape.
 */
export { applyPlan, type FreshKey, freshKeysFor, latestTime, REMEMBERED_KEYS } from './apply-plan.js';
export { createRing, type NewRing } from './create-ring.js';
export { drainMs, drainUntil, underSettings } from './drain.js';
export * from './evidence.js';
export * from './guards.js';
export { keepWithoutIssuer } from './issuerless.js';
export * from './plan.js';
export { planRotation } from './plan-rotation.js';
export { lostKids, recoverRing } from './recover-ring.js';
export * from './refusals.js';
export * from './schedule.js';
export { longestGraceMs, sameSettings } from './settings.js';
export { brokenInvariants } from './transition.js';
