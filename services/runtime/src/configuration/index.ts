/** Configuration from variables: kinds of variables, the common ones, and one error that lists everything wrong. */
export {
  databaseVariables,
  type GuardedServiceEnvironment,
  guardedServiceVariables,
  type ProcessEnvironment,
  processVariables,
  type RingEnvironment,
  ringVariables,
  type TokenEnvironment,
  tokenVariables,
} from './common.js';
export { ConfigurationError, type ConfigurationProblem } from './error.js';
export { type ConfigurationRule, readConfiguration } from './read.js';
export { permissionsOf, type RolePermissions, rolePermissions } from './role-permissions.js';
export {
  commaSeparated,
  duration,
  flag,
  objectName,
  oneOf,
  port,
  text,
  url,
  urlList,
  wholeNumber,
} from './variables.js';
