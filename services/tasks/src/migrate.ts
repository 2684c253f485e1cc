import { migrateDatabase } from '@keyturn/runtime/typeorm';
import { readMigrationEnvironment } from './environment.js';
import { migrations } from './migrations/index.js';

await migrateDatabase('tasks', migrations, readMigrationEnvironment);
