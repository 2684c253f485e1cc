/**
 * Images of the platform's programs. Owns what goes into one and how it is built; leaves the base image to `@keyturn/cluster` or
 * to whoever names another, and where images run to the chart.
 */
export { APPS, type App } from './apps.js';
export { imageOf, readArguments } from './arguments.js';
export { chooseApps } from './left-out.js';
export { stagePython } from './python.js';
export { stageApp } from './stage.js';
export { stageWeb } from './web.js';
