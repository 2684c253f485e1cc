import { CreateTasks1763700000000 } from './1763700000000-create-tasks.js';

/** All migrations, oldest first. One that was released is never changed. */
export const migrations = [CreateTasks1763700000000];
