/** Tasks of users: an example of a domain service behind the guard. Owns its database; knows nothing of sessions or keys. */
export { readEnvironment, type TasksEnvironment } from './environment.js';
export { migrations } from './migrations/index.js';
export { tasksService } from './service.js';
