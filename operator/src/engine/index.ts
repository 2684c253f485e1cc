export * from './driver.js';
export { type EngineOptions, runEngine } from './engine.js';
export type { EngineEvent, EngineObserver } from './events.js';
export { httpProcesses, type ProcessClient } from './processes.js';
export { RingEngine, type RingEngineOptions } from './ring-engine.js';
export type { Trouble } from './trouble.js';
export { Wake } from './wake.js';
