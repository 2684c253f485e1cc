export * from './request.js';
export * from './run.js';
export * from './status.js';
